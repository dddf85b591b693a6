package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The durable record of one submission.
 *
 * @param id a UUID of version 7, so that ids sort by time; the client's correlation id
 * @param submittedAt when it was accepted
 * @param updatedAt when it last changed; never before {@code submittedAt}
 * @param attempts how many attempts were begun, the running one included; 0 or more
 * @param idempotency the key under which it was submitted
 * @param state where it stands
 */
public record Job(
    UUID id,
    Instant submittedAt,
    Instant updatedAt,
    int attempts,
    Optional<Idempotency> idempotency,
    State state) {

  /** Where a job stands, with what is true only there. */
  public sealed interface State {
    /**
     * Waits for a worker.
     *
     * @param notBefore no attempt begins earlier: a delay the client asked for, or the pause before
     *     a retry
     * @param lastError why the attempt before failed; empty before the first
     */
    record Pending(Instant notBefore, Optional<String> lastError) implements State {}

    /**
     * A worker holds it.
     *
     * @param fence the number of its lease; grows with each claim
     * @param leaseUntil when the lease ends unless it is extended
     * @param startedAt when this attempt began
     * @param cancelRequested the client asked to stop it
     */
    record Processing(long fence, Instant leaseUntil, Instant startedAt, boolean cancelRequested)
        implements State {}

    /**
     * Terminal.
     *
     * @param ending how
     * @param startedAt when its last attempt began; empty where none did
     * @param endedAt when it became terminal
     * @param expiresAt from then on it is no longer served
     */
    record Ended(Ending ending, Optional<Instant> startedAt, Instant endedAt, Instant expiresAt)
        implements State {}
  }

  /**
   * @param key what tells it from other submissions, made of the client's {@code Idempotency-Key}
   *     and of what that is for; 1 to 255 visible ASCII characters
   * @param fingerprint a digest of what was submitted under it, to tell a repetition from another
   *     request
   */
  public record Idempotency(String key, Bytes fingerprint) {
    public Idempotency {
      requireNonNull(key, "key");
      requireNonNull(fingerprint, "fingerprint");
    }
  }

  public Job {
    requireNonNull(id, "id");
    requireNonNull(submittedAt, "submittedAt");
    requireNonNull(updatedAt, "updatedAt");
    requireNonNull(idempotency, "idempotency");
    requireNonNull(state, "state");
    if (attempts < 0) {
      throw new IllegalArgumentException("attempts must be >= 0 but is " + attempts);
    }
  }

  /** A job that was just accepted. */
  public static Job pending(
      UUID id, Instant submittedAt, Instant notBefore, Optional<Idempotency> idempotency) {
    return new Job(
        id,
        submittedAt,
        submittedAt,
        0,
        idempotency,
        new State.Pending(notBefore, Optional.empty()));
  }

  /** The status a client sees. */
  public JobStatus status() {
    if (state instanceof State.Ended ended) {
      return ended.ending().status();
    }
    return state instanceof State.Pending ? JobStatus.PENDING : JobStatus.PROCESSING;
  }

  /**
   * Whether its time is over: it is still known, but no longer served. A job that has not ended
   * never expires.
   */
  public boolean isExpired(Instant now) {
    return state instanceof State.Ended ended && !now.isBefore(ended.expiresAt());
  }
}
