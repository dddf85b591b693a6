package io.openhqm.core.api;

import io.openhqm.core.Headers;
import java.util.List;
import java.util.Locale;

/** What a client accepts (RFC 9110 §12.5.1). */
final class Accept {
  private Accept() {}

  /**
   * Whether JSON is admitted: no {@code Accept} at all, or a range that JSON is in with a weight
   * above zero.
   */
  static boolean admitsJson(Headers headers) {
    List<String> values = headers.all("Accept");
    boolean saysNothing = true;
    for (String value : values) {
      for (String range : value.split(",", -1)) {
        if (holdsJson(range)) {
          return true;
        }
        saysNothing &= range.isBlank();
      }
    }
    return saysNothing;
  }

  private static boolean holdsJson(String range) {
    String[] parts = range.split(";", -1);
    boolean holds =
        switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
          case "*/*", "application/*", "application/json" -> true;
          default -> false;
        };
    return holds && !isWeightZero(parts);
  }

  private static boolean isWeightZero(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
      if (parameter.startsWith("q=0")
          && parameter.chars().skip(3).allMatch(c -> c == '.' || c == '0')) {
        return true;
      }
    }
    return false;
  }
}
