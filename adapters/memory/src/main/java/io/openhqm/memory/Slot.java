package io.openhqm.memory;

import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A job and what only the store knows of it. */
final class Slot {
  private Job job;
  private long fence;
  private Optional<Instant> startedAt = Optional.empty();
  private Optional<Message> held = Optional.empty();

  Slot(Job job) {
    this.job = job;
  }

  Job job() {
    return job;
  }

  Optional<Message> held() {
    return held;
  }

  void hold(Optional<Message> message) {
    held = message;
  }

  /** Whether {@code number} is the lease that the job is worked on under. */
  boolean isLeased(long number) {
    return job.state() instanceof State.Processing && fence == number;
  }

  boolean isCancelRequested() {
    return job.state() instanceof State.Processing running && running.cancelRequested();
  }

  long claim(Instant now, Duration lease) {
    boolean cancelRequested = isCancelRequested();
    fence++;
    startedAt = Optional.of(now);
    become(
        job.attempts() + 1,
        now,
        new State.Processing(fence, now.plus(lease), now, cancelRequested));
    return fence;
  }

  void extend(State.Processing running, Instant now, Duration lease) {
    become(
        job.attempts(),
        now,
        new State.Processing(
            running.fence(), now.plus(lease), running.startedAt(), running.cancelRequested()));
  }

  void requestCancel(State.Processing running, Instant now) {
    become(
        job.attempts(),
        now,
        new State.Processing(running.fence(), running.leaseUntil(), running.startedAt(), true));
  }

  void release(Instant now, Instant notBefore, Optional<String> error) {
    int attempts = error.isPresent() ? job.attempts() : job.attempts() - 1;
    become(attempts, now, new State.Pending(notBefore, error));
  }

  void end(Ending ending, Instant now, Duration ttl) {
    held = Optional.empty();
    become(job.attempts(), now, new State.Ended(ending, startedAt, now, now.plus(ttl)));
  }

  private void become(int attempts, Instant now, State state) {
    job = new Job(job.id(), job.submittedAt(), now, attempts, job.idempotency(), state);
  }

  /** From when on the sweep should look at it; empty: never. */
  Optional<Instant> overdueAt() {
    return switch (job.state()) {
      case State.Pending waits -> held.map(message -> waits.notBefore());
      case State.Processing running -> Optional.of(running.leaseUntil());
      case State.Ended ended -> Optional.empty();
    };
  }

  /** From when on it is no longer served; empty: not ended. */
  Optional<Instant> expiresAt() {
    return job.state() instanceof State.Ended ended
        ? Optional.of(ended.expiresAt())
        : Optional.empty();
  }
}
