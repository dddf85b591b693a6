package io.openhqm.submit;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what a misspelt name was meant to be. */
final class Nearest {
  private static final int SHOWN_MAX = 60;

  private Nearest() {}

  /** The known name that is at most two edits away, without regard to case. */
  static Optional<String> to(String name, List<String> known) {
    if (name.length() > SHOWN_MAX) {
      return Optional.empty();
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(candidate -> distance(lower, candidate) <= 2)
        .min((a, b) -> Integer.compare(distance(lower, a), distance(lower, b)));
  }

  /** The name as it may be shown: not longer than a line, control characters replaced. */
  static String shown(String name) {
    var out = new StringBuilder();
    name.codePoints()
        .limit(SHOWN_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return name.codePointCount(0, name.length()) > SHOWN_MAX
        ? out.append('…').toString()
        : out.toString();
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
