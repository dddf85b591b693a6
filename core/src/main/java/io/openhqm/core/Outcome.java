package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What the worker decided for a delivery. */
public sealed interface Outcome {
  /** The message is dealt with; the queue forgets it. */
  record Done() implements Outcome {}

  /**
   * Hand it over again, not before {@code delay} is over.
   *
   * @param delay zero or more; at most the queue's {@link QueueFeatures#maxRetryDelay()}
   */
  record RetryAfter(Duration delay) implements Outcome {
    public RetryAfter {
      requireNonNull(delay, "delay");
      if (delay.isNegative()) {
        throw new IllegalArgumentException("delay must be >= 0 but is " + delay);
      }
    }
  }

  /**
   * Never again: it goes to the dead letters.
   *
   * @param reason why, in words that a user can act on; never holds a credential
   */
  record DeadLetter(String reason) implements Outcome {
    public DeadLetter {
      requireNonNull(reason, "reason");
    }
  }
}
