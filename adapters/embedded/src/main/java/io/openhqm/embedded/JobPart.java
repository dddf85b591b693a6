package io.openhqm.embedded;

import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What a row's {@code state} says of its job, and of a message without one. That a worker is at the
 * job does not stand here: leases are kept in memory, since they end with the process.
 *
 * @param fence the number of the newest lease
 */
record JobPart(
    Instant submittedAt,
    Instant updatedAt,
    int attempts,
    long fence,
    Optional<Job.Idempotency> idempotency,
    Stand stand) {

  sealed interface Stand {}

  record Waiting(Instant notBefore, Optional<String> lastError) implements Stand {}

  record Ended(Ending ending, Optional<Instant> startedAt, Instant endedAt, Instant expiresAt)
      implements Stand {}

  /** The part of a job that was just submitted. */
  static JobPart of(Job job, Instant notBefore) {
    return new JobPart(
        job.submittedAt(),
        job.updatedAt(),
        job.attempts(),
        0,
        job.idempotency(),
        new Waiting(notBefore, Optional.empty()));
  }

  /** The bookkeeping of a message whose job, if there is one, is kept elsewhere. */
  static JobPart ofMessage(Instant submittedAt, Instant notBefore) {
    return new JobPart(
        submittedAt, submittedAt, 0, 0, Optional.empty(), new Waiting(notBefore, Optional.empty()));
  }

  JobPart with(Instant updated, Stand other) {
    return new JobPart(submittedAt, updated, attempts, fence, idempotency, other);
  }

  /** The job as long as no worker is at it. */
  Job toJob(UUID id) {
    return new Job(
        id,
        submittedAt,
        updatedAt,
        attempts,
        idempotency,
        switch (stand) {
          case Waiting waiting -> new Job.State.Pending(waiting.notBefore(), waiting.lastError());
          case Ended ended ->
              new Job.State.Ended(
                  ended.ending(), ended.startedAt(), ended.endedAt(), ended.expiresAt());
        });
  }
}
