package io.openhqm.worker.proxy;

import io.openhqm.core.Headers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * How long a backend asks to wait: {@code Retry-After} in seconds or as a date (RFC 9110 §10.2.3),
 * else {@code t} of {@code RateLimit} (IETF draft), else {@code X-RateLimit-Reset}. A date is read
 * against the answer's own {@code Date}, so a clock that is off does no harm.
 */
final class RetryAfterHeader {
  private static final long SECONDS_MAX = 100_000_000;
  private static final long EPOCH_SECONDS_FROM = 1_000_000_000;

  private RetryAfterHeader() {}

  /** What the answer asks for; empty where it asks for nothing that can be understood. */
  static Optional<Duration> of(Headers headers, Instant now) {
    var answeredAt = headers.first("Date").flatMap(RetryAfterHeader::date).orElse(now);
    return headers
        .first("Retry-After")
        .map(String::strip)
        .flatMap(
            text -> seconds(text).or(() -> date(text).map(until -> between(answeredAt, until))))
        .or(() -> headers.first("RateLimit").flatMap(RetryAfterHeader::rateLimitReset))
        .or(
            () ->
                headers
                    .first("X-RateLimit-Reset")
                    .flatMap(RetryAfterHeader::secondsOrEpoch)
                    .map(
                        reset ->
                            reset.compareTo(Duration.ofSeconds(EPOCH_SECONDS_FROM)) < 0
                                ? reset
                                : between(answeredAt, Instant.ofEpochSecond(reset.toSeconds()))));
  }

  private static Duration between(Instant from, Instant to) {
    return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
  }

  private static Optional<Duration> seconds(String text) {
    return secondsOrEpoch(text).filter(time -> time.toSeconds() <= SECONDS_MAX);
  }

  private static Optional<Duration> secondsOrEpoch(String text) {
    String digits = text.strip();
    boolean number =
        !digits.isEmpty()
            && digits.length() <= 12
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? Optional.of(Duration.ofSeconds(Long.parseLong(digits))) : Optional.empty();
  }

  private static Optional<Duration> rateLimitReset(String text) {
    for (String part : text.split("[;,]", -1)) {
      String parameter = part.strip();
      if (parameter.startsWith("t=")) {
        return seconds(parameter.substring(2));
      }
    }
    return Optional.empty();
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException notADate) {
      return Optional.empty();
    }
  }
}
