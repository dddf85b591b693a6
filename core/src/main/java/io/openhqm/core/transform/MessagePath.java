package io.openhqm.core.transform;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.api.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A dotted path into {@code {correlation_id, timestamp, payload, headers, metadata}}. Steps are
 * names of objects; nothing leads into a list. Names of header fields are compared without case.
 */
public final class MessagePath {
  /** What a path begins with. */
  public static final List<String> ROOTS =
      List.of("correlation_id", "timestamp", "payload", "headers", "metadata");

  private MessagePath() {}

  /** What a value is, in JSON's words. */
  public enum Kind {
    STRING,
    NUMBER,
    BOOLEAN,
    NULL,
    /** An object or an array. */
    TREE
  }

  /**
   * What is at a path.
   *
   * @param text a string's characters; of anything else its JSON, as it came
   */
  public record Found(Kind kind, String text) {
    /** The text, number or flag; empty for a tree and for null. */
    public Optional<String> scalar() {
      return switch (kind) {
        case STRING, NUMBER, BOOLEAN -> Optional.of(text);
        case NULL, TREE -> Optional.empty();
      };
    }

    /** What kind only: the text may be a client's secret. */
    @Override
    public String toString() {
      return kind.toString();
    }
  }

  /** Whether {@code path} leads to something in any message. */
  public static boolean isPath(String path) {
    String first = first(path);
    boolean isScalar = first.equals("correlation_id") || first.equals("timestamp");
    return ROOTS.contains(first) && (!isScalar || path.equals(first));
  }

  /** The first step, which should be one of {@link #ROOTS}. */
  public static String first(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /** What is at {@code path}; empty where there is nothing, or no JSON to look into. */
  public static Optional<Found> find(String path, Message message) {
    var payload = message.payload() instanceof Body.Inline inline ? inline.bytes() : Bytes.empty();
    return switch (first(path)) {
      case "correlation_id" -> Optional.of(new Found(Kind.STRING, message.id().toString()));
      case "timestamp" -> Optional.of(new Found(Kind.STRING, message.submittedAt().toString()));
      default -> find(path, payload, message.headers(), message.metadata().json());
    };
  }

  /** As {@link #find(String, Message)}, of a message that is still in the making. */
  public static Optional<Found> find(String path, Bytes payload, Headers headers, Bytes metadata) {
    String first = first(path);
    String rest = path.length() == first.length() ? "" : path.substring(first.length() + 1);
    return switch (first) {
      case "payload" -> at(payload, rest);
      case "metadata" -> at(metadata, rest);
      case "headers" ->
          rest.isEmpty()
              ? Optional.of(new Found(Kind.TREE, MessageJson.headers(headers)))
              : headers.first(rest).map(value -> new Found(Kind.STRING, value));
      default -> Optional.empty();
    };
  }

  private static Optional<Found> at(Bytes bytes, String path) {
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try (var json = Json.parser(bytes.toReadOnlyArray())) {
      var token = json.nextToken();
      for (String name : path.isEmpty() ? List.<String>of() : List.of(path.split("\\.", -1))) {
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
        case null -> Optional.empty();
        case VALUE_STRING -> Optional.of(new Found(Kind.STRING, json.getString()));
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
            Optional.of(new Found(Kind.NUMBER, json.getString()));
        case VALUE_TRUE, VALUE_FALSE -> Optional.of(new Found(Kind.BOOLEAN, json.getString()));
        case VALUE_NULL -> Optional.of(new Found(Kind.NULL, "null"));
        case START_OBJECT, START_ARRAY -> Optional.of(new Found(Kind.TREE, tree(json, bytes)));
        default -> Optional.empty();
      };
    } catch (JacksonException notJson) {
      // A payload that came in by the ingress or from another program may be anything.
      return Optional.empty();
    }
  }

  private static String tree(JsonParser json, Bytes bytes) {
    int start = (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    json.finishToken();
    return bytes.slice(start, (int) json.currentLocation().getByteOffset()).toUtf8();
  }
}
