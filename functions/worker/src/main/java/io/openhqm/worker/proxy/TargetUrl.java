package io.openhqm.worker.proxy;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * The URL of a call: the endpoint's, with the path and query of the ingress behind it as they came.
 */
final class TargetUrl {
  private TargetUrl() {}

  /**
   * The URL; empty if {@code target} would leave the endpoint's base path.
   *
   * @param target a path with an optional query; empty: the endpoint's own URL
   */
  static Optional<URI> of(URI endpoint, Optional<String> target) {
    if (target.isEmpty() || target.get().isEmpty()) {
      return Optional.of(endpoint);
    }
    String text = target.get();
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    if (climbs(path)) {
      return Optional.empty();
    }
    String base = endpoint.toString();
    int baseMark = base.indexOf('?');
    String baseQuery = baseMark < 0 ? "" : base.substring(baseMark + 1);
    String basePath = baseMark < 0 ? base : base.substring(0, baseMark);
    boolean twoSlashes = basePath.endsWith("/") && path.startsWith("/");
    String query = mark < 0 ? "" : text.substring(mark + 1);
    String joined =
        baseQuery.isEmpty() || query.isEmpty() ? baseQuery + query : baseQuery + "&" + query;
    try {
      return Optional.of(
          URI.create(
              (twoSlashes ? basePath.substring(0, basePath.length() - 1) : basePath)
                  + path
                  + (joined.isEmpty() ? "" : "?" + joined)));
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  private static boolean climbs(String path) {
    String plain =
        path.toLowerCase(Locale.ROOT)
            .replace("%2e", ".")
            .replace("%2f", "/")
            .replace("%5c", "/")
            .replace('\\', '/');
    for (String segment : plain.split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        return true;
      }
    }
    return false;
  }
}
