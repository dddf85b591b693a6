package io.openhqm.server;

import io.openhqm.core.JobStatus;
import io.openhqm.core.Telemetry;
import io.openhqm.server.Repeats.Turn;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Logs what happens to jobs: one line when a job ends, more at DEBUG; and trouble, of which many
 * alike are a few lines ({@link Repeats}). Log volume is a cost that users pay.
 */
final class JobLog implements Telemetry {
  private static final Logger LOG = Logger.getLogger("io.openhqm.jobs");

  /** W3C Trace Context: version, trace id, and what does not matter here. */
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

  private final Repeats repeats;
  private final Optional<String> traceId;

  /**
   * @param nanos elapsed time, in nanoseconds from any moment
   */
  JobLog(LongSupplier nanos) {
    this(new Repeats(nanos), Optional.empty());
  }

  private JobLog(Repeats repeats, Optional<String> traceId) {
    this.repeats = repeats;
    this.traceId = traceId;
  }

  /** The same log; its lines about jobs have the trace id, where the context is a valid one. */
  @Override
  public JobLog traced(Optional<String> traceparent) {
    return new JobLog(
        repeats,
        traceparent
            .map(TRACEPARENT::matcher)
            .filter(Matcher::matches)
            .map(found -> found.group(1)));
  }

  @Override
  public void accepted(UUID id, String endpoint) {
    if (LOG.isLoggable(Level.FINE)) {
      log(Level.FINE, "Request accepted", id, endpoint, Map.of());
    }
  }

  @Override
  public void attemptStarted(UUID id, String endpoint, int attempt) {
    if (LOG.isLoggable(Level.FINE)) {
      log(Level.FINE, "Attempt started", id, endpoint, Map.of("attempt", attempt));
    }
  }

  @Override
  public void attemptEnded(UUID id, String endpoint, String result, Duration took, String detail) {
    boolean fine = result.equals("completed");
    // Neither to stop the server nor to cancel a job is a fault of anything.
    boolean wanted = fine || result.equals("given_back") || result.equals("cancelled");
    var level = wanted ? Level.FINE : Level.WARNING;
    if (LOG.isLoggable(level)) {
      log(
          level,
          fine ? "Attempt completed" : "Attempt ended: " + detail,
          id,
          endpoint,
          fields(took, "result", result));
    }
  }

  @Override
  public void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {
    if (LOG.isLoggable(Level.INFO)) {
      String message =
          switch (status) {
            case COMPLETED -> "Request processed successfully";
            case FAILED -> "Request failed";
            case TIMEOUT -> "Request timed out";
            case CANCELLED -> "Request cancelled";
            case PENDING, PROCESSING -> "Request goes on";
          };
      log(Level.INFO, message, id, endpoint, fields(sinceSubmitted, "status", status.name()));
    }
  }

  @Override
  public void deadLettered(UUID id, String endpoint, String reason) {
    log(Level.WARNING, "Message given up", id, endpoint, Map.of("reason", reason));
  }

  @Override
  public void trouble(String what, Throwable cause) {
    switch (repeats.next(what, cause)) {
      case Turn.Full(var unwritten) -> {
        var event = new LogEvent(Level.SEVERE, what, repeated(unwritten));
        event.setThrown(cause);
        LOG.log(event);
      }
      case Turn.Counted(var unwritten) -> {
        var fields = repeated(unwritten);
        fields.put("error", cause.toString());
        LOG.log(new LogEvent(Level.SEVERE, what, fields));
      }
      case Turn.Silent() -> {}
    }
  }

  private static Map<String, Object> repeated(long unwritten) {
    var fields = new LinkedHashMap<String, Object>();
    if (unwritten > 0) {
      fields.put("repeated", unwritten);
    }
    return fields;
  }

  private static Map<String, Object> fields(Duration took, String name, Object value) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put(name, value);
    fields.put("duration_ms", took.toMillis());
    return fields;
  }

  private void log(
      Level level, String message, UUID id, String endpoint, Map<String, Object> more) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("correlation_id", id);
    traceId.ifPresent(trace -> fields.put("trace_id", trace));
    fields.put("endpoint", endpoint);
    fields.putAll(more);
    LOG.log(new LogEvent(level, message, fields));
  }
}
