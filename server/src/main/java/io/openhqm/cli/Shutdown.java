package io.openhqm.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What is closed when the process is told to end, which may be while it still starts: who starts
 * something has one of these before.
 */
final class Shutdown {
  private final Deque<Runnable> parts = new ArrayDeque<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private boolean begun;

  /** One that begins when this process is told to end, or at once if it was. */
  static Shutdown ofThisProcess() {
    var shutdown = new Shutdown();
    try {
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(shutdown::begin));
    } catch (IllegalStateException toldBefore) {
      shutdown.begin();
    }
    return shutdown;
  }

  /** Closes it before all that was there earlier; at once if the shutdown has begun. */
  synchronized void closes(Runnable part) {
    if (begun) {
      part.run();
    } else {
      parts.push(part);
    }
  }

  synchronized void begin() {
    begun = true;
    while (!parts.isEmpty()) {
      parts.pop().run();
    }
    done.countDown();
  }

  /** Whether it is done, waited for that long; the process hardly survives it. */
  boolean isDoneIn(Duration atMost) throws InterruptedException {
    return done.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }
}
