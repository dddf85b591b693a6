package io.openhqm.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Begins at the time of day and goes on by elapsed time, so that what ends by it ends neither early
 * nor late when the time of day is set. Not for what others read. Immutable.
 */
record SteadyClock(Instant began, long beganNanos, LongSupplier nanos) implements InstantSource {
  static SteadyClock from(InstantSource timeOfDay, LongSupplier nanos) {
    return new SteadyClock(timeOfDay.instant(), nanos.getAsLong(), nanos);
  }

  @Override
  public Instant instant() {
    return began.plusNanos(nanos.getAsLong() - beganNanos);
  }
}
