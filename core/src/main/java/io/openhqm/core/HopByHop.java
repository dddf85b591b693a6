package io.openhqm.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Header fields that belong to one connection and must not be passed on (RFC 9110 §7.6.1). */
public final class HopByHop {
  private static final Set<String> NAMES =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  private HopByHop() {}

  /**
   * The fields that may be passed on: neither hop-by-hop by name nor named by a {@code Connection}
   * field.
   */
  public static Headers strip(Headers headers) {
    var named = namedByConnection(headers);
    return headers.filter(
        field -> {
          String name = field.name().toLowerCase(Locale.ROOT);
          return !NAMES.contains(name) && !named.contains(name);
        });
  }

  private static List<String> namedByConnection(Headers headers) {
    if (!headers.has("Connection")) {
      return List.of();
    }
    var names = new ArrayList<String>();
    for (String value : headers.all("Connection")) {
      for (String name : value.split(",", -1)) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }
}
