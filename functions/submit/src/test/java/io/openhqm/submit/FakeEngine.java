package io.openhqm.submit;

import io.openhqm.core.Claim;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A store and a queue in memory that fail when they are told to. Only what submitting needs is
 * there.
 */
final class FakeEngine implements Intake, JobStore, RequestQueue {
  final Map<UUID, Job> jobs = new LinkedHashMap<>();
  final List<Message> sent = new ArrayList<>();
  final List<Message> held = new ArrayList<>();
  Optional<Duration> maxDelay = Optional.empty();
  boolean storeIsDown;
  boolean queueIsDown;
  boolean storeDiesAfterCreate;
  boolean waitIsDown;
  boolean isBroken;
  UnaryOperator<Job> whileWaiting = UnaryOperator.identity();

  Message lastSent() {
    return sent.getLast();
  }

  @Override
  public Creation accept(Job job, Message message, Instant notBefore) {
    if (isBroken) {
      throw new IllegalStateException("secret inside");
    }
    var creation = create(job, Optional.empty());
    if (creation instanceof Creation.Created) {
      send(message, notBefore);
    }
    return creation;
  }

  @Override
  public Creation create(Job job, Optional<Message> message) {
    requireUp(storeIsDown);
    for (var other : jobs.values()) {
      boolean sameKey =
          job.idempotency().isPresent()
              && other
                  .idempotency()
                  .map(Job.Idempotency::key)
                  .equals(job.idempotency().map(Job.Idempotency::key));
      if (sameKey || other.id().equals(job.id())) {
        return new Creation.Exists(other);
      }
    }
    jobs.put(job.id(), job);
    storeIsDown |= storeDiesAfterCreate;
    message.ifPresent(held::add);
    return new Creation.Created();
  }

  @Override
  public void discard(UUID id) {
    requireUp(storeIsDown);
    jobs.remove(id);
  }

  @Override
  public Optional<Job> find(UUID id) {
    requireUp(storeIsDown);
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public Optional<Job> findByKey(String key) {
    requireUp(storeIsDown);
    return jobs.values().stream()
        .filter(job -> job.idempotency().map(Job.Idempotency::key).equals(Optional.of(key)))
        .findFirst();
  }

  @Override
  public Optional<Job> awaitEnd(UUID id, Duration atMost) {
    requireUp(waitIsDown);
    jobs.computeIfPresent(id, (same, job) -> whileWaiting.apply(job));
    return find(id);
  }

  static Job ended(Job job, Ending ending) {
    var end = job.submittedAt().plusMillis(20);
    return new Job(
        job.id(),
        job.submittedAt(),
        end,
        1,
        job.idempotency(),
        new Job.State.Ended(
            ending, Optional.of(job.submittedAt().plusMillis(5)), end, end.plusSeconds(3600)));
  }

  private static void requireUp(boolean down) {
    if (down) {
      throw new UnavailableException("The engine is down.", Duration.ofSeconds(3));
    }
  }

  @Override
  public QueueFeatures features() {
    return new QueueFeatures(false, false, maxDelay, 1_000);
  }

  @Override
  public void send(Message message, Instant notBefore) {
    requireUp(queueIsDown);
    sent.add(message);
  }

  @Override
  public long maxResultBytes() {
    return 1_000_000;
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DeadLetters deadLetters() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Depth depth() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Claim claim(UUID id, Duration lease) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Extension extend(Lease lease, Duration duration) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean complete(Lease lease, Ending ending, Duration ttl) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean release(
      Lease lease, Instant notBefore, Optional<String> error, Optional<Message> message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Cancellation cancel(UUID id, Duration ttl) {
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
