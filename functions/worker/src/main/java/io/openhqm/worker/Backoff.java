package io.openhqm.worker;

import io.openhqm.core.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential backoff with full jitter, and never shorter
 * than the backend asked for.
 *
 * @param random for the jitter; safe for use by many threads
 * @param askedMax the longest that a backend's {@code Retry-After} is obeyed
 */
record Backoff(RandomGenerator random, Duration askedMax) {
  private static final int DOUBLINGS_MAX = 40;

  /**
   * The pause after an attempt.
   *
   * @param attempt its number, from 1
   * @param asked what the backend asked for
   */
  Duration after(int attempt, RetryPolicy policy, Optional<Duration> asked) {
    double base = policy.delayBase().toMillis();
    double cap =
        Math.min(
            policy.delayMax().toMillis(), base * Math.pow(2, Math.min(attempt - 1, DOUBLINGS_MAX)));
    var jittered = Duration.ofMillis(Math.round(random.nextDouble() * cap));
    var least =
        asked.map(pause -> pause.compareTo(askedMax) < 0 ? pause : askedMax).orElse(Duration.ZERO);
    return jittered.compareTo(least) < 0 ? least : jittered;
  }
}
