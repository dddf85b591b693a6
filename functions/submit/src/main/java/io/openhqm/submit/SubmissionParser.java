package io.openhqm.submit;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Reads {@code {payload, headers?, metadata?}}. The payload is walked over and cut out of the body,
 * never taken apart: the bytes that the client wrote are the bytes that go on. For one request; not
 * safe for use by many threads.
 */
final class SubmissionParser {
  private static final int HEADERS_MAX = 200;
  private static final int HEADER_CHARS_MAX = 65_536;
  private static final int METADATA_BYTES_MAX = 65_536;
  private static final List<String> FIELDS = List.of("payload", "headers", "metadata");

  private final Bytes body;
  private final Submit.Settings settings;
  private final Handling handling;

  private Optional<Bytes> payload = Optional.empty();
  private final List<Headers.Field> headers = new ArrayList<>(4);
  private boolean headersSeen;
  private Bytes metadata = Bytes.empty();
  private boolean metadataSeen;
  private int knownSeen;

  private SubmissionParser(Bytes body, Submit.Settings settings, Instant now) {
    this.body = body;
    this.settings = settings;
    this.handling = new Handling(settings, now);
  }

  /**
   * The submission.
   *
   * @throws ProblemException 400: not JSON in UTF-8; 422: JSON that breaks a rule
   */
  static Submission parse(Bytes body, Submit.Settings settings, Instant now) {
    if (body.isEmpty()) {
      throw notJson("The body is empty; send {\"payload\": …} as application/json.");
    }
    var text = withoutByteOrderMark(body);
    if (!Json.isUtf8(text)) {
      throw notJson("The body is not UTF-8, which JSON must be (RFC 8259).");
    }
    return new SubmissionParser(text, settings, now).parse();
  }

  private Submission parse() {
    try (var json = Json.parser(body.toReadOnlyArray())) {
      var first = json.nextToken();
      if (first == null) {
        throw notJson("The body holds nothing but white space.");
      }
      if (first != JsonToken.START_OBJECT) {
        json.skipChildren();
        json.finishToken();
        handling.fault("", "The body must be a JSON object with the field payload");
      } else {
        readFields(json);
      }
      if (json.nextToken() != null) {
        throw notJson("There is something behind the end of the JSON text.");
      }
    } catch (StreamConstraintsException limit) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.VALIDATION,
              "The body must not be nested deeper than " + Json.DEPTH_MAX + " levels."));
    } catch (JacksonException fault) {
      var at = fault.getLocation();
      throw notJson(
          at == null
              ? "The body is not JSON."
              : "The body is not JSON: see line "
                  + at.getLineNr()
                  + ", column "
                  + at.getColumnNr()
                  + ".");
    }
    if (payload.isEmpty()) {
      handling.fault("/payload", "payload is missing; any JSON value will do, null too");
    }
    handling.findSession(payload.orElse(Bytes.empty()), new Headers(headers), metadata);
    var checked = handling.metadata(Optional.empty(), metadata);
    return new Submission(
        payload.orElseThrow(), forwarded(), checked, handling.due(), Headers.none());
  }

  private void readFields(JsonParser json) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "payload" -> {
          refuseSecond(payload.isPresent(), "/payload", name);
          payload = Optional.of(slice(json));
        }
        case "headers" -> {
          refuseSecond(headersSeen, "/headers", name);
          headersSeen = true;
          readHeaders(json);
        }
        case "metadata" -> {
          refuseSecond(metadataSeen, "/metadata", name);
          metadataSeen = true;
          readMetadata(json);
        }
        default -> {
          handling.fault(pointer("", name), unknown(name));
          skip(json);
        }
      }
    }
  }

  private void refuseSecond(boolean seen, String pointer, String name) {
    if (seen) {
      handling.fault(pointer, name + " is given twice");
    }
  }

  private static String unknown(String name) {
    String near = Nearest.to(name, FIELDS).map(known -> "; did you mean " + known + "?").orElse("");
    return "there is no field '"
        + Nearest.shown(name)
        + "' here, only payload, headers and metadata"
        + near;
  }

  private void readHeaders(JsonParser json) {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (json.currentToken() != JsonToken.START_OBJECT) {
      handling.fault("/headers", "headers must be an object of names and values");
      skip(json);
      return;
    }
    int chars = 0;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      int before = headers.size();
      readHeader(json, name);
      for (var field : headers.subList(before, headers.size())) {
        chars += field.name().length() + field.value().length();
      }
      if (headers.size() > HEADERS_MAX || chars > HEADER_CHARS_MAX) {
        throw new ProblemException(
            Problem.at(
                Problem.Kind.VALIDATION,
                "/headers",
                "headers must be at most "
                    + HEADERS_MAX
                    + " fields of "
                    + HEADER_CHARS_MAX
                    + " characters in all."));
      }
    }
  }

  private void readHeader(JsonParser json, String name) {
    String pointer = pointer("/headers", name);
    boolean usable = Headers.isToken(name);
    if (!usable) {
      handling.fault(pointer, "a header name must be a token of RFC 9110, such as X-Request-ID");
    } else if (headers.stream().anyMatch(field -> field.name().equalsIgnoreCase(name))) {
      handling.fault(pointer, "a header is given twice; use an array for several values");
      usable = false;
    }
    switch (json.currentToken()) {
      case VALUE_STRING -> addHeader(pointer, name, json.getString(), usable);
      case START_ARRAY -> {
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          addHeader(pointer, name, json.getString(), usable);
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
          handling.fault(pointer, "a header's array must hold nothing but strings");
          skipToEndOfArray(json);
        }
      }
      default -> {
        handling.fault(pointer, "a header's value must be a string or an array of strings");
        skip(json);
      }
    }
  }

  private void addHeader(String pointer, String name, String value, boolean usable) {
    // White space around a value is no part of it (RFC 9110 §5.5).
    String bare = Headers.isFieldValue(value) ? value.strip() : value;
    if (!Headers.isFieldValue(bare)) {
      handling.fault(
          pointer, "a header's value must hold no control character and nothing beyond U+00FF");
    } else if (usable && headers.size() <= HEADERS_MAX) {
      headers.add(new Headers.Field(name, bare));
    }
  }

  private void readMetadata(JsonParser json) {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (json.currentToken() != JsonToken.START_OBJECT) {
      handling.fault("/metadata", "metadata must be an object");
      skip(json);
      return;
    }
    int from = tokenStart(json);
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      readMetadataValue(json, name);
    }
    metadata = body.slice(from, position(json));
    if (metadata.length() > METADATA_BYTES_MAX) {
      handling.fault("/metadata", "metadata must be at most " + METADATA_BYTES_MAX + " bytes long");
    }
  }

  private void readMetadataValue(JsonParser json, String name) {
    switch (name) {
      case "endpoint" -> onString(json, name, 1, handling::endpoint);
      case "method" -> onString(json, name, 1 << 1, handling::method);
      case "session_id" -> onString(json, name, 1 << 2, handling::sessionId);
      case "not_before" -> onString(json, name, 1 << 3, handling::notBefore);
      case "type" -> onString(json, name, 1 << 4, (pointer, type) -> {});
      case "timeout" -> onNumber(json, name, 1 << 5, handling::timeout);
      case "delay" -> onNumber(json, name, 1 << 6, handling::delay);
      case "priority" -> {
        if (isGiven(json, name, 1 << 7)) {
          switch (json.currentToken()) {
            case VALUE_STRING, VALUE_NUMBER_INT ->
                handling.priority("/metadata/priority", json.getString());
            default -> {
              // An empty text is no priority: the rule is told in one place.
              handling.priority("/metadata/priority", "");
              skip(json);
            }
          }
        }
      }
      default -> skip(json);
    }
  }

  private interface Setter {
    void accept(String pointer, String text);
  }

  private void onString(JsonParser json, String name, int bit, Setter setter) {
    if (isGiven(json, name, bit)) {
      if (json.currentToken() == JsonToken.VALUE_STRING) {
        setter.accept("/metadata/" + name, json.getString());
      } else {
        handling.fault("/metadata/" + name, name + " must be a string");
        skip(json);
      }
    }
  }

  private void onNumber(JsonParser json, String name, int bit, Setter setter) {
    if (isGiven(json, name, bit)) {
      boolean number =
          json.currentToken() == JsonToken.VALUE_NUMBER_INT
              || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
      setter.accept("/metadata/" + name, number ? json.getString() : "");
      skip(json);
    }
  }

  /**
   * Whether there is a value; {@code null} is none. A second one is a fault, as which of them holds
   * would be a guess.
   */
  private boolean isGiven(JsonParser json, String name, int bit) {
    refuseSecond((knownSeen & bit) != 0, "/metadata/" + name, name);
    knownSeen |= bit;
    return json.currentToken() != JsonToken.VALUE_NULL;
  }

  /** The payload is a JSON text, and says so unless the client says something else. */
  private Headers forwarded() {
    for (var field : headers) {
      if (field.name().equalsIgnoreCase("Content-Type")) {
        return new Headers(headers);
      }
    }
    headers.add(JSON);
    return new Headers(headers);
  }

  private static final Headers.Field JSON = new Headers.Field("Content-Type", "application/json");

  private Bytes slice(JsonParser json) {
    int from = tokenStart(json);
    skip(json);
    return body.slice(from, position(json));
  }

  private static void skip(JsonParser json) {
    json.skipChildren();
    json.finishToken();
  }

  private static void skipToEndOfArray(JsonParser json) {
    do {
      skip(json);
    } while (json.nextToken() != JsonToken.END_ARRAY);
  }

  private static int tokenStart(JsonParser json) {
    return (int) json.currentTokenLocation().getByteOffset();
  }

  private static int position(JsonParser json) {
    return (int) json.currentLocation().getByteOffset();
  }

  /** A JSON Pointer (RFC 6901) to {@code name} under {@code parent}. */
  private static String pointer(String parent, String name) {
    return parent + '/' + Nearest.shown(name).replace("~", "~0").replace("/", "~1");
  }

  /** A reader may ignore the mark that a writer should not have set (RFC 8259 §8.1). */
  private static Bytes withoutByteOrderMark(Bytes body) {
    boolean marked =
        body.length() >= 3
            && body.at(0) == (byte) 0xEF
            && body.at(1) == (byte) 0xBB
            && body.at(2) == (byte) 0xBF;
    return marked ? body.slice(3, body.length()) : body;
  }

  private static ProblemException notJson(String detail) {
    return new ProblemException(Problem.of(Problem.Kind.NOT_JSON, detail));
  }
}
