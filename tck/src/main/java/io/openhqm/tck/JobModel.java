package io.openhqm.tck;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.JobStore.Extension;
import io.openhqm.core.JobStore.Overdue;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The port in its shortest form, for one thread: what the brute-force rule compares with. */
final class JobModel {
  private final InstantSource clock;
  private final Map<UUID, Entry> entries = new LinkedHashMap<>();

  JobModel(InstantSource clock) {
    this.clock = clock;
  }

  private static final class Entry {
    Job job;
    long fence;
    boolean cancelRequested;
    Optional<Message> held;

    Entry(Job job, Optional<Message> held) {
      this.job = job;
      this.held = held;
    }

    boolean isRunning() {
      return job.state() instanceof State.Processing;
    }

    void become(int attempts, Instant now, State state) {
      job = new Job(job.id(), job.submittedAt(), now, attempts, job.idempotency(), state);
    }

    void end(Ending ending, Instant now, Duration ttl) {
      Optional<Instant> started =
          job.state() instanceof State.Processing running
              ? Optional.of(running.startedAt())
              : Optional.empty();
      become(job.attempts(), now, new State.Ended(ending, started, now, now.plus(ttl)));
      held = Optional.empty();
    }
  }

  Optional<Job> find(UUID id) {
    return Optional.ofNullable(entries.get(id)).map(entry -> entry.job);
  }

  Creation create(Job job, Optional<Message> held) {
    for (var entry : entries.values()) {
      boolean sameKey =
          job.idempotency().isPresent()
              && entry
                  .job
                  .idempotency()
                  .map(Job.Idempotency::key)
                  .equals(job.idempotency().map(Job.Idempotency::key))
              && !entry.job.isExpired(clock.instant());
      if (entry.job.id().equals(job.id()) || sameKey) {
        return new Creation.Exists(entry.job);
      }
    }
    entries.put(job.id(), new Entry(job, held));
    return new Creation.Created();
  }

  void discard(UUID id) {
    var entry = entries.get(id);
    if (entry != null && entry.job.attempts() == 0 && entry.job.state() instanceof State.Pending) {
      entries.remove(id);
    }
  }

  /** The fence is the store's to choose, so it is taken from what the store granted. */
  Claim claim(UUID id, Duration lease, Claim actual) {
    var entry = entries.get(id);
    if (entry == null) {
      return new Claim.Unknown();
    }
    var now = clock.instant();
    switch (entry.job.state()) {
      case State.Ended ended -> {
        return new Claim.Finished(entry.job);
      }
      case State.Pending pending -> {
        if (pending.notBefore().isAfter(now)) {
          return new Claim.NotDue(pending.notBefore());
        }
      }
      case State.Processing running -> {
        if (running.leaseUntil().isAfter(now)) {
          return new Claim.Held(running.leaseUntil());
        }
      }
    }
    long fence = actual instanceof Claim.Granted granted ? granted.lease().fence() : -1;
    if (fence <= entry.fence) {
      throw new AssertionError("fence " + fence + " after " + entry.fence + ": " + actual);
    }
    entry.fence = fence;
    entry.become(
        entry.job.attempts() + 1,
        now,
        new State.Processing(fence, now.plus(lease), now, entry.cancelRequested));
    return new Claim.Granted(new Lease(id, fence), entry.job);
  }

  Extension extend(Lease lease, Duration duration) {
    var entry = held(lease);
    if (entry == null || !(entry.job.state() instanceof State.Processing running)) {
      return Extension.LOST;
    }
    var now = clock.instant();
    entry.become(
        entry.job.attempts(),
        now,
        new State.Processing(
            running.fence(), now.plus(duration), running.startedAt(), running.cancelRequested()));
    return entry.cancelRequested ? Extension.CANCEL_REQUESTED : Extension.EXTENDED;
  }

  boolean complete(Lease lease, Ending ending, Duration ttl) {
    var entry = held(lease);
    if (entry == null) {
      return false;
    }
    entry.end(ending, clock.instant(), ttl);
    return true;
  }

  boolean release(Lease lease, Instant due, Optional<String> error, Optional<Message> held) {
    var entry = held(lease);
    if (entry == null || entry.cancelRequested) {
      return false;
    }
    int attempts = entry.job.attempts() - (error.isEmpty() ? 1 : 0);
    entry.become(attempts, clock.instant(), new State.Pending(due, error));
    if (held.isPresent()) {
      entry.held = held;
    }
    return true;
  }

  Cancellation cancel(UUID id, Duration ttl) {
    var entry = entries.get(id);
    if (entry == null) {
      return new Cancellation.Unknown();
    }
    var now = clock.instant();
    return switch (entry.job.state()) {
      case State.Ended ended -> new Cancellation.Finished(entry.job);
      case State.Pending pending -> {
        entry.end(new Ending.Cancelled(), now, ttl);
        yield new Cancellation.Cancelled(entry.job);
      }
      case State.Processing running -> {
        entry.cancelRequested = true;
        entry.become(
            entry.job.attempts(),
            now,
            new State.Processing(running.fence(), running.leaseUntil(), running.startedAt(), true));
        yield new Cancellation.Requested(entry.job);
      }
    };
  }

  Set<Overdue> overdue() {
    var now = clock.instant();
    return entries.values().stream()
        .filter(
            entry ->
                switch (entry.job.state()) {
                  case State.Ended ended -> false;
                  case State.Pending waits ->
                      entry.held.isPresent() && !waits.notBefore().isAfter(now);
                  case State.Processing running -> !running.leaseUntil().isAfter(now);
                })
        .map(entry -> new Overdue(entry.job, entry.isRunning() ? Optional.empty() : entry.held))
        .collect(Collectors.toCollection(HashSet::new));
  }

  void handedOver(UUID id, Instant due) {
    var entry = entries.get(id);
    boolean another =
        entry != null
            && entry.job.state() instanceof State.Pending waits
            && !waits.notBefore().equals(due);
    if (entry != null && !another) {
      entry.held = Optional.empty();
    }
  }

  private @Nullable Entry held(Lease lease) {
    var entry = entries.get(lease.jobId());
    return entry != null && entry.isRunning() && entry.fence == lease.fence() ? entry : null;
  }
}
