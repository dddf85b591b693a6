package io.openhqm.aws.sqs;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Envelope;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What an SQS message carries.
 *
 * <table>
 *   <caption>Record layout</caption>
 *   <tr><td>body</td><td>the payload as it is, where it is text that SQS takes; else its base64, and
 *     {@code =} for no bytes or for a claim check</td></tr>
 *   <tr><td>{@code openhqm}</td><td>{@link Envelope#head}; absent: another program sent it</td></tr>
 *   <tr><td>{@code openhqm-encoding}</td><td>{@code base64} where the body is that. Other programs
 *     may set it too, to send what is not text</td></tr>
 *   <tr><td>{@code traceparent}</td><td>the trace context, for tools that look for it there; ours is
 *     read from the head</td></tr>
 * </table>
 *
 * @param body the body; never empty
 * @param attributes the attributes of type String; others are passed over
 */
record Parcel(String body, Map<String, String> attributes) {
  /** How many attributes a message may have. */
  static final int ATTRIBUTES_MAX = 10;

  private static final String OURS = "openhqm";
  private static final String ENCODING = "openhqm-encoding";
  private static final String BASE64 = "base64";
  private static final String TRACEPARENT = "traceparent";
  private static final String NOTHING = "=";
  private static final long TYPE_BYTES = "String".length();

  /** What a parcel says. */
  record Contents(Message message, boolean isForeign) {}

  Parcel {
    requireNonNull(body, "body");
    attributes = Map.copyOf(attributes);
  }

  /** The parcel of {@code message}. */
  static Parcel of(Message message) {
    var payload = message.payload() instanceof Body.Inline inline ? inline.bytes() : Bytes.empty();
    var attributes = new LinkedHashMap<String, String>();
    attributes.put(Envelope.ATTRIBUTE, SqsText.legalJson(Envelope.head(message)));
    message
        .traceparent()
        .filter(SqsText::isLegal)
        .ifPresent(trace -> attributes.put(TRACEPARENT, trace));
    var text = SqsText.of(payload);
    if (text.isEmpty()) {
      attributes.put(ENCODING, BASE64);
    }
    return new Parcel(text.orElseGet(() -> base64(payload)), attributes);
  }

  private static String base64(Bytes payload) {
    return payload.isEmpty()
        ? NOTHING
        : Base64.getEncoder().encodeToString(payload.toReadOnlyArray());
  }

  /** Whether it came from another program. */
  boolean isForeign() {
    return !attributes.containsKey(Envelope.ATTRIBUTE);
  }

  /** The value of the attribute {@code name}. */
  Optional<String> attribute(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  /** The same with more attributes; of its own those are left out that there is no room for. */
  Parcel plus(Map<String, String> more) {
    var all = new LinkedHashMap<>(more);
    attributes.forEach(
        (name, value) -> {
          if (name.startsWith(OURS)) {
            all.putIfAbsent(name, value);
          }
        });
    for (var other : new TreeMap<>(attributes).entrySet()) {
      if (all.size() < ATTRIBUTES_MAX) {
        all.putIfAbsent(other.getKey(), other.getValue());
      }
    }
    return new Parcel(body, all);
  }

  /** Its size, as SQS counts it. */
  long bytes() {
    long bytes = SqsText.utf8Length(body);
    for (var attribute : attributes.entrySet()) {
      bytes +=
          SqsText.utf8Length(attribute.getKey())
              + TYPE_BYTES
              + SqsText.utf8Length(attribute.getValue());
    }
    return bytes;
  }

  /**
   * Reads it.
   *
   * @param record what it came in; says what a foreign message does not
   * @throws IllegalArgumentException if it is damaged; the message says how and holds nothing of it
   */
  Contents contents(SqsRecord record) {
    var head = attribute(Envelope.ATTRIBUTE);
    return head.isPresent()
        ? new Contents(Envelope.message(head.get(), payload()), false)
        : new Contents(foreign(record), true);
  }

  private Bytes payload() {
    if (!attribute(ENCODING).filter(BASE64::equals).isPresent()) {
      return Bytes.utf8(body);
    }
    try {
      return body.equals(NOTHING) ? Bytes.empty() : Bytes.wrap(Base64.getDecoder().decode(body));
    } catch (IllegalArgumentException damaged) {
      throw new IllegalArgumentException(
          "the body of a message is not base64 as its attribute '" + ENCODING + "' says", damaged);
    }
  }

  private Message foreign(SqsRecord record) {
    return new Message(
        id(record.messageId()),
        Body.of(payload()),
        foreignHeaders(),
        new Metadata(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Priority.NORMAL,
            record.fifoGroup(),
            Bytes.empty()),
        record.sentAt(),
        attribute(TRACEPARENT));
  }

  /** The attributes that can be header fields. */
  private Headers foreignHeaders() {
    var headers = Headers.none();
    for (var attribute : new TreeMap<>(attributes).entrySet()) {
      String name = attribute.getKey();
      String value = attribute.getValue().strip();
      boolean ours = name.startsWith(OURS) || name.equals(TRACEPARENT);
      if (!ours && Headers.isToken(name) && Headers.isFieldValue(value)) {
        headers = headers.plus(name, value);
      }
    }
    return headers;
  }

  /** SQS makes UUIDs; what does as if it were SQS may make something else. */
  private static UUID id(String sqsId) {
    try {
      return UUID.fromString(sqsId);
    } catch (IllegalArgumentException other) {
      return UUID.nameUUIDFromBytes(sqsId.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The size only: what is in it may be secret. */
  @Override
  public String toString() {
    return bytes() + " bytes";
  }
}
