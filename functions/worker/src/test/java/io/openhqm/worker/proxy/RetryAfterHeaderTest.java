package io.openhqm.worker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long to wait, as the answer says. */
final class RetryAfterHeaderTest {
  private static final Instant NOW = Instant.parse("2026-11-24T15:15:46Z");
  private static final long EPOCH = NOW.getEpochSecond();

  private static Optional<Duration> of(int status, String... fields) {
    return RetryAfterHeader.of(status, Headers.of(fields), NOW);
  }

  private static Optional<Duration> seconds(long seconds) {
    return Optional.of(Duration.ofSeconds(seconds));
  }

  @Test
  void nothingIsAskedForWhereNothingIsSaid() {
    assertThat(of(503)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void secondsAreHeededWithAnyStatus(int status) {
    assertThat(of(status, "Retry-After", "120")).isEqualTo(seconds(120));
    assertThat(of(status, "Retry-After", " 0 ")).isEqualTo(seconds(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tue, 24 Nov 2026 15:16:46 GMT",
        "Tuesday, 24-Nov-26 15:16:46 GMT",
        "Tue Nov 24 15:16:46 2026"
      })
  void aDateIsReadInEachOfItsThreeForms(String date) {
    assertThat(of(503, "Retry-After", date)).isEqualTo(seconds(60));
  }

  @Test
  void aDayOfOneDigitIsRead() {
    assertThat(of(503, "Retry-After", "Tue Dec  1 15:15:46 2026"))
        .isEqualTo(Optional.of(Duration.ofDays(7)));
    assertThat(of(503, "Retry-After", "Tue, 01 Dec 2026 15:15:46 GMT"))
        .isEqualTo(Optional.of(Duration.ofDays(7)));
    assertThat(of(503, "Retry-After", "Tuesday, 01-Dec-26 15:15:46 GMT"))
        .isEqualTo(Optional.of(Duration.ofDays(7)));
  }

  @Test
  void aTimeThatHasPassedMeansAtOnce() {
    assertThat(of(503, "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")).isEqualTo(seconds(0));
    assertThat(of(503, "Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT"))
        .as("a year of two digits is never more than 50 years ahead")
        .isEqualTo(seconds(0));
    assertThat(of(503, "Retry-After", "Sun Nov  6 08:49:37 1994")).isEqualTo(seconds(0));
  }

  @Test
  void aDateIsReadAgainstTheBackendsOwnClock() {
    assertThat(
            of(
                503,
                "Date",
                "Tue, 24 Nov 2026 20:00:00 GMT",
                "Retry-After",
                "Tue, 24 Nov 2026 20:00:30 GMT"))
        .isEqualTo(seconds(30));
    assertThat(
            of(
                503,
                "Date",
                "Tue Nov 24 03:00:00 2026",
                "Retry-After",
                "Tuesday, 24-Nov-26 03:00:30 GMT"))
        .isEqualTo(seconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "-1",
        "1.5",
        "1e3",
        "99999999999999999999",
        "100000001",
        "٣",
        "Tue, 31 Feb 2026 15:16:46 GMT",
        "Tuesday, 24-Nov-26 25:16:46 GMT",
        ","
      })
  void whatCannotBeUnderstoodAsksForNothing(String value) {
    assertThat(of(503, "Retry-After", value)).isEmpty();
  }

  @Test
  void anAnswerThatIsNoRateLimitWaitsForNoResetOfOne() {
    for (int status : new int[] {408, 500, 502, 503, 504}) {
      assertThat(
              of(
                  status,
                  "X-RateLimit-Limit",
                  "5000",
                  "X-RateLimit-Remaining",
                  "4999",
                  "X-RateLimit-Reset",
                  Long.toString(EPOCH + 3_000)))
          .isEmpty();
      assertThat(of(status, "RateLimit", "\"default\";r=50;t=3000")).isEmpty();
    }
    assertThat(of(502, "X-RateLimit-Reset", "3000")).isEmpty();
    assertThat(of(502, "RateLimit", "\"default\";t=3000")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"429, 5", "429, 0", "503, 0", "502, 0", "500, 0"})
  void aRateLimitThatWasHitIsWaitedFor(int status, String remaining) {
    assertThat(of(status, "X-RateLimit-Remaining", remaining, "X-RateLimit-Reset", "17"))
        .isEqualTo(seconds(17));
    assertThat(
            of(
                status,
                "x-ratelimit-remaining",
                remaining,
                "x-ratelimit-reset",
                Long.toString(EPOCH + 17)))
        .isEqualTo(seconds(17));
    assertThat(of(status, "RateLimit", "\"default\";r=" + remaining + ";t=17"))
        .isEqualTo(seconds(17));
  }

  @Test
  void a429And503NeedNotSayThatNothingRemains() {
    for (int status : new int[] {429, 503}) {
      assertThat(of(status, "X-RateLimit-Reset", "17")).isEqualTo(seconds(17));
      assertThat(of(status, "RateLimit", "\"default\"; t=17")).isEqualTo(seconds(17));
    }
  }

  @Test
  void ofSeveralLimitsTheOneThatWasHitCounts() {
    assertThat(of(429, "RateLimit", "\"day\";r=900;t=80000, \"second\";r=0;t=1"))
        .isEqualTo(seconds(1));
    assertThat(of(503, "RateLimit", "\"minute\";r=0;t=30, \"second\";r=0;t=1"))
        .isEqualTo(seconds(30));
  }

  @Test
  void retryAfterComesFirstAndThenTheRateLimits() {
    assertThat(
            of(
                429,
                "X-RateLimit-Reset",
                "3",
                "RateLimit",
                "\"default\";r=0;t=2",
                "Retry-After",
                "1"))
        .isEqualTo(seconds(1));
    assertThat(of(429, "X-RateLimit-Reset", "3", "RateLimit", "\"default\";r=0;t=2"))
        .isEqualTo(seconds(2));
    assertThat(of(429, "Retry-After", "later", "X-RateLimit-Reset", "3")).isEqualTo(seconds(3));
  }

  @Test
  void aResetThatHasPassedMeansAtOnce() {
    assertThat(of(429, "X-RateLimit-Reset", Long.toString(EPOCH - 5))).isEqualTo(seconds(0));
  }
}
