package io.openhqm.core.endpoint;

import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Rewrite;
import io.openhqm.core.Transformation;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.transform.MessagePath;
import io.openhqm.core.transform.MessagePath.Found;
import java.util.ArrayList;
import java.util.Optional;

/** Works out what a route's {@code header_mappings} and {@code query_params} say of a message. */
final class Rewrites {
  private Rewrites() {}

  /**
   * What to change; a payload that is made anew is JSON, and says so. Paths that lead to nothing,
   * to a mapping or to a list add nothing.
   *
   * @throws UnfitException if a value is none that a header field can hold
   */
  static Rewrite of(Route route, Optional<Transformation.Compiled> transform, Message message)
      throws UnfitException {
    if (route.headerMappings().isEmpty() && route.queryParams().isEmpty() && transform.isEmpty()) {
      return Rewrite.NONE;
    }
    var fields = new ArrayList<Headers.Field>();
    for (var mapping : route.headerMappings().entrySet()) {
      var value = MessagePath.find(mapping.getValue(), message).flatMap(Found::scalar);
      if (value.isPresent()) {
        if (!Headers.isFieldValue(value.get())) {
          throw new UnfitException(
              "what is at '"
                  + mapping.getValue()
                  + "' cannot be the header field '"
                  + mapping.getKey()
                  + "', as the route '"
                  + route.name()
                  + "' wants it: it holds control characters or ones beyond Latin-1");
        }
        fields.add(new Headers.Field(mapping.getKey(), value.get()));
      }
    }
    var query = new ArrayList<Rewrite.Parameter>();
    route
        .queryParams()
        .forEach(
            (name, path) ->
                MessagePath.find(path, message)
                    .flatMap(Found::scalar)
                    .ifPresent(value -> query.add(new Rewrite.Parameter(name, value))));
    var headers = new Headers(fields);
    boolean isTyped = transform.isEmpty() || headers.has("Content-Type");
    return new Rewrite(
        isTyped ? headers : headers.plus("Content-Type", "application/json"), query, transform);
  }

  /** A value of the message that does not fit; the message names the place, not the value. */
  static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String detail;

    UnfitException(String detail) {
      super(detail);
      this.detail = detail;
    }

    String detail() {
      return detail;
    }
  }
}
