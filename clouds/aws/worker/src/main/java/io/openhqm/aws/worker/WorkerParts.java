package io.openhqm.aws.worker;

import io.openhqm.aws.dynamodb.DynamoDbEngineProvider;
import io.openhqm.aws.lambda.ConfigurationException;
import io.openhqm.aws.lambda.FunctionConfig;
import io.openhqm.aws.lambda.FunctionEngines;
import io.openhqm.aws.lambda.FunctionEngines.Needs;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.aws.lambda.LateEngine;
import io.openhqm.aws.lambda.Surroundings;
import io.openhqm.aws.s3.S3EngineProvider;
import io.openhqm.aws.sqs.SqsEngine;
import io.openhqm.aws.sqs.SqsQueues;
import io.openhqm.aws.sqs.SqsSettings;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import io.openhqm.core.Processor;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.core.endpoint.ConfiguredEndpoints;
import io.openhqm.worker.AnswerMemory;
import io.openhqm.worker.Attempts;
import io.openhqm.worker.BatchWorker;
import io.openhqm.worker.EchoProcessor;
import io.openhqm.worker.GivenUp;
import io.openhqm.worker.Processors;
import io.openhqm.worker.Sweep;
import io.openhqm.worker.Worker;
import io.openhqm.worker.proxy.HttpProxy;
import io.openhqm.worker.proxy.OutboundGuard;
import io.openhqm.worker.proxy.SocketTransport;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What the functions are made of that work on a queue. */
public final class WorkerParts implements AutoCloseable {
  /** The part of the heap that is for large answers of backends. */
  private static final int LARGE_ANSWERS_SHARE = 8;

  private static final String GIVEN_UP_URL = "OPENHQM_GIVEN_UP_QUEUE_URL";

  private final Surroundings surroundings;
  private final OpenHqmConfig config;
  private final InstantSource clock;
  private final LambdaTelemetry telemetry;
  private final FunctionEngines engines;
  private final EndpointResolver resolver;
  private final AnswerMemory answers =
      new AnswerMemory(Runtime.getRuntime().maxMemory() / LARGE_ANSWERS_SHARE);

  /** Not ThreadLocalRandom, whose seeds a snapshot holds: all that are restored would have them. */
  private final RandomGenerator random = new SecureRandom();

  private WorkerParts(
      Surroundings surroundings,
      OpenHqmConfig config,
      LambdaTelemetry telemetry,
      FunctionEngines engines) {
    this.surroundings = surroundings;
    this.clock = surroundings.clock();
    this.config = config;
    this.telemetry = telemetry;
    this.engines = engines;
    this.resolver = ConfiguredEndpoints.of(config);
  }

  /**
   * Opens the engines that the environment names.
   *
   * @param service which function this is, for logs and figures
   */
  public static WorkerParts open(String service, Surroundings surroundings) {
    var clock = surroundings.clock();
    var config = FunctionConfig.load(surroundings.environment(), new SecretsManager());
    var telemetry = new LambdaTelemetry(service, surroundings.out(), config.monitoring(), clock);
    var engines = FunctionEngines.open(Needs.STORE_AND_QUEUE, config, clock, WorkerParts::known);
    return new WorkerParts(surroundings, config, telemetry, engines);
  }

  private static Optional<Engine> known(String name, OpenHqmConfig config, InstantSource clock) {
    return switch (name) {
      case "sqs" -> Optional.of(SqsQueues.openUnasked(SqsSettings.of(config), clock));
      case "dynamodb" -> Optional.of(new DynamoDbEngineProvider().open(config, clock));
      case "s3" -> Optional.of(new LateEngine(() -> new S3EngineProvider().open(config, clock)));
      default -> Optional.empty();
    };
  }

  /** All settings. */
  public OpenHqmConfig config() {
    return config;
  }

  /** The function that works on messages by the processor that is configured. */
  public WorkerFunction worker() {
    return worker(processor());
  }

  /**
   * The function that works on messages by {@code processor}, which is started here; in a rehearsal
   * it is not, as its configuration lacks the secrets.
   *
   * @throws IllegalArgumentException if it does not start
   */
  public WorkerFunction worker(Processor processor) {
    if (!surroundings.isRehearsal()) {
      processor.start(config.processor().config());
    }
    var settings = config.worker();
    var features = engines.queue().features();
    var attempts = new Attempts(engines.store(), clock, telemetry, settings.lease());
    var defaults = Worker.Settings.defaults();
    var worker =
        new Worker(
            new Worker.Settings(
                settings.lease(),
                config.cache().ttl(),
                defaults.settleMargin(),
                defaults.retryAfterMax()),
            new Worker.Ports(
                engines.store(),
                features,
                engines.claimCheck(),
                resolver,
                processor,
                attempts,
                answers,
                engines.responses(),
                telemetry,
                clock,
                random,
                Thread::sleep));
    var batch =
        new BatchWorker(BatchWorker.Settings.defaults(), worker, attempts, features, telemetry);
    return new WorkerFunction(sqs().deliveries(), batch, telemetry, clock);
  }

  /** The function that closes the jobs of what SQS gave up on. */
  DeadLetterFunction deadLetters() {
    String queueUrl = surroundings.environment().getOrDefault(GIVEN_UP_URL, "");
    if (queueUrl.isBlank()) {
      throw new ConfigurationException(
          List.of(
              GIVEN_UP_URL
                  + ": not set; give the URL of the queue that triggers this function, to which"
                  + " SQS moves what was received too often"));
    }
    var givenUp =
        new GivenUp(
            new GivenUp.Settings(config.worker().lease(), config.cache().ttl()),
            new GivenUp.Ports(
                engines.store(),
                engines.queue().features(),
                engines.responses(),
                telemetry,
                clock));
    return new DeadLetterFunction(sqs().deliveries(queueUrl), givenUp, telemetry);
  }

  SweepFunction sweep() {
    var settings = config.worker();
    var sweep =
        new Sweep(
            // SQS itself removes what is too old.
            new Sweep.Settings(settings.lease(), config.cache().ttl(), Duration.ZERO),
            new Sweep.Ports(
                engines.store(),
                engines.queue(),
                engines.claimCheck(),
                resolver,
                engines.responses(),
                telemetry,
                clock));
    return new SweepFunction(sweep, telemetry);
  }

  /** The platform hands over messages of SQS and of nothing else. */
  private SqsEngine sqs() {
    if (engines.queueEngine() instanceof SqsEngine sqs) {
      return sqs;
    }
    throw new EngineException(
        "queue.type: this function is triggered by SQS, so the queue must be 'sqs' but is '"
            + config.queue().type()
            + "'");
  }

  private Processor processor() {
    if (config.proxy().enabled()) {
      var proxy = config.proxy();
      var guard = new OutboundGuard(proxy.allowedAddresses(), clock);
      return new HttpProxy(
          new HttpProxy.Settings(proxy.followRedirects()),
          new SocketTransport(proxy.connectTimeout(), guard, clock),
          answers,
          guard,
          telemetry,
          clock,
          random);
    }
    var own = config.processor();
    return own.name().filter(name -> !name.equals("echo")).isPresent()
        ? Processors.find(own.name().get(), own.jars())
        : new EchoProcessor(clock);
  }

  @Override
  public void close() {
    engines.close();
  }
}
