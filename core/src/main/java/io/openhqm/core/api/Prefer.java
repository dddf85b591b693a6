package io.openhqm.core.api;

import io.openhqm.core.Headers;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What a client prefers (RFC 7240): names without case, several field lines are one list, the first of a repeated preference counts,
 * unknown and malformed ones are ignored.
 *
 * @param waitFor how long it is ready to wait for the end, as it said it; zero or more
 * @param respondAsync it asked for a 202
 * @param minimal it wants no body ({@code return=minimal})
 */
public record Prefer(Optional<Duration> waitFor, boolean respondAsync, boolean minimal) {
  private static final Prefer NOTHING = new Prefer(Optional.empty(), false, false);

  /** Reads all {@code Prefer} fields. */
  public static Prefer of(Headers headers) {
    Optional<Duration> wait = Optional.empty();
    boolean async = false;
    Optional<String> returned = Optional.empty();
    var values = headers.all("Prefer");
    if (values.isEmpty()) {
      return NOTHING;
    }
    for (String value : values) {
      for (String preference : value.split(",", -1)) {
        String[] pair = preference.split(";", 2)[0].split("=", 2);
        String name = pair[0].strip().toLowerCase(Locale.ROOT);
        String text = pair.length == 2 ? unquoted(pair[1].strip()) : "";
        switch (name) {
          case "wait" -> wait = wait.or(() -> seconds(text));
          case "respond-async" -> async = true;
          case "return" -> returned = returned.or(() -> Optional.of(text.toLowerCase(Locale.ROOT)));
          default -> {}
        }
      }
    }
    return new Prefer(wait, async, returned.filter("minimal"::equals).isPresent());
  }

  /** How long to wait where {@code cap} is the longest: empty where it named no time. */
  public Optional<Duration> waitAtMost(Duration cap) {
    return waitFor.map(asked -> asked.compareTo(cap) < 0 ? asked : cap);
  }

  private static Optional<Duration> seconds(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Optional.of(Duration.ofSeconds(Long.parseLong(text))) : Optional.empty();
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
