package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * What a queue can do; the core makes up the difference.
 *
 * @param ordering messages of one session are delivered one after the other, in order
 * @param priorities a message of higher priority is delivered first
 * @param maxDelay the longest delay that it can hold; empty: any. Zero: none
 * @param maxMessageBytes the largest payload that it carries, in bytes
 */
public record QueueFeatures(
    boolean ordering, boolean priorities, Optional<Duration> maxDelay, long maxMessageBytes) {
  public QueueFeatures {
    requireNonNull(maxDelay, "maxDelay");
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException("maxMessageBytes must be >= 1 but is " + maxMessageBytes);
    }
  }

  /** Whether it can hold a message back for {@code delay}. */
  public boolean canDelay(Duration delay) {
    return maxDelay.isEmpty() || delay.compareTo(maxDelay.get()) <= 0;
  }
}
