package io.openhqm.core.api;

import java.util.Optional;
import java.util.UUID;

/**
 * Where a job's resources are found: relative unless the operator gave a public URL, so that they hold behind any gateway.
 *
 * @param base what to put before the path, without a trailing slash; empty for relative links
 */
public record Links(String base) {
  /** Links under a public URL, or relative ones. */
  public static Links under(Optional<String> publicUrl) {
    return new Links(publicUrl.map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url).orElse(""));
  }

  /** The status resource. */
  public String status(UUID id) {
    return base + "/api/v1/status/" + id;
  }

  /** The response resource. */
  public String response(UUID id) {
    return base + "/api/v1/response/" + id;
  }

  /** The request itself: {@code DELETE} cancels. */
  public String cancel(UUID id) {
    return base + "/api/v1/requests/" + id;
  }
}
