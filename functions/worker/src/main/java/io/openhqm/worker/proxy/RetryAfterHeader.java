package io.openhqm.worker.proxy;

import io.openhqm.core.Headers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a backend asks to wait: {@code Retry-After} in seconds or as a date (RFC 9110 §10.2.3),
 * else, if it is a rate limit that was hit, {@code t} of {@code RateLimit} (IETF draft) or {@code
 * X-RateLimit-Reset}. Backends send these with every answer, so they say nothing about a failure
 * while something of the limit remains. A date is read against the answer's own {@code Date}, so a
 * clock that is off does no harm.
 */
final class RetryAfterHeader {
  private static final long SECONDS_MAX = 100_000_000;
  private static final long EPOCH_SECONDS_FROM = 1_000_000_000;

  /** {@code Sun Nov 6 08:49:37 1994}, the day of the month two characters wide. */
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

  private static final int YEARS_AHEAD_MAX = 50;

  private RetryAfterHeader() {}

  /** What the answer asks for; empty where it asks for nothing that can be understood. */
  static Optional<Duration> of(int status, Headers headers, Instant now) {
    var answeredAt = headers.first("Date").flatMap(text -> date(text, now)).orElse(now);
    return headers
        .first("Retry-After")
        .map(String::strip)
        .flatMap(
            text ->
                seconds(text).or(() -> date(text, now).map(until -> between(answeredAt, until))))
        .or(() -> rateLimit(status, headers))
        .or(() -> xRateLimit(status, headers, answeredAt));
  }

  /**
   * Whether a rate limit is why the answer is not the one that was wanted.
   *
   * @param remaining how many calls it says that there may be yet
   */
  private static boolean isHit(int status, Optional<Duration> remaining) {
    return switch (status) {
      case 429 -> true;
      case 503 -> remaining.isEmpty() || remaining.get().isZero();
      default -> remaining.isPresent() && remaining.get().isZero();
    };
  }

  /** One limit of the field {@code RateLimit}: {@code "name";r=0;t=30}. */
  private record Limit(Optional<Duration> remaining, Optional<Duration> reset) {
    static Limit of(String item) {
      return new Limit(parameter(item, "r="), parameter(item, "t="));
    }

    private static Optional<Duration> parameter(String item, String name) {
      for (String part : item.split(";", -1)) {
        String stripped = part.strip();
        if (stripped.startsWith(name)) {
          return seconds(stripped.substring(name.length()));
        }
      }
      return Optional.empty();
    }
  }

  /** Of several limits that were hit the one that lasts longest. */
  private static Optional<Duration> rateLimit(int status, Headers headers) {
    List<Limit> limits = new ArrayList<>();
    for (String line : headers.all("RateLimit")) {
      for (String item : line.split(",", -1)) {
        limits.add(Limit.of(item));
      }
    }
    boolean anySpent = limits.stream().anyMatch(RetryAfterHeader::isSpent);
    return limits.stream()
        .filter(limit -> anySpent ? isSpent(limit) : isHit(status, limit.remaining()))
        .flatMap(limit -> limit.reset().stream())
        .max(Duration::compareTo);
  }

  private static boolean isSpent(Limit limit) {
    return limit.remaining().isPresent() && limit.remaining().get().isZero();
  }

  private static Optional<Duration> xRateLimit(int status, Headers headers, Instant answeredAt) {
    var remaining = headers.first("X-RateLimit-Remaining").flatMap(RetryAfterHeader::seconds);
    if (!isHit(status, remaining)) {
      return Optional.empty();
    }
    return headers
        .first("X-RateLimit-Reset")
        .flatMap(RetryAfterHeader::secondsOrEpoch)
        .map(
            reset ->
                reset.compareTo(Duration.ofSeconds(EPOCH_SECONDS_FROM)) < 0
                    ? reset
                    : between(answeredAt, Instant.ofEpochSecond(reset.toSeconds())));
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

  /** In each of the three forms that a recipient must understand (RFC 9110 §5.6.7). */
  private static Optional<Instant> date(String text, Instant now) {
    return parsed(() -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
        .or(() -> parsed(() -> rfc850(text, now)))
        .or(() -> parsed(() -> LocalDateTime.parse(text, ASCTIME).toInstant(ZoneOffset.UTC)));
  }

  private interface Reading {
    Instant read();
  }

  private static Optional<Instant> parsed(Reading reading) {
    try {
      return Optional.of(reading.read());
    } catch (DateTimeException notThisForm) {
      return Optional.empty();
    }
  }

  /**
   * {@code Sunday, 06-Nov-94 08:49:37 GMT}: a year that seems more than 50 years ahead is one of
   * the past. The day of the week is not looked at, as it belongs to a year that is not known yet.
   */
  private static Instant rfc850(String text, Instant now) {
    int year = now.atOffset(ZoneOffset.UTC).getYear();
    var form =
        new DateTimeFormatterBuilder()
            .appendPattern("dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, year + YEARS_AHEAD_MAX - 99)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH);
    int comma = text.indexOf(',');
    return LocalDateTime.parse(text.substring(comma + 1).strip(), form).toInstant(ZoneOffset.UTC);
  }
}
