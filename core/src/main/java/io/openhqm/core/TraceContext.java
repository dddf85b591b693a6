package io.openhqm.core;

import java.util.List;
import java.util.Optional;

/** W3C Trace Context: reads {@code traceparent}. */
public final class TraceContext {
  private static final int LENGTH = 55;

  private TraceContext() {}

  /**
   * The trace context that these fields carry; empty where they have none, more than one, or one
   * that is not valid: then a new trace begins.
   */
  public static Optional<String> of(Headers headers) {
    if (!headers.has("traceparent")) {
      return Optional.empty();
    }
    List<String> values = headers.all("traceparent");
    return values.size() == 1 && isValid(values.getFirst())
        ? Optional.of(values.getFirst())
        : Optional.empty();
  }

  private static boolean isValid(String text) {
    if (text.length() < LENGTH
        || text.charAt(2) != '-'
        || text.charAt(35) != '-'
        || text.charAt(52) != '-') {
      return false;
    }
    boolean hex =
        isHex(text, 0, 2) && isHex(text, 3, 35) && isHex(text, 36, 52) && isHex(text, 53, 55);
    boolean identified = !isZero(text, 3, 35) && !isZero(text, 36, 52);
    // Version 00 is exactly this long; a later one may have more behind another dash, and ff is
    // none.
    boolean length =
        text.length() == LENGTH
            || !text.startsWith("00") && text.charAt(LENGTH) == '-' && text.length() <= 512;
    return hex && identified && length && !text.startsWith("ff");
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }
}
