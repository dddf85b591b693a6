package io.openhqm.worker;

import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The attempts that run now. {@link #beat} keeps their leases going and stops those whose time is
 * over, whose client gave up, or whose job somebody else has; it must be called a few times in each
 * lease, by whoever keeps the time. Safe for use by many threads.
 */
public final class Attempts {
  private final JobStore store;
  private final InstantSource clock;
  private final Telemetry telemetry;
  private final Duration lease;

  /** By lease: after one has lapsed unnoticed, two attempts at one job run until the next beat. */
  private final ConcurrentMap<Lease, Running> running = new ConcurrentHashMap<>();

  /**
   * @param clock the store's, by which leases lapse
   * @param lease how long a lease is; it is extended when a third of it has passed
   */
  public Attempts(JobStore store, InstantSource clock, Telemetry telemetry, Duration lease) {
    this.store = store;
    this.clock = clock;
    this.telemetry = telemetry;
    this.lease = lease;
  }

  /** Why an attempt was told to stop. */
  enum Stop {
    TIMED_OUT,
    CANCELLED,
    LOST,
    SHUTDOWN
  }

  /** One attempt, from its claim to its end. */
  final class Running implements AutoCloseable {
    private final Lease held;
    private final Delivery delivery;
    private final Deadline deadline;
    private final Thread thread;
    private Instant nextBeat;
    private Optional<Stop> stop = Optional.empty();
    private boolean over;

    private Running(Lease held, Delivery delivery, Deadline deadline) {
      this.held = held;
      this.delivery = delivery;
      this.deadline = deadline;
      this.thread = Thread.currentThread();
      this.nextBeat = clock.instant().plus(lease.dividedBy(3));
    }

    /** Why it was told to stop; empty: it was not. */
    synchronized Optional<Stop> stop() {
      return stop;
    }

    private synchronized void stopFor(Stop reason) {
      if (!over && stop.isEmpty()) {
        stop = Optional.of(reason);
        thread.interrupt();
      }
    }

    private synchronized boolean beatIsDue(Instant now) {
      if (over || now.isBefore(nextBeat)) {
        return false;
      }
      nextBeat = now.plus(lease.dividedBy(3));
      return true;
    }

    /** From here on nobody interrupts the thread, and an interrupt that came too late is gone. */
    void end() {
      synchronized (this) {
        over = true;
      }
      if (stop().isPresent()) {
        // The interrupt was meant for the attempt, which is over; what follows must be recorded.
        Thread.interrupted();
      }
    }

    @Override
    public void close() {
      end();
      running.remove(held, this);
    }
  }

  /** Notes that the calling thread begins an attempt. */
  Running begin(Lease held, Delivery delivery, Deadline deadline) {
    var attempt = new Running(held, delivery, deadline);
    running.put(held, attempt);
    return attempt;
  }

  /** How many run. */
  public int active() {
    return running.size();
  }

  /**
   * Extends what is due and stops what must stop. Never throws; an engine that gives no answer is
   * asked again with the next beat.
   */
  public void beat() {
    var now = clock.instant();
    for (var attempt : running.values()) {
      if (attempt.deadline.isOver()) {
        attempt.stopFor(Stop.TIMED_OUT);
      } else if (attempt.beatIsDue(now)) {
        extend(attempt);
      }
    }
  }

  private void extend(Running attempt) {
    try {
      switch (store.extend(attempt.held, lease)) {
        case EXTENDED -> attempt.delivery.extend(lease);
        case CANCEL_REQUESTED -> attempt.stopFor(Stop.CANCELLED);
        case LOST -> attempt.stopFor(Stop.LOST);
      }
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("the lease of a running job could not be extended", noAnswer);
    }
  }

  /** Stops what attempts at this job run here, because its client asked to cancel it. */
  public void cancel(UUID job) {
    running.forEach(
        (held, attempt) -> {
          if (held.jobId().equals(job)) {
            attempt.stopFor(Stop.CANCELLED);
          }
        });
  }

  /** Stops all attempts, to give their jobs back. */
  public void stopAll() {
    running.values().forEach(attempt -> attempt.stopFor(Stop.SHUTDOWN));
  }
}
