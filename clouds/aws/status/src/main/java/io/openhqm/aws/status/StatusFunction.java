package io.openhqm.aws.status;

import io.openhqm.aws.dynamodb.DynamoDbEngineProvider;
import io.openhqm.aws.lambda.FunctionConfig;
import io.openhqm.aws.lambda.FunctionEngines;
import io.openhqm.aws.lambda.FunctionEngines.Needs;
import io.openhqm.aws.lambda.HealthResources;
import io.openhqm.aws.lambda.HttpFunction;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.aws.lambda.LateEngine;
import io.openhqm.aws.lambda.Surroundings;
import io.openhqm.aws.s3.S3EngineProvider;
import io.openhqm.aws.sqs.SqsQueues;
import io.openhqm.aws.sqs.SqsSettings;
import io.openhqm.core.Engine;
import io.openhqm.core.Telemetry;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Resource;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.status.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts the parts of the status function together. */
final class StatusFunction {
  private static final Duration POLL_AFTER = Duration.ofSeconds(1);

  private StatusFunction() {}

  static HttpFunction open(Surroundings surroundings) {
    var clock = surroundings.clock();
    var config = FunctionConfig.load(surroundings.environment(), FunctionConfig.NO_SECRETS);
    var telemetry = new LambdaTelemetry("status", surroundings.out(), config.monitoring(), clock);
    var engines = FunctionEngines.open(Needs.STORE, config, clock, StatusFunction::known);
    return new HttpFunction(
        links -> resources(links, config, engines, telemetry, clock),
        config.server().publicUrl(),
        telemetry);
  }

  private static Optional<Engine> known(String name, OpenHqmConfig config, InstantSource clock) {
    return switch (name) {
      case "dynamodb" -> Optional.of(new DynamoDbEngineProvider().open(config, clock));
      // Only to announce what was cancelled while it waited; workers announce all else.
      case "sqs" ->
          Optional.of(new LateEngine(() -> SqsQueues.openUnasked(SqsSettings.of(config), clock)));
      case "s3" -> Optional.of(new LateEngine(() -> new S3EngineProvider().open(config, clock)));
      default -> Optional.empty();
    };
  }

  private static List<Resource> resources(
      Links links,
      OpenHqmConfig config,
      FunctionEngines engines,
      Telemetry telemetry,
      InstantSource clock) {
    var status =
        new Status(
            new Status.Settings(
                links,
                POLL_AFTER,
                config.server().maxWait(),
                config.cache().ttl(),
                messagesKept(config)),
            new Status.Ports(
                engines.store(),
                engines.claimCheck(),
                id -> {}, // no worker runs here
                engines.responses(),
                clock,
                telemetry));
    var resources = new ArrayList<>(status.resources());
    resources.addAll(new HealthResources("status", engines.byRole()).resources());
    return resources;
  }

  /** This function has no queue that it could ask. */
  private static Optional<Duration> messagesKept(OpenHqmConfig config) {
    return Optional.of(config.queue().type())
        .filter("sqs"::equals)
        .map(sqs -> Duration.ofDays(SqsQueues.RETENTION_MAX_DAYS));
  }
}
