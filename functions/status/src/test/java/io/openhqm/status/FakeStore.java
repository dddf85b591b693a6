package io.openhqm.status;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Jobs in memory. Only what asking and cancelling needs is there. */
final class FakeStore implements JobStore {
  static final UUID ID = UUID.fromString("019c3789-1234-7abc-8def-0123456789ab");
  static final Instant SUBMITTED = Instant.parse("2026-02-07T10:30:00Z");

  final Map<UUID, Job> jobs = new HashMap<>();
  boolean isDown;
  boolean isBroken;
  boolean leasesAreOver;
  UnaryOperator<Job> whileWaiting = UnaryOperator.identity();
  UnaryOperator<Job> whileClaiming = UnaryOperator.identity();
  Optional<Duration> waited = Optional.empty();

  static Job pending() {
    return Job.pending(ID, SUBMITTED, SUBMITTED, Optional.empty());
  }

  static Job retrying(Instant notBefore, String error) {
    return new Job(
        ID,
        SUBMITTED,
        SUBMITTED.plusSeconds(1),
        1,
        Optional.empty(),
        new Job.State.Pending(notBefore, Optional.of(error)));
  }

  static Job processing(boolean cancelRequested) {
    var at = SUBMITTED.plusSeconds(1);
    return new Job(
        ID,
        SUBMITTED,
        at,
        1,
        Optional.empty(),
        new Job.State.Processing(1, at.plusSeconds(30), at, cancelRequested));
  }

  static Job ended(Ending ending) {
    return ended(ending, SUBMITTED.plusSeconds(3_600));
  }

  static Job ended(Ending ending, Instant expiresAt) {
    var end = SUBMITTED.plusMillis(1_250);
    var state = new Job.State.Ended(ending, Optional.of(SUBMITTED.plusMillis(250)), end, expiresAt);
    return new Job(ID, SUBMITTED, end, 2, Optional.empty(), state);
  }

  void put(Job job) {
    jobs.put(job.id(), job);
  }

  private void requireUp() {
    if (isDown) {
      throw new UnavailableException("The store is down.", Duration.ofMillis(1_500));
    }
    if (isBroken) {
      throw new IllegalStateException("secret inside");
    }
  }

  @Override
  public Optional<Job> find(UUID id) {
    requireUp();
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public Optional<Job> findByKey(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Job> awaitEnd(UUID id, Duration atMost) {
    waited = Optional.of(atMost);
    jobs.computeIfPresent(id, (same, job) -> whileWaiting.apply(job));
    return find(id);
  }

  @Override
  public Cancellation cancel(UUID id, Duration ttl) {
    requireUp();
    var job = jobs.get(id);
    if (job == null) {
      return new Cancellation.Unknown();
    }
    return switch (job.state()) {
      case Job.State.Pending pending -> {
        put(ended(new Ending.Cancelled()));
        yield new Cancellation.Cancelled(jobs.get(id));
      }
      case Job.State.Processing processing -> {
        put(processing(true));
        yield new Cancellation.Requested(jobs.get(id));
      }
      case Job.State.Ended ended -> new Cancellation.Finished(job);
    };
  }

  @Override
  public long maxResultBytes() {
    return 1_000_000;
  }

  @Override
  public Creation create(Job job, Optional<Message> held) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void discard(UUID id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Claim claim(UUID id, Duration lease) {
    requireUp();
    jobs.computeIfPresent(id, (same, job) -> whileClaiming.apply(job));
    var job = jobs.get(id);
    return job.state() instanceof Job.State.Pending
            || leasesAreOver && job.state() instanceof Job.State.Processing
        ? new Claim.Granted(new Lease(id, 1), job)
        : new Claim.Finished(job);
  }

  @Override
  public Extension extend(Lease lease, Duration duration) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean complete(Lease lease, Ending ending, Duration ttl) {
    put(ended(ending, SUBMITTED.plus(Duration.ofDays(400))));
    return true;
  }

  @Override
  public boolean release(
      Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Overdue> overdue(int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void handedOver(UUID id, Instant due) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int purgeExpired(int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
