package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Set;

/**
 * When to try again.
 *
 * @param attemptsMax tries in all, the first included ({@code max_retries} + 1); 1 to 1,001
 * @param delayBase the upper bound of the first pause; doubles with each attempt; zero or more
 * @param delayMax the longest pause, unless the backend asks for a longer one; at least {@code
 *     delayBase}
 * @param statusCodes answers that ask for another try
 */
public record RetryPolicy(
    int attemptsMax, Duration delayBase, Duration delayMax, Set<Integer> statusCodes) {
  /** Answers that ask for another try where the configuration does not say which. */
  public static final Set<Integer> RETRIED_BY_DEFAULT = Set.of(408, 425, 429, 502, 503, 504);

  public RetryPolicy {
    requireNonNull(delayBase, "delayBase");
    requireNonNull(delayMax, "delayMax");
    statusCodes = Set.copyOf(statusCodes);
    if (attemptsMax < 1 || attemptsMax > 1001) {
      throw new IllegalArgumentException("attemptsMax must be 1 to 1001 but is " + attemptsMax);
    }
    if (delayBase.isNegative() || delayBase.compareTo(delayMax) > 0) {
      throw new IllegalArgumentException(
          "need 0 <= delayBase <= delayMax but got " + delayBase + " and " + delayMax);
    }
  }

  /** The same with another number of tries. */
  public RetryPolicy withAttemptsMax(int attempts) {
    return new RetryPolicy(attempts, delayBase, delayMax, statusCodes);
  }
}
