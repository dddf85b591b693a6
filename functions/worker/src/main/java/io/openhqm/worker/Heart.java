package io.openhqm.worker;

import io.openhqm.core.Telemetry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does a thing again and again from a thread of its own, until it is closed. That is no virtual
 * one: who computes on those would hold it up, and leases would lapse while work goes on.
 */
final class Heart implements AutoCloseable {
  private static final Duration BEAT = Duration.ofMillis(200);

  private final Runnable beat;
  private final Telemetry telemetry;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** A heart that stands still until {@link #start}. */
  Heart(Runnable beat, Telemetry telemetry) {
    this.beat = beat;
    this.telemetry = telemetry;
  }

  void start() {
    Thread.ofPlatform().daemon().name("heartbeat").start(this::beat);
  }

  private void beat() {
    try {
      do {
        beatOnce();
      } while (!closed.await(BEAT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException nobodyDoes) {
      Thread.currentThread().interrupt();
    }
  }

  private void beatOnce() {
    try {
      beat.run();
    } catch (Throwable bug) { // an Error too: without it, leases would lapse while work goes on
      telemetry.trouble("a heartbeat failed", bug);
    }
  }

  /** Does not wait for a beat that is under way: an engine may be slow to answer it. */
  @Override
  public void close() {
    closed.countDown();
  }
}
