package io.openhqm.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Memory for the large answers of backends. A share belongs to the thread that works on a delivery:
 * from before it reads the answer until what came of it is recorded. Whoever waits has none, so
 * that nobody waits for another who waits; they get theirs in the order in which they came. Safe
 * for use by many threads.
 */
public final class AnswerMemory {
  private static final int UNIT = 1024;

  private final int units;
  private final Semaphore free;
  private final ThreadLocal<Integer> taken = ThreadLocal.withInitial(() -> 0);

  /**
   * @param bytes for all answers at a time, to the KiB; one that is larger has to be alone
   */
  public AnswerMemory(long bytes) {
    this.units = Math.max(1, units(bytes));
    this.free = new Semaphore(units, true);
  }

  /**
   * Waits until the calling thread can have this much. What it had before it gives back first: that
   * was for an answer that led elsewhere.
   *
   * @return whether there was room in time
   */
  public boolean take(long bytes, Duration atMost) throws InterruptedException {
    giveBack();
    int wanted = Math.min(units(bytes), units);
    if (!free.tryAcquire(wanted, atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    taken.set(wanted);
    return true;
  }

  /** What the calling thread has, if it has any. */
  void giveBack() {
    free.release(taken.get());
    taken.remove();
  }

  private static int units(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
  }
}
