package io.openhqm.core.api;

import io.openhqm.core.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a client prefers (RFC 7240): names without case, several field lines are one list, the first
 * of a repeated preference counts, unknown and malformed ones are ignored, unless it asked for
 * {@code handling=strict}.
 *
 * @param waitFor how long it is ready to wait for the end, as it said it; zero or more
 * @param respondAsync it asked for a 202
 * @param minimal it wants no body ({@code return=minimal})
 */
public record Prefer(Optional<Duration> waitFor, boolean respondAsync, boolean minimal) {
  private static final Prefer NOTHING = new Prefer(Optional.empty(), false, false);

  /**
   * Reads all {@code Prefer} fields.
   *
   * @throws ProblemException 400: {@code handling=strict} and a preference that is not known or
   *     malformed
   */
  public static Prefer of(Headers headers) {
    if (!headers.has("Prefer")) {
      return NOTHING;
    }
    Optional<Duration> wait = Optional.empty();
    Optional<String> returned = Optional.empty();
    Optional<String> handling = Optional.empty();
    boolean async = false;
    boolean odd = false;
    for (String preference : preferences(headers)) {
      int equals = preference.indexOf('=');
      String name =
          (equals < 0 ? preference : preference.substring(0, equals))
              .strip()
              .toLowerCase(Locale.ROOT);
      String value = equals < 0 ? "" : unquoted(preference.substring(equals + 1).strip());
      switch (name) {
        case "wait" -> {
          var seconds = seconds(value);
          odd |= seconds.isEmpty();
          wait = wait.or(() -> seconds);
        }
        case "respond-async" -> async = true;
        case "return" -> returned = returned.or(() -> Optional.of(value.toLowerCase(Locale.ROOT)));
        case "handling" ->
            handling = handling.or(() -> Optional.of(value.toLowerCase(Locale.ROOT)));
        default -> odd |= !name.isEmpty();
      }
    }
    if (odd && handling.filter("strict"::equals).isPresent()) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.BAD_REQUEST,
              "Prefer asks for handling=strict and holds what is not known here; known are wait=seconds, respond-async, return and handling."));
    }
    return new Prefer(wait, async, returned.filter("minimal"::equals).isPresent());
  }

  /**
   * How long to wait where {@code cap} is the longest: empty where it named no time, or where that
   * comes to nothing.
   */
  public Optional<Duration> waitAtMost(Duration cap) {
    return waitFor
        .map(asked -> asked.compareTo(cap) < 0 ? asked : cap)
        .filter(Duration::isPositive);
  }

  /**
   * The answer as it is preferred: without its body where a 202 may be minimal, and with a {@code
   * Preference-Applied} that names what was honoured.
   *
   * @param waited how long it was ready to wait in the end, by {@link #waitAtMost}
   */
  public ApiResponse applied(ApiResponse answer, Optional<Duration> waited) {
    if (this.equals(NOTHING)) {
      return answer;
    }
    boolean asynchronous = answer.status() == 202;
    var names = new ArrayList<String>(3);
    waited.ifPresent(time -> names.add("wait=" + Math.max(1, time.toSeconds())));
    if (asynchronous && respondAsync) {
      names.add("respond-async");
    }
    if (asynchronous && minimal) {
      names.add("return=minimal");
    }
    var shown = asynchronous && minimal ? answer.withoutContent() : answer;
    return names.isEmpty() ? shown : shown.with("Preference-Applied", String.join(", ", names));
  }

  /**
   * The list of all field lines, cut at the commas outside of quotes; parameters, which mean
   * nothing to us, are cut off.
   */
  private static List<String> preferences(Headers headers) {
    var list = new ArrayList<String>();
    for (String value : headers.all("Prefer")) {
      var preference = new StringBuilder();
      boolean quoted = false;
      boolean parameters = false;
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        quoted ^= c == '"';
        parameters |= !quoted && c == ';';
        if (!quoted && c == ',') {
          list.add(preference.toString());
          preference.setLength(0);
          parameters = false;
        } else if (!parameters) {
          preference.append(c);
        }
      }
      list.add(preference.toString());
    }
    return list;
  }

  private static Optional<Duration> seconds(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Optional.of(Duration.ofSeconds(Long.parseLong(text))) : Optional.empty();
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
