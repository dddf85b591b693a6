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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Works on what a polled queue holds: takes never more messages than it has free hands, so that no
 * message waits behind a slow one, and works on each in a virtual thread of its own.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final long PAUSE_MAX_MS = 5_000;

  /**
   * @param count how many attempts run at the same time
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
  private final Semaphore hands;
  private final Thread receiver;
  private final Heart heart;
  private volatile boolean stopping;

  /** A pool that stands still until {@link #start}. */
  public WorkerPool(
      Settings settings,
      RequestQueue queue,
      Worker worker,
      Attempts attempts,
      Telemetry telemetry,
      InstantSource clock) {
    this.settings = settings;
    this.queue = queue;
    this.worker = worker;
    this.attempts = attempts;
    this.telemetry = telemetry;
    this.clock = clock;
    this.hands = new Semaphore(settings.count());
    this.receiver = Thread.ofVirtual().name("receiver").unstarted(this::receive);
    this.heart = new Heart(attempts, telemetry);
  }

  /** Begins to take messages. */
  public void start() {
    heart.start();
    receiver.start();
  }

  /** How many messages are worked on; a hand that waits for one does not count. */
  public int active() {
    return attempts.active();
  }

  private void receive() {
    int failures = 0;
    while (!stopping) {
      try {
        int free = takeHands();
        List<Delivery> deliveries;
        try {
          deliveries = queue.receive(free, settings.visibility(), WAIT);
        } catch (RuntimeException | InterruptedException nothing) {
          hands.release(free);
          throw nothing;
        }
        hands.release(free - deliveries.size());
        failures = 0;
        deliveries.forEach(delivery -> Thread.startVirtualThread(() -> work(delivery)));
      } catch (UnavailableException noAnswer) {
        telemetry.trouble("no messages could be taken; trying again", noAnswer);
        failures++;
        sleep(Math.min(PAUSE_MAX_MS, 50L << Math.min(failures, 7)));
      } catch (InterruptedException stop) {
        return;
      } catch (RuntimeException bug) {
        telemetry.trouble("taking messages failed; trying again", bug);
        sleep(PAUSE_MAX_MS);
      }
    }
  }

  /** At least one free hand, and as many more as a batch may use. */
  private int takeHands() throws InterruptedException {
    hands.acquire();
    int taken = 1;
    while (taken < settings.batchSize() && hands.tryAcquire()) {
      taken++;
    }
    return taken;
  }

  private void work(Delivery delivery) {
    try {
      // A polled worker has all the time there is; the route's timeout ends each attempt.
      var outcome = worker.deliver(delivery, new Deadline(Instant.MAX, clock));
      settle(delivery, outcome);
    } catch (RuntimeException bug) {
      telemetry.trouble("a delivery was left to come again", bug);
    } finally {
      hands.release();
    }
  }

  private void settle(Delivery delivery, Outcome outcome) {
    try {
      delivery.settle(outcome);
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("a message could not be settled; it will be delivered again", noAnswer);
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
    if (!hands.tryAcquire(settings.count(), grace.toMillis(), TimeUnit.MILLISECONDS)) {
      attempts.stopAll();
      if (hands.tryAcquire(settings.count(), LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        hands.release(settings.count());
      }
    } else {
      hands.release(settings.count());
    }
    heart.close();
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
