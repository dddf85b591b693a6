package io.openhqm.server;

import io.openhqm.core.JobStatus;
import io.openhqm.core.Telemetry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs what happens to jobs: one line when a job ends, more at DEBUG. Log volume is a cost that
 * users pay.
 */
final class JobLog implements Telemetry {
  private static final Logger LOG = Logger.getLogger("io.openhqm.jobs");

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
    var level = fine ? Level.FINE : Level.WARNING;
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
    var event = new LogEvent(Level.SEVERE, what, Map.of());
    event.setThrown(cause);
    LOG.log(event);
  }

  private static Map<String, Object> fields(Duration took, String name, Object value) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put(name, value);
    fields.put("duration_ms", took.toMillis());
    return fields;
  }

  private static void log(
      Level level, String message, UUID id, String endpoint, Map<String, Object> more) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("correlation_id", id);
    fields.put("endpoint", endpoint);
    fields.putAll(more);
    LOG.log(new LogEvent(level, message, fields));
  }
}
