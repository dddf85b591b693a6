package io.openhqm.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Until when something must be finished.
 *
 * @param at the instant
 * @param clock the clock it is read by
 */
public record Deadline(Instant at, InstantSource clock) {
  /** {@code duration} from now. */
  public static Deadline after(Duration duration, InstantSource clock) {
    return new Deadline(clock.instant().plus(duration), clock);
  }

  /** What is left; zero when it is over. */
  public Duration remaining() {
    var left = Duration.between(clock.instant(), at);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Whether it is over. */
  public boolean isOver() {
    return remaining().isZero();
  }

  /** This deadline, or {@code duration} from now where that is sooner. */
  public Deadline orAfter(Duration duration) {
    var sooner = clock.instant().plus(duration);
    return sooner.isBefore(at) ? new Deadline(sooner, clock) : this;
  }
}
