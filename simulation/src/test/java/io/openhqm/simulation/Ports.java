package io.openhqm.simulation;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.UnavailableException;
import io.openhqm.memory.MemoryEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** The ports of real engines, with everything between them and the product that can go wrong. */
final class Ports {
  private static final UUID NOBODY = new UUID(0, 0);

  private final Scheduler scheduler;
  private final Witness witness;
  private final Random random;
  private final Mood mood;
  private final JobStore realStore;
  private final RequestQueue realQueue;
  private final BlobStore realBlobs;
  private final Optional<Intake> realIntake;
  private final Optional<ResponseQueue> realResponses;
  private final MemoryEngine announcements;
  private final List<Message> delivered = new ArrayList<>();
  private boolean calm;

  Ports(
      Scheduler scheduler,
      Witness witness,
      Random random,
      Mood mood,
      MemoryEngine jobs,
      MemoryEngine queue) {
    this.scheduler = scheduler;
    this.witness = witness;
    this.random = random;
    this.mood = mood;
    announcements = queue;
    boolean inOneWrite = mood.announces() && !mood.separate();
    realStore = (inOneWrite ? jobs.announcingStore() : jobs.store()).orElseThrow();
    realResponses = mood.announces() && mood.separate() ? queue.responses() : Optional.empty();
    realBlobs = jobs.blobs().orElseThrow();
    realQueue = queue.queue().orElseThrow();
    realIntake = mood.separate() ? Optional.empty() : jobs.intake();
  }

  /** From here on nothing goes wrong. */
  void calm() {
    calm = true;
  }

  /** One call of a port: may be lost before its effect, or its answer after it. */
  private <T> T call(String what, UUID about, Supplier<T> effect) {
    scheduler.step(what, latency());
    mayFail(what, about, "not done");
    T result = effect.get();
    scheduler.note(what + " → " + result);
    witness.announced(announcements.takeAnnouncements(100));
    if (!about.equals(NOBODY)) {
      witness.stored(about, realStore.find(about));
    }
    scheduler.step("answer to " + what, latency());
    mayFail(what, about, "done");
    return result;
  }

  private void mayFail(String what, UUID about, String effect) {
    if (chance(mood.unavailable())) {
      witness.excuse(about, what + " gave no answer");
      witness.saw("no answer, " + effect);
      scheduler.note(what + " gives no answer, " + effect);
      throw new UnavailableException(what + " gave no answer", Duration.ofSeconds(1));
    }
  }

  private boolean chance(double probability) {
    return !calm && probability > 0 && random.nextDouble() < probability;
  }

  private Duration latency() {
    return random.nextInt(4) == 0 ? Duration.ofMillis(random.nextInt(100)) : Duration.ZERO;
  }

  Optional<Intake> intake() {
    return realIntake.map(
        real ->
            (job, message, notBefore) ->
                call(
                    "accept " + job.id(),
                    job.id(),
                    () -> {
                      witness.sent(message);
                      return real.accept(job, message, notBefore);
                    }));
  }

  RequestQueue queue() {
    return new Queue();
  }

  JobStore store() {
    return new Store();
  }

  BlobStore blobs() {
    return new Blobs();
  }

  /** Where one engine keeps all, its store announces each end. */
  Optional<ResponseQueue> responses() {
    return realResponses.map(
        real -> job -> call("announce " + job.id(), job.id(), done(() -> real.announce(job))));
  }

  private final class Store implements JobStore {
    @Override
    public long maxResultBytes() {
      return mood.separate() ? 200 : realStore.maxResultBytes();
    }

    @Override
    public Creation create(Job job, Optional<Message> held) {
      held.ifPresent(witness::sent);
      held.ifPresent(message -> witness.saw("a delay held by the store"));
      return call("create " + job.id(), job.id(), () -> realStore.create(job, held));
    }

    @Override
    public void discard(UUID id) {
      call("discard " + id, id, done(() -> realStore.discard(id)));
    }

    @Override
    public Optional<Job> find(UUID id) {
      return call("find " + id, id, () -> realStore.find(id));
    }

    @Override
    public Optional<Job> findByKey(String key) {
      return realStore.findByKey(key);
    }

    @Override
    public Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException {
      call("await " + id, id, () -> realStore.find(id));
      scheduler.await(atMost, () -> witness.isTerminal(id) || realStore.find(id).isEmpty());
      return realStore.find(id);
    }

    @Override
    public Claim claim(UUID id, Duration lease) {
      return call("claim " + id, id, () -> realStore.claim(id, lease));
    }

    @Override
    public Extension extend(Lease lease, Duration duration) {
      return call("extend " + lease, lease.jobId(), () -> realStore.extend(lease, duration));
    }

    @Override
    public boolean complete(Lease lease, Ending ending, Duration ttl) {
      boolean recorded =
          call(
              "complete " + lease + " " + ending.status(),
              lease.jobId(),
              () -> realStore.complete(lease, ending, ttl));
      witness.saw(recorded ? "an end recorded" : "an end refused to a late worker");
      return recorded;
    }

    @Override
    public boolean release(
        Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
      return call(
          "release " + lease + " until " + notBefore,
          lease.jobId(),
          () -> realStore.release(lease, notBefore, error, held));
    }

    @Override
    public Cancellation cancel(UUID id, Duration ttl) {
      var cancellation = call("cancel " + id, id, () -> realStore.cancel(id, ttl));
      witness.saw("cancel " + cancellation.getClass().getSimpleName());
      return cancellation;
    }

    @Override
    public List<Overdue> overdue(int limit) {
      var overdue = call("overdue", NOBODY, () -> realStore.overdue(limit));
      overdue.forEach(one -> witness.saw("overdue " + one.job().status()));
      return overdue;
    }

    @Override
    public void handedOver(UUID id, Instant due) {
      call("handedOver " + id, id, done(() -> realStore.handedOver(id, due)));
    }

    @Override
    public int purgeExpired(int limit) {
      return call("purgeExpired", NOBODY, () -> realStore.purgeExpired(limit));
    }

    @Override
    public void close() {}
  }

  private static Supplier<String> done(Runnable effect) {
    return () -> {
      effect.run();
      return "done";
    };
  }

  private final class Queue implements RequestQueue {
    @Override
    public QueueFeatures features() {
      return mood.separate()
          ? new QueueFeatures(
              true,
              true,
              Optional.of(Duration.ofSeconds(20)),
              Optional.of(Duration.ofSeconds(25)),
              300)
          : realQueue.features();
    }

    @Override
    public void send(Message message, Instant notBefore) {
      witness.sent(message);
      var delay = Duration.between(scheduler.instant(), notBefore);
      requireAble(features().canDelay(delay), delay);
      if (message.payload().length() > features().maxMessageBytes()
          && message.payload() instanceof io.openhqm.core.Body.Inline) {
        throw new IllegalArgumentException("too large");
      }
      call("send " + message.id(), message.id(), done(() -> realQueue.send(message, notBefore)));
    }

    private void requireAble(boolean able, Duration delay) {
      if (!able) {
        throw new IllegalArgumentException("this queue cannot hold " + delay);
      }
    }

    @Override
    public List<Delivery> receive(int max, Duration visibility, Duration wait)
        throws InterruptedException {
      return receive(max, visibility, wait, Set.of());
    }

    @Override
    public List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
        throws InterruptedException {
      scheduler.step("receive " + max + " but not " + full);
      mayFail("receive", NOBODY, "not done");
      if (chance(mood.stall())) {
        witness.saw("a queue showed nothing");
        return List.of();
      }
      var deliveries = new ArrayList<Delivery>();
      if (!full.isEmpty()) {
        witness.saw("a full lane passed over");
      }
      for (var real : realQueue.receive(max, visibility, Duration.ZERO, full)) {
        scheduler.note("delivered " + real.message().id());
        delivered.add(real.message());
        deliveries.add(new Handed(real));
      }
      if (deliveries.size() < max && !delivered.isEmpty() && chance(mood.repeat())) {
        var again = delivered.get(random.nextInt(delivered.size()));
        witness.saw("a message delivered twice");
        scheduler.note("delivered once more " + again.id());
        deliveries.add(new Repeated(again));
      }
      Collections.shuffle(deliveries, random);
      return deliveries;
    }

    @Override
    public DeadLetters deadLetters() {
      return realQueue.deadLetters();
    }

    @Override
    public Depth depth() {
      return realQueue.depth();
    }

    @Override
    public void close() {}

    /** A delivery whose settlement can be lost. */
    private final class Handed implements Delivery {
      private final Delivery real;

      Handed(Delivery real) {
        this.real = real;
      }

      @Override
      public Message message() {
        return real.message();
      }

      @Override
      public void extend(Duration duration) {
        call("extend delivery " + message().id(), NOBODY, done(() -> real.extend(duration)));
      }

      @Override
      public void settle(Outcome outcome) {
        var id = message().id();
        if (outcome instanceof Outcome.RetryAfter retry) {
          requireAble(features().canRetryAfter(retry.delay()), retry.delay());
        }
        call("settle " + id + " " + outcome, NOBODY, done(() -> real.settle(outcome)));
        realQueue.deadLetters().find(id).ifPresent(witness::buried);
      }

      @Override
      public void moveTo(String lane, Duration otherwise) {
        call(
            "move " + message().id() + " to " + lane,
            NOBODY,
            done(() -> real.moveTo(lane, otherwise)));
      }
    }
  }

  /**
   * A message that the queue hands out although another worker has or had it. It is not there any
   * more to be sent back; a verdict of the worker is sent to the dead letters all the same.
   */
  private final class Repeated implements Delivery {
    private final Message message;

    Repeated(Message message) {
      this.message = message;
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public void extend(Duration duration) {}

    @Override
    public void settle(Outcome outcome) {
      if (outcome instanceof Outcome.DeadLetter) {
        witness.buriedByCopy(message.id());
      }
    }
  }

  private final class Blobs implements BlobStore {
    @Override
    public void put(String key, Bytes bytes) {
      witness.saw("a body left in the blob store");
      call("put " + key, jobOf(key), done(() -> realBlobs.put(key, bytes)));
    }

    @Override
    public Optional<Bytes> get(String key) {
      return call("get " + key, jobOf(key), () -> realBlobs.get(key));
    }

    @Override
    public void delete(String key) {
      call("delete " + key, jobOf(key), done(() -> realBlobs.delete(key)));
    }

    /** {@code payload/{id}} or {@code result/{id}/{fence}}. */
    private UUID jobOf(String key) {
      return UUID.fromString(key.split("/", -1)[1]);
    }

    @Override
    public void close() {}
  }
}
