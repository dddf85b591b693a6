package io.openhqm.tck;

import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;

/** Starts something that waits, and returns when it does. */
final class Waiting {
  private Waiting() {}

  static Thread start(FutureTask<?> task) {
    var thread = Thread.ofVirtual().start(task);
    Awaitility.await().until(() -> isWaiting(thread));
    return thread;
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, TERMINATED -> true;
      case NEW, RUNNABLE, BLOCKED -> false;
    };
  }
}
