package io.openhqm.aws.worker;

import static java.util.Objects.requireNonNull;

import io.openhqm.aws.sqs.SqsRecord;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads events of SQS, and writes which of their messages are to come again. */
public final class SqsEvents {
  private SqsEvents() {}

  /**
   * The messages of an event, in their order; none of an event that has none, such as one that only
   * keeps the function warm.
   *
   * @throws IllegalArgumentException if it is no such event: then all of it must come again, so the
   *     invocation has to fail
   */
  public static List<SqsRecord> read(byte[] event) {
    try (var json = Json.parser(event)) {
      require(json.nextToken(), JsonToken.START_OBJECT);
      var records = new ArrayList<SqsRecord>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean known = requireNonNull(json.currentName()).equals("Records");
        if (json.nextToken() == JsonToken.START_ARRAY && known) {
          while (json.nextToken() != JsonToken.END_ARRAY) {
            records.add(record(json));
          }
        } else {
          json.skipChildren();
        }
      }
      return records;
    } catch (JacksonException damaged) {
      throw new IllegalArgumentException("the event is not JSON", damaged);
    }
  }

  private static SqsRecord record(JsonParser json) {
    require(json.currentToken(), JsonToken.START_OBJECT);
    var texts = new HashMap<String, String>();
    Map<String, String> attributes = Map.of();
    Map<String, String> messageAttributes = Map.of();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = requireNonNull(json.currentName());
      json.nextToken();
      switch (name) {
        case "attributes" -> attributes = attributes(json);
        case "messageAttributes" -> messageAttributes = messageAttributes(json);
        default -> readText(name, json, texts);
      }
    }
    if (!texts.containsKey("messageId")) {
      throw new IllegalArgumentException("a message of the event has no messageId");
    }
    return new SqsRecord(
        texts.get("messageId"),
        texts.getOrDefault("receiptHandle", ""),
        texts.getOrDefault("body", ""),
        messageAttributes,
        attributes);
  }

  private static void readText(String name, JsonParser json, Map<String, String> texts) {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      texts.put(name, json.getString());
    } else {
      json.skipChildren();
    }
  }

  private static Map<String, String> attributes(JsonParser json) {
    var attributes = new HashMap<String, String>();
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return attributes;
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = requireNonNull(json.currentName());
      json.nextToken();
      readText(name, json, attributes);
    }
    return attributes;
  }

  private static Map<String, String> messageAttributes(JsonParser json) {
    var values = new HashMap<String, String>();
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return values;
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = requireNonNull(json.currentName());
      json.nextToken();
      var attribute = attributes(json);
      boolean isText = attribute.getOrDefault("dataType", "String").startsWith("String");
      if (isText && attribute.containsKey("stringValue")) {
        values.put(name, attribute.get("stringValue"));
      }
    }
    return values;
  }

  private static void require(JsonToken found, JsonToken wanted) {
    if (found != wanted) {
      throw new IllegalArgumentException("the event is not one of SQS");
    }
  }

  /** The partial batch response: these come again, all others are deleted by the platform. */
  public static byte[] failures(List<String> messageIds) {
    var out = new ByteArrayOutputStream(64 + messageIds.size() * 64);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("batchItemFailures");
      for (String id : messageIds) {
        json.writeStartObject();
        json.writeStringProperty("itemIdentifier", id);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
