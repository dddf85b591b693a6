package io.openhqm.server;

import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, from its first byte until the request is answered: it must be complete in
 * time, and what is beyond {@link #SMALL} has a share of a budget. For use by the thread that reads
 * it, but for {@link #ring}.
 */
final class IncomingBody implements AutoCloseable {
  /** So much needs no share: the limit of requests in work is the limit of all of them too. */
  private static final int SMALL = 64 * 1024;

  private static final Duration COME_AGAIN = Duration.ofSeconds(1);
  private static final ThreadLocal<@Nullable IncomingBody> READ_BY_THREAD = new ThreadLocal<>();

  /**
   * @param timeMax how long a body may take
   * @param bytesMax the largest body
   * @param budget for all bodies at a time
   */
  record Limits(Duration timeMax, long bytesMax, Budget budget) {}

  private final Limits limits;
  private final long length;
  private final Budget.Share share;
  private final Thread reader = Thread.currentThread();
  private final long until;
  private long received;
  private boolean complete;
  private boolean late;

  /**
   * @param length in bytes; negative: not known
   */
  IncomingBody(Limits limits, long length) {
    this.limits = limits;
    this.length = length;
    this.share = limits.budget().share();
    this.until = System.nanoTime() + limits.timeMax().toNanos();
  }

  /** From here on it hears of what comes from the thread's connection. */
  void begin() {
    hold(Math.max(0, length));
    READ_BY_THREAD.set(this);
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

  /** Its time is over: the thread that waits for more is woken. */
  synchronized void ring() {
    if (!complete) {
      late = true;
      reader.interrupt();
    }
  }

  /**
   * All of it is there, or none will come any more.
   *
   * @throws ProblemException 408: because it took too long
   */
  void complete() {
    if (!inTime()) {
      throw tooSlow();
    }
  }

  /** As {@link #complete}, and says whether its time was not over. */
  boolean inTime() {
    READ_BY_THREAD.remove();
    synchronized (this) {
      complete = true;
    }
    if (late) {
      Thread.interrupted(); // it was meant for the wait, which is over
    }
    return !late;
  }

  private ProblemException tooSlow() {
    return new ProblemException(
        Problem.of(
            Problem.Kind.REQUEST_TIMEOUT,
            "The body was not complete within "
                + limits.timeMax().toSeconds()
                + " s; nothing was stored, send it faster or over a better connection."));
  }

  @Override
  public void close() {
    READ_BY_THREAD.remove();
    share.close();
  }
}
