package io.openhqm.worker;

import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Works on what a polled queue holds, on many messages at a time. How many, and what is passed over
 * meanwhile, {@link Lanes} decides.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final long PAUSE_MAX_MS = 5_000;

  /**
   * How long a hand is waited for before messages are taken only to be parked: other processes
   * might have hands for them.
   */
  private static final Duration PATIENCE = Duration.ofMillis(20);

  /** The same where the queue passes over what is for a full backend. */
  private static final Duration GLANCE = Duration.ofMillis(2);

  /**
   * When a message comes again that could not be moved to another lane: seldom enough that what
   * comes in vain, a write each time, does not keep the queue busy.
   */
  private static final Duration COME_AGAIN = Duration.ofSeconds(10);

  /**
   * @param count how many attempts run at the same time at one backend
   * @param batchSize how many messages are taken in one go
   * @param visibility how long a message is ours without a heartbeat
   */
  public record Settings(int count, int batchSize, Duration visibility) {}

  private final Settings settings;
  private final RequestQueue queue;
  private final Worker worker;
  private final Attempts attempts;
  private final Telemetry telemetry;
  private final InstantSource clock;
  private final Executor hands;
  private final Lanes lanes;
  private final Semaphore freed = new Semaphore(0);
  private final Thread receiver;
  private final Heart heart;

  /**
   * Of its own: leases of running attempts must not wait until an engine has extended what waits.
   */
  private final Heart heartOfParked;

  private final Object door = new Object();

  /** The receiver waits for what is behind a full backend; guarded by {@link #door}. */
  private boolean looksBehind;

  private Instant nextExtension;

  /**
   * A full backend was waited for long enough: what is behind it is taken as long as there is any.
   */
  private boolean looksPast;

  private volatile boolean stopping;

  /**
   * A pool that stands still until {@link #start}.
   *
   * @param clock by which attempts run out of time; one that never jumps
   * @param hands begins at once what it is given, in another thread; not in a virtual one where the
   *     processor may compute, as it would keep those of the server from going on
   */
  public WorkerPool(
      Settings settings,
      RequestQueue queue,
      Worker worker,
      Attempts attempts,
      Telemetry telemetry,
      InstantSource clock,
      Executor hands) {
    this.settings = settings;
    this.queue = queue;
    this.worker = worker;
    this.attempts = attempts;
    this.telemetry = telemetry;
    this.clock = clock;
    this.hands = hands;
    this.lanes =
        new Lanes(Lanes.Settings.of(settings.count()), worker.resolver(), queue.features());
    this.nextExtension = clock.instant();
    this.receiver = Thread.ofVirtual().name("receiver").unstarted(this::receive);
    this.heart = new Heart(attempts::beat, telemetry);
    this.heartOfParked = new Heart(this::keepParked, telemetry);
  }

  /** Begins to take messages. */
  public void start() {
    heart.start();
    heartOfParked.start();
    receiver.start();
  }

  /** How many messages are worked on; one that waits for a hand does not count. */
  public int active() {
    return lanes.running();
  }

  private void receive() {
    int failures = 0;
    while (!stopping) {
      try {
        var deliveries = receiveSome();
        looksPast &= !deliveries.isEmpty();
        failures = 0;
        deliveries.forEach(delivery -> lanes.take(delivery).ifPresent(this::begin));
        move(lanes.surplus());
      } catch (UnavailableException noAnswer) {
        telemetry.trouble("no messages could be taken; trying again", noAnswer);
        failures++;
        sleep(Math.min(PAUSE_MAX_MS, 50L << Math.min(failures, 7)));
      } catch (InterruptedException stop) {
        return;
      } catch (Throwable bug) { // an Error too: nothing else takes messages
        telemetry.trouble("taking messages failed; trying again", bug);
        sleep(PAUSE_MAX_MS);
      }
    }
  }

  private List<Delivery> receiveSome() throws InterruptedException {
    boolean passesOver = queue.features().lanes();
    var wanted = wanted();
    if (wanted.isAnyFull() && wanted.max() > 0 && !looksPast) {
      looksPast = !awaitFreeHand(passesOver ? GLANCE : PATIENCE);
      wanted = wanted();
    }
    if (wanted.max() == 0) {
      awaitFreeHand(WAIT);
      return List.of();
    }
    return wanted.isAnyFull() && passesOver
        ? receiveBehind(wanted)
        : queue.receive(wanted.max(), settings.visibility(), WAIT, wanted.full());
  }

  /** Passes over what is for a full backend, until a hand is free for it. */
  private List<Delivery> receiveBehind(Lanes.Wanted wanted) throws InterruptedException {
    synchronized (door) {
      if (freed.availablePermits() > 0) {
        return List.of();
      }
      looksBehind = true;
    }
    try {
      return queue.receive(wanted.max(), settings.visibility(), WAIT, wanted.full());
    } catch (InterruptedException wantedBack) {
      return List.of();
    } finally {
      synchronized (door) {
        looksBehind = false;
      }
      // A call back that came too late; who stops has said so elsewhere too.
      Thread.interrupted();
    }
  }

  private void free() {
    freed.release();
    synchronized (door) {
      if (looksBehind) {
        looksBehind = false;
        receiver.interrupt();
      }
    }
  }

  private Lanes.Wanted wanted() {
    boolean anyFreed = freed.drainPermits() > 0;
    looksPast &= !anyFreed || queue.features().lanes();
    return lanes.wanted(settings.batchSize());
  }

  /** Returns at once if one was freed since {@link #wanted} was asked. */
  private boolean awaitFreeHand(Duration atMost) throws InterruptedException {
    return freed.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void begin(Lanes.Turn turn) {
    hands.execute(
        () -> {
          try {
            work(turn);
          } finally {
            lanes.ended(turn).ifPresent(this::begin);
            free();
          }
        });
  }

  private void work(Lanes.Turn turn) {
    try {
      // A polled worker has all the time there is; the route's timeout ends each attempt.
      var endless = new Deadline(Instant.MAX, clock);
      var invocation = new Worker.Invocation(turn.resolution(), endless, true);
      settle(turn.delivery(), worker.deliver(turn.delivery(), invocation));
    } catch (Throwable bug) {
      telemetry.trouble("a delivery was left to come again", bug);
    }
  }

  private void settle(Delivery delivery, Outcome outcome) {
    try {
      delivery.settle(outcome);
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("a message could not be settled; it will be delivered again", noAnswer);
    }
  }

  /** Together, so that an engine that groups its writes makes one of them. */
  private void move(List<Lanes.Surplus> surplus) {
    if (surplus.isEmpty()) {
      return;
    }
    try (var movers = Executors.newVirtualThreadPerTaskExecutor()) {
      surplus.forEach(one -> movers.execute(() -> move(one)));
    }
  }

  private void move(Lanes.Surplus one) {
    try {
      one.delivery().moveTo(one.lane(), COME_AGAIN);
    } catch (Throwable noAnswer) {
      telemetry.trouble("a message that there is no room for comes again later", noAnswer);
    }
  }

  private void keepParked() {
    var now = clock.instant();
    if (!now.isBefore(nextExtension)) {
      nextExtension = now.plus(settings.visibility().dividedBy(3));
      makeVisibleIn(settings.visibility(), lanes.parked());
    }
  }

  private void makeVisibleIn(Duration duration, List<Delivery> parked) {
    try {
      queue.extendAll(parked, duration);
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("messages that wait here may be delivered to others too", noAnswer);
    }
  }

  private void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }

  /**
   * Takes no more messages, lets running attempts end within {@code grace}, then gives the rest
   * back.
   */
  public void stop(Duration grace) throws InterruptedException {
    stopping = true;
    receiver.interrupt();
    receiver.join();
    heartOfParked.close();
    makeVisibleIn(Duration.ZERO, lanes.unpark());
    if (!awaitIdle(grace)) {
      attempts.stopAll();
      awaitIdle(LAST_WORDS);
    }
    heart.close();
  }

  private boolean awaitIdle(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    long left = atMost.toNanos();
    while (lanes.running() > 0 && left > 0) {
      freed.tryAcquire(left, TimeUnit.NANOSECONDS);
      left = until - System.nanoTime();
    }
    return lanes.running() == 0;
  }

  @Override
  public void close() {
    try {
      stop(Duration.ZERO);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
