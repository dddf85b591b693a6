package io.openhqm.aws.lambda;

import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigProblem;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.ConfigResult.ShownValue;
import io.openhqm.core.config.OpenHqmConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a function, which is all in its environment:
 *
 * <ul>
 *   <li>{@code OPENHQM_CONFIG_YAML} holds the text of {@code config.yaml}; else {@code
 *       OPENHQM_CONFIG} names a file in the package or in a layer; else there are only variables.
 *   <li>{@code OPENHQM_*} variables over it, as everywhere.
 *   <li>{@code OPENHQM_SECRETS_ARN} names the secret where a worker finds the values of {@code
 *       ${NAME}}. A function that holds no secrets is told their names by {@code
 *       OPENHQM_SECRET_NAMES}.
 *   <li>Regions that are not given are {@code AWS_REGION}.
 * </ul>
 */
public final class FunctionConfig {
  /** Where all that is needed stands in the environment, or nobody asks for it. */
  public static final SecretSource NO_SECRETS = arn -> Map.of();

  /** A second of waiting in a function costs as much as five polls. */
  private static final Duration WAIT_MAX_UNLESS_SET = Duration.ofSeconds(5);

  private static final String YAML = "OPENHQM_CONFIG_YAML";
  private static final String FILE = "OPENHQM_CONFIG";
  private static final String SECRETS_ARN = "OPENHQM_SECRETS_ARN";
  private static final String SECRET_NAMES = "OPENHQM_SECRET_NAMES";

  /** For functions, and no settings. */
  private static final List<String> NOT_SETTINGS =
      List.of(YAML, SECRETS_ARN, SECRET_NAMES, "OPENHQM_GIVEN_UP_QUEUE_URL");

  private static final String PLACEHOLDER = "not-known-to-this-function";

  private FunctionConfig() {}

  /**
   * Reads it.
   *
   * @param environment the variables of the process
   * @param secrets asked only where the environment names a secret
   * @throws ConfigurationException with all that is wrong
   */
  public static OpenHqmConfig load(Map<String, String> environment, SecretSource secrets) {
    var variables = new HashMap<>(environment);
    NOT_SETTINGS.forEach(variables::remove);
    named(environment, SECRET_NAMES)
        .ifPresent(
            names -> {
              for (String name : names.split(",")) {
                variables.putIfAbsent(name.strip(), PLACEHOLDER);
              }
            });
    named(environment, SECRETS_ARN).ifPresent(arn -> variables.putAll(secrets.read(arn)));
    var result = read(environment, variables);
    if (result instanceof ConfigResult.Loaded loaded) {
      return onLambda(loaded, named(environment, "AWS_REGION"));
    }
    var invalid = (ConfigResult.Invalid) result;
    throw new ConfigurationException(
        invalid.problems().stream().map(ConfigProblem::toLine).toList());
  }

  /**
   * The same for one that holds no secrets, if {@code OPENHQM_SECRET_NAMES} tells their names: for
   * a snapshot, which opens no connection and keeps nothing that is secret.
   */
  static Map<String, String> withPlaceholders(Map<String, String> environment) {
    var variables = new HashMap<>(environment);
    named(environment, SECRET_NAMES).ifPresent(names -> variables.remove(SECRETS_ARN));
    return variables;
  }

  private static Optional<String> named(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }

  private static ConfigResult read(Map<String, String> environment, Map<String, String> variables) {
    var text = named(environment, YAML);
    return text.isPresent()
        ? ConfigLoader.loadText(text.get(), YAML, Path.of(""), variables)
        : ConfigLoader.load(named(environment, FILE).map(Path::of), variables);
  }

  /** What is another thing on Lambda unless it was set. */
  private static OpenHqmConfig onLambda(ConfigResult.Loaded loaded, Optional<String> region) {
    var config = loaded.config();
    var regionOf = new Regions(loaded.values(), region);
    boolean waitIsDefault = isDefault(loaded.values(), "server", "max_wait_seconds");
    return new OpenHqmConfig(
        waitIsDefault ? withWaitMax(config.server()) : config.server(),
        withRegion(config.queue(), regionOf),
        config.worker(),
        config.proxy(),
        withRegion(config.cache(), regionOf),
        withRegion(config.blobs(), regionOf),
        config.monitoring(),
        config.routing(),
        config.partitioning(),
        config.processor());
  }

  private record Regions(List<ShownValue> values, Optional<String> ofFunction) {
    String of(String section, String name, String configured) {
      return isDefault(values, section, name) ? ofFunction.orElse(configured) : configured;
    }
  }

  private static boolean isDefault(List<ShownValue> values, String section, String name) {
    var path = List.of(section, name);
    for (var value : values) {
      if (value.path().equals(path)) {
        return value.place().equals("default");
      }
    }
    return true;
  }

  private static OpenHqmConfig.Server withWaitMax(OpenHqmConfig.Server server) {
    return new OpenHqmConfig.Server(
        server.host(),
        server.port(),
        server.maxBodySize(),
        server.maxHeaderSize(),
        server.maxConnections(),
        server.maxWaitingRequests(),
        WAIT_MAX_UNLESS_SET,
        server.publicUrl(),
        server.shutdownGrace(),
        server.admin());
  }

  private static OpenHqmConfig.Queue withRegion(OpenHqmConfig.Queue queue, Regions regions) {
    var connection = new LinkedHashMap<>(queue.connection());
    connection.computeIfPresent(
        "sqs_region",
        (name, configured) -> Secret.of(regions.of("queue", name, configured.reveal())));
    return new OpenHqmConfig.Queue(
        queue.type(),
        queue.requestQueueName(),
        queue.responseQueueName(),
        queue.dlqName(),
        queue.announceResponses(),
        queue.embeddedPath(),
        queue.maxBacklog(),
        connection);
  }

  private static OpenHqmConfig.Cache withRegion(OpenHqmConfig.Cache cache, Regions regions) {
    return new OpenHqmConfig.Cache(
        cache.type(),
        cache.redisUrl(),
        cache.ttl(),
        cache.maxConnections(),
        cache.dynamodbTable(),
        regions.of("cache", "dynamodb_region", cache.dynamodbRegion()),
        cache.dynamodbIndexLeases());
  }

  private static OpenHqmConfig.Blobs withRegion(OpenHqmConfig.Blobs blobs, Regions regions) {
    return new OpenHqmConfig.Blobs(
        blobs.type(),
        blobs.s3Bucket(),
        regions.of("blobs", "s3_region", blobs.s3Region()),
        blobs.s3Prefix(),
        blobs.s3Retention());
  }
}
