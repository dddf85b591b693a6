package io.openhqm.submit;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonToken;

/**
 * Finds the session of a submission by the configured dotted path into {@code {payload, headers,
 * metadata}}.
 */
final class SessionPath {
  private SessionPath() {}

  /**
   * The text or number at {@code path}; empty where there is nothing, or something else. The bytes
   * are well-formed JSON or none.
   */
  static Optional<String> find(
      String path, Bytes payload, List<Headers.Field> headers, Bytes metadata) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String rest = path.substring(dot + 1);
    return switch (path.substring(0, dot)) {
      case "payload" -> at(payload, rest);
      case "metadata" -> at(metadata, rest);
      case "headers" ->
          headers.stream()
              .filter(field -> field.name().equalsIgnoreCase(rest))
              .map(Headers.Field::value)
              .findFirst();
      default -> Optional.empty();
    };
  }

  private static Optional<String> at(Bytes bytes, String path) {
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    String[] names = path.split("\\.", -1);
    try (var json = Json.parser(bytes.toReadOnlyArray())) {
      var token = json.nextToken();
      for (String name : names) {
        if (token != JsonToken.START_OBJECT) {
          return Optional.empty();
        }
        while ((token = json.nextToken()) == JsonToken.PROPERTY_NAME
            && !json.currentName().equals(name)) {
          json.nextToken();
          json.skipChildren();
        }
        if (token != JsonToken.PROPERTY_NAME) {
          return Optional.empty();
        }
        token = json.nextToken();
      }
      return switch (token) {
        case VALUE_STRING, VALUE_NUMBER_INT -> Optional.of(json.getString());
        default -> Optional.empty();
      };
    }
  }
}
