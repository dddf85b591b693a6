package io.openhqm.tck;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is told to go on. Safe for use by many threads. */
public final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /** Stands at the first moment of 2026. */
  public ManualClock() {
    this(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** Stands at {@code start}. */
  public ManualClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Goes on by {@code duration}; a negative one sets it back, as a real clock may be. */
  public void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  /** Goes on to {@code instant}; stays where it is if that has passed. */
  public void advanceTo(Instant instant) {
    now.updateAndGet(before -> instant.isAfter(before) ? instant : before);
  }
}
