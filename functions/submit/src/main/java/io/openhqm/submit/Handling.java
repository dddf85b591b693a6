package io.openhqm.submit;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint;
import io.openhqm.core.Headers;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.Problem.FieldError;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.endpoint.SessionRule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Collects what a submission says about its handling, checks each value by the one rule for it, and
 * keeps every fault, so that a client learns all of them at once. Values come from JSON or from
 * header fields. For one request; not safe for use by many threads.
 */
final class Handling {
  private static final int ENDPOINT_LENGTH_MAX = 2048;
  private static final int ERRORS_MAX = 20;

  private final Submit.Settings settings;
  private final Instant now;
  private final List<FieldError> errors = new ArrayList<>(0);

  private Optional<String> endpoint = Optional.empty();
  private Optional<String> method = Optional.empty();
  private Optional<Duration> timeout = Optional.empty();
  private Priority priority = Priority.NORMAL;
  private Optional<String> sessionId = Optional.empty();
  private Optional<Duration> delay = Optional.empty();
  private Optional<Instant> notBefore = Optional.empty();

  Handling(Submit.Settings settings, Instant now) {
    this.settings = settings;
    this.now = now;
  }

  /**
   * Another fault; {@code pointer} is a JSON Pointer into the body, or empty for what is no part of
   * it.
   */
  void fault(String pointer, String detail) {
    if (errors.size() < ERRORS_MAX) {
      errors.add(new FieldError(pointer, detail));
    }
  }

  void endpoint(String pointer, String text) {
    if (text.isBlank() || text.length() > ENDPOINT_LENGTH_MAX) {
      fault(
          pointer, "endpoint must be the name of a configured endpoint, 1 to 2048 characters long");
    } else {
      endpoint = Optional.of(text);
    }
  }

  void method(String pointer, String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    if (!Endpoint.isCallableBy(upper)) {
      fault(pointer, "method must be an HTTP method such as POST, and neither CONNECT nor TRACE");
    } else {
      method = Optional.of(upper);
    }
  }

  void timeout(String pointer, String number) {
    double seconds = seconds(number);
    if (seconds > 0 && seconds <= settings.timeoutMax().toSeconds()) {
      timeout = Optional.of(duration(seconds));
    } else {
      fault(
          pointer,
          "timeout must be a number of seconds above 0, at most "
              + settings.timeoutMax().toSeconds());
    }
  }

  void priority(String pointer, String text) {
    Priority.parse(text)
        .ifPresentOrElse(
            value -> priority = value,
            () -> fault(pointer, "priority must be low, normal, high or an integer from 0 to 9"));
  }

  void sessionId(String pointer, String text) {
    if (!SessionRule.isSession(text)) {
      fault(pointer, "session_id must be 1 to 255 characters long, without control characters");
    } else {
      sessionId = Optional.of(text);
    }
  }

  void delay(String pointer, String number) {
    double seconds = seconds(number);
    if (seconds >= 0 && seconds <= settings.delayMax().toSeconds()) {
      delay = Optional.of(duration(seconds));
    } else {
      fault(
          pointer,
          "delay must be a number of seconds from 0 to " + settings.delayMax().toSeconds());
    }
  }

  void notBefore(String pointer, String text) {
    try {
      var instant = OffsetDateTime.parse(text).toInstant();
      if (instant.isAfter(now.plus(settings.delayMax()))) {
        fault(
            pointer,
            "not_before must be at most " + settings.delayMax().toSeconds() + " seconds from now");
      } else {
        notBefore = Optional.of(instant);
      }
    } catch (DateTimeException e) {
      fault(pointer, "not_before must be a time of RFC 3339 such as 2026-02-07T10:30:00Z");
    }
  }

  /** The endpoint that was named, or nothing. */
  String endpoint() {
    return endpoint.orElse("");
  }

  /** The method that was asked for, or nothing. */
  String method() {
    return method.orElse("");
  }

  /** From 0 to 9. */
  int priority() {
    return priority.level();
  }

  /** Takes the session that partitioning makes of the submission, where the client named none. */
  void findSession(Bytes payload, Headers headers, Bytes metadata) {
    if (settings.session().isEmpty() || sessionId.isPresent()) {
      return;
    }
    var found = settings.session().get().find(payload, headers, metadata);
    if (found.isEmpty()) {
      return;
    }
    if (SessionRule.isSession(found.get().session())) {
      sessionId = Optional.of(found.get().session());
    } else {
      String path = found.get().path();
      boolean inBody = !path.startsWith("headers.");
      fault(
          inBody ? '/' + path.replace("~", "~0").replace("/", "~1").replace('.', '/') : "",
          "what is at '"
              + path
              + "' is the session, and must be 1 to 255 characters long, without control"
              + " characters");
    }
  }

  /**
   * The metadata, when nothing was wrong.
   *
   * @throws ProblemException 422 with every fault
   */
  Metadata metadata(Optional<String> target, Bytes json) {
    if (delay.isPresent() && notBefore.isPresent()) {
      fault("/metadata/not_before", "give delay or not_before, not both");
    }
    throwIfFaulty();
    return new Metadata(endpoint, method, target, timeout, priority, sessionId, json);
  }

  /** When it is due; now where nothing was said, or a time that has passed. */
  Instant due() {
    var asked = delay.map(now::plus).or(() -> notBefore).orElse(now);
    return asked.isBefore(now) ? now : asked;
  }

  private void throwIfFaulty() {
    if (errors.isEmpty()) {
      return;
    }
    var first = errors.getFirst();
    String detail =
        first.detail()
            + (errors.size() == 1 ? "" : "; and " + (errors.size() - 1) + " more, see errors");
    var located = errors.stream().filter(error -> !error.pointer().isEmpty()).toList();
    throw new ProblemException(
        new Problem(
            Problem.Kind.VALIDATION, detail + ".", located, Optional.empty(), Optional.empty()));
  }

  /**
   * NaN for what is no number; a number that is too big or too small for a double becomes infinite
   * or zero.
   */
  private static double seconds(String number) {
    try {
      // Java also reads 0x1p3, 1d and the like.
      return !number.chars().allMatch(c -> "0123456789.+-eE".indexOf(c) >= 0)
          ? Double.NaN
          : Double.parseDouble(number);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** To the microsecond, upwards, so that what is above zero stays so. */
  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) Math.ceil(seconds * 1e6) * 1_000);
  }
}
