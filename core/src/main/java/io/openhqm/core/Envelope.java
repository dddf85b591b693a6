package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * How a message travels on queues that carry a body and named attributes: the payload is the body,
 * so that other programs can read it, and {@link #head} is the attribute {@value #ATTRIBUTE}. A
 * message without that attribute was put there by another program.
 *
 * <p>The head is a JSON object. Fields that are not known are passed over, so that an older worker
 * reads what a newer one sent; a version that is not known is refused.
 */
public final class Envelope {
  /** The attribute that holds the head. */
  public static final String ATTRIBUTE = "openhqm";

  /**
   * The longest head in bytes of UTF-8, for what a submission may say: 64 KiB of header fields and
   * 64 KiB of metadata, each escaped.
   */
  public static final int HEAD_BYTES_MAX = 224 * 1024;

  private static final int VERSION = 1;

  private Envelope() {}

  /** The head of {@code message}: all but an inline payload. */
  public static String head(Message message) {
    var out = new ByteArrayOutputStream(512);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeNumberProperty("v", VERSION);
      json.writeStringProperty("id", message.id().toString());
      json.writeStringProperty("submitted_at", message.submittedAt().toString());
      write(json, "traceparent", message.traceparent());
      if (message.payload() instanceof Body.Stored stored) {
        json.writeStringProperty("stored_key", stored.key());
        json.writeNumberProperty("stored_length", stored.length());
      }
      writeMetadata(json, message.metadata());
      json.writeArrayPropertyStart("headers");
      for (var field : message.headers().fields()) {
        json.writeString(field.name());
        json.writeString(field.value());
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void writeMetadata(JsonGenerator json, Metadata metadata) {
    write(json, "endpoint", metadata.endpoint());
    write(json, "method", metadata.method());
    write(json, "target", metadata.target());
    write(json, "timeout", metadata.timeout().map(Duration::toString));
    if (metadata.priority().compareTo(Priority.NORMAL) != 0) {
      json.writeNumberProperty("priority", metadata.priority().level());
    }
    write(json, "session_id", metadata.sessionId());
    if (!metadata.json().isEmpty()) {
      // Base64, as it must come out byte for byte, and never grows by more than a third.
      json.writeStringProperty(
          "metadata", Base64.getEncoder().encodeToString(metadata.json().toReadOnlyArray()));
    }
  }

  private static void write(JsonGenerator json, String name, Optional<String> value) {
    value.ifPresent(text -> json.writeStringProperty(name, text));
  }

  /**
   * The message of this head.
   *
   * @param payload the body that came with it; not looked at where the head has a claim check
   * @throws IllegalArgumentException if the head is not one; the message says what is wrong and
   *     holds nothing of it
   */
  public static Message message(String head, Bytes payload) {
    var fields = new Fields();
    try (var json = Json.parser(head.getBytes(StandardCharsets.UTF_8))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("the head of a message is not a JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = requireNonNull(json.currentName());
        json.nextToken();
        fields.read(name, json);
      }
      return fields.message(payload);
    } catch (JacksonException | DateTimeException | ArithmeticException damaged) {
      throw new IllegalArgumentException("the head of a message is damaged", damaged);
    }
  }

  /** What a head says, as it is read. */
  private static final class Fields {
    private int version;
    private @Nullable UUID id;
    private @Nullable Instant submittedAt;
    private @Nullable String storedKey;
    private long storedLength;
    private Optional<String> traceparent = Optional.empty();
    private Optional<String> endpoint = Optional.empty();
    private Optional<String> method = Optional.empty();
    private Optional<String> target = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private Optional<String> session = Optional.empty();
    private Priority priority = Priority.NORMAL;
    private Bytes metadata = Bytes.empty();
    private final List<Headers.Field> headers = new ArrayList<>();

    void read(String name, JsonParser json) {
      switch (name) {
        case "v" -> version = json.getIntValue();
        case "id" -> id = UUID.fromString(text(json));
        case "submitted_at" -> submittedAt = Instant.parse(text(json));
        case "traceparent" -> traceparent = Optional.of(text(json));
        case "stored_key" -> storedKey = text(json);
        case "stored_length" -> storedLength = json.getLongValue();
        case "endpoint" -> endpoint = Optional.of(text(json));
        case "method" -> method = Optional.of(text(json));
        case "target" -> target = Optional.of(text(json));
        case "timeout" -> timeout = Optional.of(Duration.parse(text(json)));
        case "priority" -> priority = new Priority(json.getIntValue());
        case "session_id" -> session = Optional.of(text(json));
        case "metadata" -> metadata = Bytes.wrap(Base64.getDecoder().decode(text(json)));
        case "headers" -> readHeaders(json);
        default -> json.skipChildren();
      }
    }

    private void readHeaders(JsonParser json) {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw new IllegalArgumentException("the header fields of a message are not a list");
      }
      while (json.nextToken() != JsonToken.END_ARRAY) {
        String name = text(json);
        json.nextToken();
        headers.add(new Headers.Field(name, text(json)));
      }
    }

    private static String text(JsonParser json) {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw new IllegalArgumentException("a field of the head of a message is not a text");
      }
      return json.getString();
    }

    Message message(Bytes payload) {
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "the head of a message has version "
                + version
                + ", and only "
                + VERSION
                + " is known here; update this worker");
      }
      if (id == null || submittedAt == null) {
        throw new IllegalArgumentException(
            "the head of a message lacks its id or when it was submitted");
      }
      return new Message(
          id,
          storedKey == null ? Body.of(payload) : new Body.Stored(storedKey, storedLength),
          new Headers(headers),
          new Metadata(endpoint, method, target, timeout, priority, session, metadata),
          submittedAt,
          traceparent);
    }
  }
}
