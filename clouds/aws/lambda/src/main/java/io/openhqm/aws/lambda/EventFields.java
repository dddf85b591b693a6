package io.openhqm.aws.lambda;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.api.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What an event of any HTTP trigger says, as it says it. A field that is not there or null is an
 * empty text or list.
 */
final class EventFields {
  /** A name and one of its values; a name with several stands there several times. */
  record Pair(String name, String value) {}

  /** The format's own number: 2.0, 1.0, or nothing. */
  String version = "";

  String routeKey = "";
  String resource = "";
  String rawPath = "";
  String rawQuery = "";
  String path = "";
  String method = "";
  String stage = "";
  String apiId = "";
  String domain = "";

  /** The path that the client asked for, where a REST API tells it. */
  String contextPath = "";

  /** Null where there was none. */
  @Nullable String body;

  boolean base64;
  boolean hasContextHttp;
  boolean hasLoadBalancer;
  boolean hasMultiValueHeaders;

  /** The gateway took the token in {@code Authorization} as one for itself. */
  boolean hasToken;

  /** The gateway took the request's signature as one for itself. */
  boolean isSigned;

  /** Something that a scheduler or a plug-in sends to keep a function warm. */
  boolean isWarmUp;

  boolean isEmpty = true;
  List<String> cookies = List.of();
  List<Pair> headers = List.of();
  List<Pair> multiValueHeaders = List.of();
  List<Pair> query = List.of();
  List<Pair> multiValueQuery = List.of();

  private EventFields() {}

  /**
   * Reads an event.
   *
   * @throws tools.jackson.core.JacksonException if it is not JSON
   * @throws IllegalArgumentException if it is no object, or a field is not what it must be; the
   *     message says which
   */
  static EventFields read(byte[] event) {
    var fields = new EventFields();
    try (var json = Json.parser(event)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is no JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        fields.isEmpty = false;
        String name = requireNonNull(json.currentName());
        json.nextToken();
        fields.readField(name, json);
      }
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("something follows the JSON object");
      }
    }
    return fields;
  }

  private void readField(String name, JsonParser json) {
    switch (name) {
      case "version" -> version = text(name, json);
      case "routeKey" -> routeKey = text(name, json);
      case "resource" -> resource = text(name, json);
      case "rawPath" -> rawPath = text(name, json);
      case "rawQueryString" -> rawQuery = text(name, json);
      case "path" -> path = text(name, json);
      case "httpMethod" -> method = text(name, json);
      case "body" -> body = json.currentToken() == JsonToken.VALUE_NULL ? null : text(name, json);
      case "isBase64Encoded" -> base64 = json.currentToken() == JsonToken.VALUE_TRUE;
      case "cookies" -> cookies = texts(name, json);
      case "headers" -> headers = pairs(name, json);
      case "multiValueHeaders" -> {
        hasMultiValueHeaders = json.currentToken() == JsonToken.START_OBJECT;
        multiValueHeaders = pairs(name, json);
      }
      case "queryStringParameters" -> query = pairs(name, json);
      case "multiValueQueryStringParameters" -> multiValueQuery = pairs(name, json);
      case "requestContext" -> object(name, json, this::readContext);
      case "source", "detail-type", "warmup", "warmer" -> {
        isWarmUp = true;
        json.skipChildren();
      }
      default -> json.skipChildren();
    }
  }

  private void readContext(String name, JsonParser json) {
    switch (name) {
      case "stage" -> stage = text(name, json);
      case "apiId" -> apiId = text(name, json);
      case "domainName" -> domain = text(name, json);
      case "path" -> contextPath = text(name, json);
      case "elb" -> {
        hasLoadBalancer = true;
        json.skipChildren();
      }
      case "http" -> {
        hasContextHttp = true;
        object(name, json, this::readContextHttp);
      }
      case "authorizer" -> object(name, json, this::readAuthorizer);
      case "identity" -> object(name, json, this::readIdentity);
      default -> json.skipChildren();
    }
  }

  /** The claims of a token stand within {@code jwt}, or in older formats beside it. */
  private void readAuthorizer(String name, JsonParser json) {
    switch (name) {
      case "jwt", "claims" -> hasToken |= !isNull(json);
      case "iam" -> isSigned |= !isNull(json);
      default -> {}
    }
    json.skipChildren();
  }

  /** Where older formats say whose signature it was. */
  private void readIdentity(String name, JsonParser json) {
    isSigned |= name.equals("accessKey") && !isNull(json);
    json.skipChildren();
  }

  private void readContextHttp(String name, JsonParser json) {
    if (name.equals("method")) {
      method = text(name, json);
    } else {
      json.skipChildren();
    }
  }

  /** Reads the value of a field, whose token is the current one, to its end. */
  private interface FieldReader {
    void read(String name, JsonParser json);
  }

  private static void object(String name, JsonParser json, FieldReader field) {
    if (isNull(json)) {
      return;
    }
    require(JsonToken.START_OBJECT, name, json);
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String inner = requireNonNull(json.currentName());
      json.nextToken();
      field.read(inner, json);
    }
  }

  private static String text(String name, JsonParser json) {
    if (isNull(json)) {
      return "";
    }
    require(JsonToken.VALUE_STRING, name, json);
    return json.getString();
  }

  private static List<String> texts(String name, JsonParser json) {
    if (isNull(json)) {
      return List.of();
    }
    require(JsonToken.START_ARRAY, name, json);
    var texts = new ArrayList<String>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text(name, json));
    }
    return texts;
  }

  /** Of an object whose values are scalars or lists of them. */
  private static List<Pair> pairs(String name, JsonParser json) {
    var pairs = new ArrayList<Pair>();
    object(
        name,
        json,
        (key, value) -> {
          if (value.currentToken() != JsonToken.START_ARRAY) {
            pairs.add(new Pair(key, scalar(key, value)));
            return;
          }
          while (value.nextToken() != JsonToken.END_ARRAY) {
            pairs.add(new Pair(key, scalar(key, value)));
          }
        });
    return pairs;
  }

  private static String scalar(String name, JsonParser json) {
    if (isNull(json)) {
      return "";
    }
    if (!json.currentToken().isScalarValue()) {
      throw new IllegalArgumentException("one of its fields holds what is neither text nor number");
    }
    return json.getString();
  }

  private static boolean isNull(JsonParser json) {
    return json.currentToken() == JsonToken.VALUE_NULL;
  }

  private static void require(JsonToken token, String name, JsonParser json) {
    if (json.currentToken() != token) {
      throw new IllegalArgumentException(
          "its field '"
              + name
              + "' is not "
              + (token == JsonToken.START_OBJECT
                  ? "an object"
                  : token == JsonToken.START_ARRAY ? "a list" : "a text"));
    }
  }
}
