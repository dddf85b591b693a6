package io.openhqm.server;

import io.openhqm.core.Telemetry;
import io.openhqm.worker.Sweep;
import java.time.Duration;

/** Runs the sweep at once and then every second. */
final class SweepLoop implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Sweep sweep;
  private final Telemetry telemetry;
  private final Thread thread = Thread.ofPlatform().daemon().name("sweep").unstarted(this::loop);
  private volatile boolean closed;

  SweepLoop(Sweep sweep, Telemetry telemetry) {
    this.sweep = sweep;
    this.telemetry = telemetry;
  }

  void start() {
    thread.start();
  }

  private void loop() {
    while (!closed) {
      try {
        sweep.run();
      } catch (Throwable failed) { // an Error too: nothing else sweeps
        telemetry.trouble("the sweep failed; it runs again in " + EVERY.toSeconds() + " s", failed);
      }
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException stop) {
        return;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join();
  }
}
