package io.openhqm.core.config;

import io.openhqm.core.Endpoint;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Secret;
import io.openhqm.core.transform.Transformations;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** All settings, checked. What each means, its default and its bounds: {@link Settings}. */
public record OpenHqmConfig(
    Server server,
    Queue queue,
    Worker worker,
    Proxy proxy,
    Cache cache,
    Blobs blobs,
    Monitoring monitoring,
    Routing routing,
    Partitioning partitioning,
    Processing processor) {

  /** {@code server}: the listener. */
  public record Server(
      String host,
      int port,
      long maxBodySize,
      int maxHeaderSize,
      int maxConnections,
      int maxWaitingRequests,
      Duration maxWait,
      Optional<String> publicUrl,
      Duration shutdownGrace,
      Admin admin) {}

  /** Who may use the resources for operators. */
  public enum Admin {
    /** Callers on the same machine. */
    LOOPBACK,
    /** Everybody who reaches the listener. */
    ANY,
    /** Nobody. */
    OFF
  }

  /**
   * {@code queue}.
   *
   * @param connection what other engines need, by flat name such as {@code redis_url}; values may
   *     be credentials
   */
  public record Queue(
      String type,
      String requestQueueName,
      String responseQueueName,
      String dlqName,
      boolean announceResponses,
      Path embeddedPath,
      long maxBacklog,
      Map<String, Secret> connection) {}

  /** {@code worker}; {@code retry} is for endpoints that say nothing else. */
  public record Worker(
      int count,
      int batchSize,
      Duration timeout,
      RetryPolicy retry,
      Duration lease,
      Duration deadLetterRetention) {}

  /**
   * {@code proxy}.
   *
   * @param defaultEndpoint of {@code endpoints}, or made from a URL
   * @param template what an endpoint is that is only a URL: defaults of the proxy and the worker
   * @param allowedUrls prefixes of URLs that a submission may name
   * @param allowedAddresses blocks in CIDR notation that the outbound guard lets pass
   */
  public record Proxy(
      boolean enabled,
      Optional<Endpoint> defaultEndpoint,
      Map<String, Endpoint> endpoints,
      Endpoint template,
      List<URI> allowedUrls,
      List<String> allowedAddresses,
      boolean followRedirects,
      Duration connectTimeout) {}

  /** {@code cache}: the job store. */
  public record Cache(
      String type,
      Secret redisUrl,
      Duration ttl,
      int maxConnections,
      String dynamodbTable,
      String dynamodbRegion,
      boolean dynamodbIndexLeases) {}

  /**
   * {@code blobs}: where big bodies go.
   *
   * @param type empty: to the job store or the queue, where it keeps any
   * @param s3Retention after what time the bucket removes a body; empty: never
   */
  public record Blobs(
      Optional<String> type,
      String s3Bucket,
      String s3Region,
      String s3Prefix,
      Optional<Duration> s3Retention) {}

  /** {@code monitoring}. */
  public record Monitoring(boolean metricsEnabled, String logLevel, LogFormat logFormat) {}

  /** How log lines look. */
  public enum LogFormat {
    JSON,
    TEXT
  }

  /** {@code routing}: which endpoint a message goes to by what is in it. */
  public record Routing(
      boolean enabled,
      Optional<String> defaultEndpoint,
      boolean enableFallback,
      List<Route> routes) {}

  /** One rule; routes are in the order in which they are tried. */
  public record Route(
      String name,
      Optional<String> matchField,
      Optional<String> matchValue,
      Optional<Pattern> matchPattern,
      boolean isDefault,
      boolean enabled,
      int priority,
      String endpoint,
      Optional<String> method,
      Optional<Duration> timeout,
      OptionalInt maxRetries,
      Transform transform,
      Map<String, String> headerMappings,
      Map<String, String> queryParams) {}

  /**
   * What is done to the payload.
   *
   * @param type a name, {@code passthrough} where nothing is done
   * @param text the template or expression; empty for {@code passthrough}
   */
  public record Transform(String type, String text) {
    /** The payload goes on as it came. */
    public static final Transform NONE = new Transform(Transformations.PASSTHROUGH, "");

    /** The type only: the text may hold a credential. */
    @Override
    public String toString() {
      return type;
    }
  }

  /** {@code partitioning}: where a message's session comes from. */
  public record Partitioning(
      boolean enabled,
      Strategy strategy,
      int partitionCount,
      String partitionKeyField,
      String sessionKeyField,
      Duration stickySessionTtl) {}

  /** {@code partitioning.strategy}. */
  public enum Strategy {
    HASH,
    KEY,
    ROUND_ROBIN,
    STICKY
  }

  /** {@code processor}: the user's own code in the worker. */
  public record Processing(Optional<String> name, List<Path> jars, Map<String, Object> config) {
    /** Without the values of {@code config}: they may be credentials. */
    @Override
    public String toString() {
      return "Processing[name=%s, jars=%s, config=%s]".formatted(name, jars, config.keySet());
    }
  }
}
