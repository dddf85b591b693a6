package io.openhqm.cli;

import java.util.function.LongSupplier;

/**
 * Has the whole heap collected when it has grown by much since it last was. What the HTTP server
 * reads from a connection is a chain, of which each link that has grown old keeps alive all that
 * follow, used up or not; and the parallel collector looks among the old ones only when they fill
 * all of the memory that the process may have. Not safe for use by many threads.
 */
final class OldGarbage {
  private static final long GROWTH_MAX = 32 << 20;

  /** In nanoseconds; while it collects, nothing is answered. */
  private static final long EVERY = 5_000_000_000L;

  private final LongSupplier nanoTime;
  private final LongSupplier used;
  private final Runnable collect;
  private long usedThen;
  private long then;

  /**
   * @param used how many bytes of the heap are used, or were and are not collected yet
   * @param collect collects all of it
   */
  OldGarbage(LongSupplier nanoTime, LongSupplier used, Runnable collect) {
    this.nanoTime = nanoTime;
    this.used = used;
    this.collect = collect;
    this.usedThen = used.getAsLong();
    this.then = nanoTime.getAsLong();
  }

  static OldGarbage ofThisProcess() {
    var runtime = Runtime.getRuntime();
    return new OldGarbage(
        System::nanoTime, () -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
  }

  /** To be called now and then. */
  void look() {
    long now = nanoTime.getAsLong();
    if (now - then >= EVERY && used.getAsLong() - usedThen > Math.max(GROWTH_MAX, usedThen / 2)) {
      collect.run();
      usedThen = used.getAsLong();
      then = now;
    }
  }
}
