package io.openhqm.aws.lambda;

import io.openhqm.aws.lambda.Metric.Unit;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Telemetry;
import io.openhqm.core.config.OpenHqmConfig;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Logs and counts by lines of JSON, which is all that Lambda asks for: a line when a job ends or
 * something goes wrong, and the figures of an invocation in one line at its end. Safe for use by
 * many threads.
 *
 * <p>Every combination of values of dimensions is a metric that is paid for, so there are few:
 * {@code service} always, and {@code endpoint} with the names of the configuration.
 */
public final class LambdaTelemetry implements Telemetry {
  private static final int ENDPOINTS_MAX = 50;

  /** How urgent a line is, by the names that logs use. */
  private enum Level {
    DEBUG,
    INFO,
    WARNING,
    ERROR;

    static Level of(String configured) {
      return switch (configured.toUpperCase(Locale.ROOT)) {
        case "TRACE", "DEBUG" -> DEBUG;
        case "WARN", "WARNING" -> WARNING;
        case "ERROR", "CRITICAL" -> ERROR;
        default -> INFO;
      };
    }
  }

  /** What is true of one invocation. */
  private static final class Scope {
    final String requestId;
    volatile @Nullable UUID job;

    Scope(String requestId) {
      this.requestId = requestId;
    }
  }

  private final String service;
  private final PrintStream out;
  private final InstantSource clock;
  private final Level level;
  private final boolean counts;
  private final EmbeddedMetrics metrics = new EmbeddedMetrics();
  private final Set<String> endpoints = ConcurrentHashMap.newKeySet();

  /** Inherited by the virtual threads that work on a batch. */
  private final ThreadLocal<@Nullable Scope> scope = new InheritableThreadLocal<>();

  /**
   * @param service which function this is, as {@code submit}; the first dimension of every figure
   * @param out where lines go; not closed
   * @param monitoring how much is written, and whether figures are
   */
  public LambdaTelemetry(
      String service, PrintStream out, OpenHqmConfig.Monitoring monitoring, InstantSource clock) {
    this.service = service;
    this.out = out;
    this.clock = clock;
    this.level = Level.of(monitoring.logLevel());
    this.counts = monitoring.metricsEnabled();
  }

  /** From its start to its end an invocation is named in every line; at its end figures are out. */
  public interface Invocation extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins an invocation in this thread and those that it starts.
   *
   * @param requestId Lambda's own id of it
   */
  public Invocation begin(String requestId) {
    scope.set(new Scope(requestId));
    return () -> {
      writeFigures();
      scope.remove();
    };
  }

  /** A request was answered. */
  void answered(int status, Duration took) {
    count("openhqm_requests_total", Map.of("status", status / 100 + "xx"));
    note("openhqm_requests_duration_seconds", Unit.SECONDS, seconds(took), Map.of());
  }

  @Override
  public void accepted(UUID id, String endpoint) {
    var current = scope.get();
    if (current != null) {
      current.job = id;
    }
    count("openhqm_jobs_accepted_total", Map.of("endpoint", bounded(endpoint)));
    log(Level.DEBUG, "Request accepted", id, endpoint, json -> {});
  }

  @Override
  public void attemptStarted(UUID id, String endpoint, int attempt) {
    if (attempt > 1) {
      count("openhqm_retries_total", Map.of("endpoint", bounded(endpoint)));
    }
    log(
        Level.DEBUG,
        "Attempt started",
        id,
        endpoint,
        json -> json.writeNumberProperty("attempt", attempt));
  }

  @Override
  public void attemptEnded(UUID id, String endpoint, String result, Duration took, String detail) {
    boolean fine = result.equals("completed");
    log(
        fine ? Level.DEBUG : Level.WARNING,
        fine ? "Attempt completed" : "Attempt ended: " + detail,
        id,
        endpoint,
        json -> {
          json.writeStringProperty("result", result);
          json.writeNumberProperty("duration_ms", took.toMillis());
        });
  }

  @Override
  public void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {
    note(
        "openhqm_jobs_duration_seconds",
        Unit.SECONDS,
        seconds(sinceSubmitted),
        Map.of(
            "endpoint", bounded(endpoint), "job_status", status.name().toLowerCase(Locale.ROOT)));
    String message =
        switch (status) {
          case COMPLETED -> "Request processed successfully";
          case FAILED -> "Request failed";
          case TIMEOUT -> "Request timed out";
          case CANCELLED -> "Request cancelled";
          case PENDING, PROCESSING -> "Request goes on";
        };
    log(
        Level.INFO,
        message,
        id,
        endpoint,
        json -> {
          json.writeStringProperty("status", status.name());
          json.writeNumberProperty("duration_ms", sinceSubmitted.toMillis());
        });
  }

  @Override
  public void deadLettered(UUID id, String endpoint, String reason) {
    count("openhqm_queue_dlq_total", Map.of("reason", reason));
    log(
        Level.WARNING,
        "Message given up",
        id,
        endpoint,
        json -> json.writeStringProperty("reason", reason));
  }

  @Override
  public void backendCalled(String endpoint, int statusCode, Duration took) {
    String status = statusCode == 0 ? "none" : statusCode / 100 + "xx";
    note(
        "openhqm_backend_duration_seconds",
        Unit.SECONDS,
        seconds(took),
        Map.of("endpoint", bounded(endpoint), "backend_status", status));
  }

  /** An invocation ends before its work does, in these words; nothing is lost by it. */
  public void runOutOfTime(String message) {
    log(Level.WARNING, message, json -> {});
  }

  @Override
  public void trouble(String what, Throwable cause) {
    count("openhqm_trouble_total", Map.of());
    var trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    log(Level.ERROR, what, json -> json.writeStringProperty("exception", trace.toString()));
  }

  private void log(
      Level urgency, String message, UUID id, String endpoint, Consumer<JsonGenerator> more) {
    log(
        urgency,
        message,
        json -> {
          json.writeStringProperty("correlation_id", id.toString());
          json.writeStringProperty("endpoint", endpoint);
          more.accept(json);
        });
  }

  private void log(Level urgency, String message, Consumer<JsonGenerator> more) {
    if (urgency.compareTo(level) < 0) {
      return;
    }
    write(
        json -> {
          json.writeStringProperty("timestamp", clock.instant().toString());
          json.writeStringProperty("level", urgency.name());
          writeScope(json);
          more.accept(json);
          json.writeStringProperty("message", message);
        });
  }

  private void writeScope(JsonGenerator json) {
    json.writeStringProperty("service", service);
    var current = scope.get();
    if (current != null) {
      json.writeStringProperty("request_id", current.requestId);
    }
  }

  private void writeFigures() {
    for (var line : metrics.drain(clock.instant())) {
      write(
          json -> {
            line.write(json);
            var current = scope.get();
            if (current != null) {
              json.writeStringProperty("request_id", current.requestId);
              var job = current.job;
              if (job != null) {
                json.writeStringProperty("correlation_id", job.toString());
              }
            }
          });
    }
  }

  private void write(Consumer<JsonGenerator> fields) {
    byte[] line = JsonLine.of(fields);
    // In one piece; a stream that nobody reads any more stops no work.
    out.write(line, 0, line.length);
    out.flush();
  }

  private void count(String name, Map<String, String> dimensions) {
    note(name, Unit.COUNT, 1, dimensions);
  }

  private void note(String name, Unit unit, double value, Map<String, String> dimensions) {
    if (!counts) {
      return;
    }
    var all = new java.util.HashMap<>(dimensions);
    all.put("service", service);
    metrics.note(new Metric(name, unit, all), value);
  }

  /** URLs that an allow list admits would otherwise each become a metric. */
  private String bounded(String endpoint) {
    boolean known = endpoints.contains(endpoint);
    if (!known && endpoints.size() < ENDPOINTS_MAX && endpoint.indexOf('/') < 0) {
      endpoints.add(endpoint);
      known = true;
    }
    return known ? endpoint : "other";
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
