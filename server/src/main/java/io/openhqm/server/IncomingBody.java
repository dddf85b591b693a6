package io.openhqm.server;

import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, from its first byte until the request is answered: it must be complete in
 * time, and what is beyond {@link #SMALL} has a share of a budget. For use by the thread that reads
 * it.
 */
final class IncomingBody implements AutoCloseable {
  /** So much needs no share: the limit of requests in work is the limit of all of them too. */
  private static final int SMALL = 64 * 1024;

  /** How long a client that does not read may hold up what it is told. */
  private static final Duration TELLING_MAX = Duration.ofSeconds(1);

  private static final Duration COME_AGAIN = Duration.ofSeconds(1);
  private static final ThreadLocal<@Nullable IncomingBody> READ_BY_THREAD = new ThreadLocal<>();

  /**
   * @param timeMax how long a body may take
   * @param bytesMax the largest body
   * @param budget for all bodies at a time
   * @param alarms wakes who waits for more when the time is over
   */
  record Limits(Duration timeMax, long bytesMax, Budget budget, ScheduledExecutorService alarms) {}

  private final Limits limits;
  private final long length;
  private final Budget.Share share;
  private final Thread reader = Thread.currentThread();
  private final long until;
  private final Runnable atLate;
  private @Nullable Future<?> alarm;
  private long received;
  private boolean complete;
  private boolean late;

  /**
   * @param length in bytes; negative: not known
   * @param atLate called when its time is over, by another thread, before its reader is woken
   */
  IncomingBody(Limits limits, long length, Runnable atLate) {
    this.limits = limits;
    this.length = length;
    this.atLate = atLate;
    this.share = limits.budget().share();
    this.until = System.nanoTime() + limits.timeMax().toNanos();
  }

  /** From here on it hears of what comes from the thread's connection. */
  void begin() {
    hold(Math.max(0, length));
    READ_BY_THREAD.set(this);
  }

  /**
   * Tells the body that the calling thread reads, if it does, that more of it has to be waited for.
   * Most bodies come with their header fields and need no alarm.
   */
  static void awaited() {
    var body = READ_BY_THREAD.get();
    if (body != null) {
      body.await();
    }
  }

  /** Has its reader woken when its time is over. */
  void await() {
    if (alarm == null) {
      alarm = limits.alarms().schedule(this::ring, until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Tells the body that the calling thread reads, if it does, that bytes came for it. The server
   * keeps a chunk until it is complete, and a line about it however long it is.
   *
   * @throws ProblemException as {@link #hold} does; 413: they are far more than the largest body is
   */
  static void received(int bytes) {
    var body = READ_BY_THREAD.get();
    if (body != null) {
      body.receive(bytes);
    }
  }

  private void receive(int bytes) {
    received += bytes;
    if (length < 0 && received > 2 * limits.bytesMax() + SMALL) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.BODY_TOO_LARGE,
              "The body and its chunk headers are larger than twice the limit of a body (server.max_body_size)."));
    }
    hold(Math.min(length < 0 ? limits.bytesMax() : length, received));
  }

  /**
   * It is so large, as far as is known.
   *
   * @throws ProblemException 408: it takes too long; 503: there is no room
   */
  void hold(long bytes) {
    if (System.nanoTime() - until >= 0) {
      throw tooSlow();
    }
    if (bytes > SMALL && !share.growTo(bytes)) {
      throw new ProblemException(
          Problem.of(
                  Problem.Kind.OVERLOADED,
                  "Large bodies in work have all the memory that there is for them ("
                      + limits.budget().bytes()
                      + " bytes); nothing was stored, send it again later.")
              .retryAfter(COME_AGAIN));
    }
  }

  private void ring() {
    synchronized (this) {
      if (complete) {
        return;
      }
      late = true;
    }
    Thread.startVirtualThread(
        () -> {
          try {
            atLate.run();
          } finally {
            wake();
          }
        });
    limits.alarms().schedule(this::wake, TELLING_MAX.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized void wake() {
    if (!complete) {
      reader.interrupt();
    }
  }

  /** All of it is there, or none will come any more: whether its time was not over. */
  boolean inTime() {
    READ_BY_THREAD.remove();
    if (alarm != null) {
      alarm.cancel(false);
    }
    synchronized (this) {
      complete = true;
    }
    if (late) {
      Thread.interrupted(); // it was meant for the wait, which is over
    }
    return !late;
  }

  ProblemException tooSlow() {
    return new ProblemException(tooSlow(limits.timeMax()));
  }

  /** What a client is told whose body took longer than that. */
  static Problem tooSlow(Duration timeMax) {
    return Problem.of(
        Problem.Kind.REQUEST_TIMEOUT,
        "The body was not complete within "
            + timeMax.toSeconds()
            + " s; nothing was stored, send it faster or over a better connection.");
  }

  @Override
  public void close() {
    READ_BY_THREAD.remove();
    if (alarm != null) {
      alarm.cancel(false);
    }
    share.close();
  }
}
