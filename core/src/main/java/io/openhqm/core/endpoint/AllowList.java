package io.openhqm.core.endpoint;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * Which URLs a submission may name ({@code proxy.allowed_urls}): same scheme, host and port as one
 * on the list, and a path at or below its path.
 *
 * @param prefixes URLs without user information
 */
record AllowList(List<URI> prefixes) {
  AllowList {
    prefixes = List.copyOf(prefixes);
  }

  /** Whether the list admits {@code url}. Dot segments are never admitted: they climb. */
  boolean admits(URI url) {
    return !DotSegments.in(path(url)) && prefixes.stream().anyMatch(prefix -> admits(prefix, url));
  }

  private static boolean admits(URI prefix, URI url) {
    if (!scheme(prefix).equals(scheme(url))
        || !host(prefix).equals(host(url))
        || port(prefix) != port(url)) {
      return false;
    }
    String base = path(prefix);
    String path = path(url);
    return path.equals(base) || path.startsWith(base.endsWith("/") ? base : base + "/");
  }

  private static String scheme(URI url) {
    return String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
  }

  private static String host(URI url) {
    return String.valueOf(url.getHost()).toLowerCase(Locale.ROOT);
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : scheme(url).equals("https") ? 443 : 80;
  }

  private static String path(URI url) {
    String path = url.getRawPath();
    return path == null || path.isEmpty() ? "/" : path;
  }
}
