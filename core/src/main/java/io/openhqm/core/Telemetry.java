package io.openhqm.core;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Told what happens, to count and to log it. Every method must be quick, must not throw, and may be
 * called by many threads. Names handed in are bounded (configured endpoint names, statuses), so
 * that they may be labels; an id never is.
 */
public interface Telemetry {
  /** Counts nothing. */
  Telemetry NONE = new Telemetry() {};

  /**
   * The same, for what is told of work that came with this W3C trace context ({@code traceparent}),
   * so that a log's lines can carry its trace id.
   */
  default Telemetry traced(Optional<String> traceparent) {
    return this;
  }

  /** A submission was recorded. */
  default void accepted(UUID id, String endpoint) {}

  /** A submission could not be recorded, and its client is told so. */
  default void notAccepted(String endpoint) {}

  /** An attempt began. */
  default void attemptStarted(UUID id, String endpoint, int attempt) {}

  /**
   * An attempt came to its end; {@code result} is {@code completed}, {@code retry}, {@code failed},
   * {@code timeout}, {@code cancelled} or {@code lost}; {@code given_back} if it was not used up
   * and is no error.
   */
  default void attemptEnded(
      UUID id, String endpoint, String result, Duration took, String detail) {}

  /** A job became terminal, {@code sinceSubmitted} after it was accepted. */
  default void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {}

  /** A message was given up; {@code reason} is one of a few words. */
  default void deadLettered(UUID id, String endpoint, String reason) {}

  /** A backend answered or did not: {@code statusCode} 0 for no answer. */
  default void backendCalled(String endpoint, int statusCode, Duration took) {}

  /** Something unexpected that lost nothing but that an operator should know. */
  default void trouble(String what, Throwable cause) {}
}
