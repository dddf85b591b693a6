package io.openhqm.core.endpoint;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Message;
import io.openhqm.core.api.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** Finds what is at a dotted path into {@code {correlation_id, payload, headers, metadata}}. */
final class MessagePath {
  private MessagePath() {}

  /** The text, number or flag at {@code path}; empty where there is nothing, or something else. */
  static Optional<String> find(String path, Message message) {
    int dot = path.indexOf('.');
    String first = dot < 0 ? path : path.substring(0, dot);
    String rest = dot < 0 ? "" : path.substring(dot + 1);
    return switch (first) {
      case "correlation_id" -> Optional.of(message.id().toString());
      case "payload" ->
          message.payload() instanceof Body.Inline inline
              ? at(inline.bytes(), rest)
              : Optional.empty();
      case "metadata" -> at(message.metadata().json(), rest);
      case "headers" -> message.headers().first(rest);
      default -> Optional.empty();
    };
  }

  private static Optional<String> at(Bytes bytes, String path) {
    if (bytes.isEmpty() || path.isEmpty()) {
      return Optional.empty();
    }
    try (var json = Json.parser(bytes.toReadOnlyArray())) {
      var token = json.nextToken();
      for (String name : path.split("\\.", -1)) {
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
        case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
            Optional.of(json.getString());
        default -> Optional.empty();
      };
    } catch (JacksonException notJson) {
      // A payload that came in by the ingress or from another program may be anything.
      return Optional.empty();
    }
  }
}
