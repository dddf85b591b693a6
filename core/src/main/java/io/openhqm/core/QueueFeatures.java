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

  /**
   * Whether {@code message} stays on the queue while it waits for {@code delay}. One of a session
   * does where the queue keeps order, however long it has to wait: elsewhere it would lose its
   * place. It then comes early, as often as it takes, and is sent back for the rest.
   */
  public boolean keeps(Message message, Duration delay) {
    boolean inOrder = ordering && message.metadata().sessionId().isPresent();
    return canDelay(delay) || inOrder && !maxDelay.equals(Optional.of(Duration.ZERO));
  }

  /** {@code delay}, or the longest that it can hold if that is less; never negative. */
  public Duration atMost(Duration delay) {
    var wanted = delay.isNegative() ? Duration.ZERO : delay;
    return canDelay(wanted) ? wanted : maxDelay.orElse(wanted);
  }
}
