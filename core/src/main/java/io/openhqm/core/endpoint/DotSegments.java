package io.openhqm.core.endpoint;

import java.util.Locale;

/** Segments that climb in a path (RFC 3986 §5.2.4), in every spelling that a backend may undo. */
public final class DotSegments {
  private DotSegments() {}

  /**
   * Whether {@code path}, up to its query, has a segment of one or two dots: plain or
   * percent-encoded, between slashes or backslashes, with or without parameters behind a semicolon
   * (which servlet containers cut off).
   */
  public static boolean in(String path) {
    if (path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return false;
    }
    String plain =
        path.toLowerCase(Locale.ROOT)
            .replace("%2e", ".")
            .replace("%2f", "/")
            .replace("%5c", "/")
            .replace("%3b", ";")
            .replace('\\', '/');
    for (String segment : plain.split("/", -1)) {
      int parameters = segment.indexOf(';');
      String name = parameters < 0 ? segment : segment.substring(0, parameters);
      if (name.equals(".") || name.equals("..")) {
        return true;
      }
    }
    return false;
  }
}
