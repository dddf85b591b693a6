package io.openhqm.core.api;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a job's resources are found: relative unless the operator gave a public URL, so that they
 * hold behind any gateway.
 *
 * @param base what to put before the path, without a trailing slash; empty for relative links. Only
 *     characters that a URI may hold, so it stands in JSON and in a header field as it is
 */
public record Links(String base) {
  /**
   * @throws IllegalArgumentException if {@code base} is no URI
   */
  public Links {
    String text = base;
    if (!text.isEmpty() && !URI.create(text).toASCIIString().equals(text)) {
      throw new IllegalArgumentException("the public URL must be ASCII but is '" + text + "'");
    }
  }

  /** Links under a public URL, or relative ones. */
  public static Links under(Optional<String> publicUrl) {
    return new Links(
        publicUrl
            .map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url)
            .orElse(""));
  }

  /** The status resource. */
  public String status(UUID id) {
    return status(id.toString());
  }

  /** The response resource. */
  public String response(UUID id) {
    return response(id.toString());
  }

  /** The request itself: {@code DELETE} cancels. */
  public String cancel(UUID id) {
    return cancel(id.toString());
  }

  String status(String id) {
    return base + "/api/v1/status/" + id;
  }

  String response(String id) {
    return base + "/api/v1/response/" + id;
  }

  String cancel(String id) {
    return base + "/api/v1/requests/" + id;
  }
}
