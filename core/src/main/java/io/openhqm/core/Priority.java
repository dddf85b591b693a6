package io.openhqm.core;

import java.util.Locale;
import java.util.Optional;

/**
 * How urgent a job is among those that wait: 0 (last) to 9 (first).
 *
 * @param level 0 to 9; {@code low} is 2, {@code normal} 5, {@code high} 8
 */
public record Priority(int level) implements Comparable<Priority> {
  /** What a submission has that names none. */
  public static final Priority NORMAL = new Priority(5);

  public Priority {
    if (level < 0 || level > 9) {
      throw new IllegalArgumentException("priority must be 0 to 9 but is " + level);
    }
  }

  /**
   * Reads {@code low}, {@code normal}, {@code high} (in any case) or a digit 0 to 9; empty for
   * anything else.
   */
  public static Optional<Priority> parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "low" -> Optional.of(new Priority(2));
      case "normal" -> Optional.of(NORMAL);
      case "high" -> Optional.of(new Priority(8));
      default ->
          text.length() == 1 && text.charAt(0) >= '0' && text.charAt(0) <= '9'
              ? Optional.of(new Priority(text.charAt(0) - '0'))
              : Optional.empty();
    };
  }

  @Override
  public int compareTo(Priority other) {
    return Integer.compare(level, other.level);
  }
}
