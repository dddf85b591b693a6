package io.openhqm.server;

import io.openhqm.core.JobStatus;
import io.openhqm.core.Telemetry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Counts and logs.
 *
 * @param times what clients are told to wait by
 */
record ServerTelemetry(Metrics metrics, JobLog log, RecentTimes times) implements Telemetry {
  @Override
  public Telemetry traced(Optional<String> traceparent) {
    return traceparent.isEmpty()
        ? this
        : new ServerTelemetry(metrics, log.traced(traceparent), times);
  }

  @Override
  public void accepted(UUID id, String endpoint) {
    metrics.accepted(id, endpoint);
    log.accepted(id, endpoint);
  }

  @Override
  public void notAccepted(String endpoint) {
    metrics.notAccepted(endpoint);
  }

  @Override
  public void attemptStarted(UUID id, String endpoint, int attempt) {
    metrics.attemptStarted(id, endpoint, attempt);
    log.attemptStarted(id, endpoint, attempt);
  }

  @Override
  public void attemptEnded(UUID id, String endpoint, String result, Duration took, String detail) {
    if (result.equals("completed")) {
      times.add(endpoint, took);
    }
    metrics.attemptEnded(id, endpoint, result, took, detail);
    log.attemptEnded(id, endpoint, result, took, detail);
  }

  @Override
  public void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {
    metrics.jobEnded(id, endpoint, status, sinceSubmitted);
    log.jobEnded(id, endpoint, status, sinceSubmitted);
  }

  @Override
  public void deadLettered(UUID id, String endpoint, String reason) {
    metrics.deadLettered(id, endpoint, reason);
    log.deadLettered(id, endpoint, reason);
  }

  @Override
  public void backendCalled(String endpoint, int statusCode, Duration took) {
    metrics.backendCalled(endpoint, statusCode, took);
  }

  @Override
  public void trouble(String what, Throwable cause) {
    metrics.trouble(what, cause);
    log.trouble(what, cause);
  }
}
