package io.openhqm.aws.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Percent-encoding (RFC 3986 §2.1) of what a gateway has decoded. What is encoded still stays as it
 * is, so that a path comes out byte for byte wherever the gateway kept it.
 */
final class UriText {
  /** What may stand in a path beside letters and digits, the slash included. */
  private static final String PATH_MARKS = "/:@!$&'()*+,;=-._~";

  /** What may stand in a name or a value of a query and means nothing to it. */
  private static final String PARAMETER_MARKS = "/:@!$'()*,;-._~?";

  private UriText() {}

  /** The path with every character encoded that a path cannot hold. */
  static String path(String path) {
    return encoded(path, PATH_MARKS, true, false);
  }

  /**
   * The query with every character encoded that cannot come in the first line of a request; what a
   * client should have encoded and did not stays for others to judge.
   */
  static String query(String query) {
    return encoded(query, "", true, true);
  }

  /** A decoded name or value of a query, encoded. */
  static String parameter(String text) {
    return encoded(text, PARAMETER_MARKS, false, false);
  }

  private static String encoded(
      String text, String marks, boolean keepEscapes, boolean keepVisible) {
    int start = 0;
    while (start < text.length() && isKept(text, start, marks, keepEscapes, keepVisible)) {
      start++;
    }
    if (start == text.length()) {
      return text;
    }
    var out = new StringBuilder(text.length() + 32).append(text, 0, start);
    for (int i = start; i < text.length(); ) {
      int end = i + Character.charCount(text.codePointAt(i));
      if (isKept(text, i, marks, keepEscapes, keepVisible)) {
        out.append(text.charAt(i));
      } else {
        for (byte octet : text.substring(i, end).getBytes(UTF_8)) {
          out.append('%').append(hex(octet >> 4)).append(hex(octet));
        }
      }
      i = end;
    }
    return out.toString();
  }

  private static boolean isKept(
      String text, int at, String marks, boolean keepEscapes, boolean keepVisible) {
    char c = text.charAt(at);
    if (c == '%') {
      return keepVisible || keepEscapes && isEscape(text, at);
    }
    boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    return plain || marks.indexOf(c) >= 0 || keepVisible && c > ' ' && c < 0x7f && c != '#';
  }

  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length() && isHex(text.charAt(at + 1)) && isHex(text.charAt(at + 2));
  }

  private static boolean isHex(char c) {
    return c < 0x80 && Character.digit(c, 16) >= 0;
  }

  private static char hex(int nibble) {
    return "0123456789ABCDEF".charAt(nibble & 0xf);
  }
}
