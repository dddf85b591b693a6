package io.openhqm.server;

import java.util.concurrent.Semaphore;

/** Memory for what is large and in flight. Safe for use by many threads. */
final class Budget {
  private static final int UNIT = 1024;

  private final int units;
  private final Semaphore free;

  /**
   * @param bytes all that there is, to the KiB
   */
  Budget(long bytes) {
    this.units = units(bytes);
    this.free = new Semaphore(units);
  }

  long bytes() {
    return (long) units * UNIT;
  }

  /** A share of it. For use by one thread. */
  final class Share implements AutoCloseable {
    private int taken;

    /** Makes it so large, if it is smaller and there is room. */
    boolean growTo(long bytes) {
      int missing = units(bytes) - taken;
      if (missing > 0 && !free.tryAcquire(missing)) {
        return false;
      }
      taken += Math.max(0, missing);
      return true;
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }

  Share share() {
    return new Share();
  }

  private static int units(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
  }
}
