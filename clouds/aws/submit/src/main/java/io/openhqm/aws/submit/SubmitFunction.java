package io.openhqm.aws.submit;

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
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.OpenApi;
import io.openhqm.core.api.Resource;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.core.endpoint.ConfiguredEndpoints;
import io.openhqm.core.endpoint.SessionRule;
import io.openhqm.submit.ClaimCheckedIntake;
import io.openhqm.submit.StoreThenQueue;
import io.openhqm.submit.Submit;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts the parts of the submit function together. */
final class SubmitFunction {
  private static final Duration POLL_AFTER = Duration.ofSeconds(1);
  private static final Duration TIMEOUT_MAX = Duration.ofDays(7);
  private static final Duration DELAY_MAX = Duration.ofDays(366);

  private final OpenHqmConfig config;
  private final InstantSource clock;
  private final Telemetry telemetry;
  private final FunctionEngines engines;
  private final EndpointResolver resolver;
  private final UuidV7 ids;

  private SubmitFunction(
      OpenHqmConfig config, InstantSource clock, Telemetry telemetry, FunctionEngines engines) {
    this.config = config;
    this.clock = clock;
    this.telemetry = telemetry;
    this.engines = engines;
    this.resolver = ConfiguredEndpoints.of(config);
    this.ids = new UuidV7(clock, new SecureRandom());
  }

  static HttpFunction open(Surroundings surroundings) {
    var clock = surroundings.clock();
    var config = FunctionConfig.load(surroundings.environment(), FunctionConfig.NO_SECRETS);
    var telemetry = new LambdaTelemetry("submit", surroundings.out(), config.monitoring(), clock);
    var engines = FunctionEngines.open(Needs.STORE_AND_QUEUE, config, clock, SubmitFunction::known);
    var function = new SubmitFunction(config, clock, telemetry, engines);
    return new HttpFunction(function::resources, config.server().publicUrl(), telemetry);
  }

  private static Optional<Engine> known(String name, OpenHqmConfig config, InstantSource clock) {
    return switch (name) {
      case "sqs" -> Optional.of(SqsQueues.openUnasked(SqsSettings.of(config), clock));
      case "dynamodb" -> Optional.of(new DynamoDbEngineProvider().open(config, clock));
      case "s3" -> Optional.of(new LateEngine(() -> new S3EngineProvider().open(config, clock)));
      default -> Optional.empty();
    };
  }

  private List<Resource> resources(Links links) {
    var submit =
        new Submit(
            new Submit.Settings(
                links,
                POLL_AFTER,
                config.server().maxWait(),
                TIMEOUT_MAX,
                DELAY_MAX,
                engines.queue().features().sessionDelayMax(),
                config.server().maxBodySize(),
                SessionRule.of(config.partitioning())),
            new Submit.Ports(
                resolver, intake(), engines.store(), engines.claimCheck(), ids, clock, telemetry));
    var resources = new ArrayList<>(submit.resources());
    resources.addAll(new HealthResources("submit", engines.byRole()).resources());
    resources.add(openApi());
    return resources;
  }

  /** Read when it is asked for: hardly ever. */
  private static Resource openApi() {
    return Resource.at(
        "/openapi.json",
        (request, none) -> io.openhqm.core.api.ApiResponse.json(200, OpenApi.document()),
        "GET");
  }

  /** One atomic write where one engine keeps both, else the job first and then its message. */
  private Intake intake() {
    var claimCheck = engines.claimCheck();
    var one = engines.isOneEngine() ? engines.queueEngine().intake() : Optional.<Intake>empty();
    return one.isPresent()
        ? new ClaimCheckedIntake(one.get(), engines.store(), claimCheck, telemetry)
        : new StoreThenQueue(engines.store(), engines.queue(), claimCheck, telemetry);
  }
}
