package io.openhqm.core.transform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.PermanentException;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.StringJoiner;

/** A message as one JSON text, for expressions that look into it. */
public final class MessageJson {
  private static final Bytes NULL = Bytes.utf8("null");
  private static final Bytes NOTHING = Bytes.utf8("{}");

  private MessageJson() {}

  /**
   * The UTF-8 bytes of {@code {"correlation_id": …, "timestamp": …, "headers": …, "metadata": …,
   * "payload": …}}. Metadata and payload are in it byte for byte; an empty payload is null.
   *
   * @throws PermanentException if the payload is not JSON
   */
  public static byte[] of(Message message) throws PermanentException {
    var payload = payload(message);
    var metadata = message.metadata().json();
    var out = new ByteArrayOutputStream(payload.length() + metadata.length() + 512);
    out.writeBytes(
        ("{\"correlation_id\":\""
                + message.id()
                + "\",\"timestamp\":\""
                + message.submittedAt()
                + "\",\"headers\":"
                + headers(message.headers())
                + ",\"metadata\":")
            .getBytes(UTF_8));
    out.writeBytes((metadata.isEmpty() ? NOTHING : metadata).toReadOnlyArray());
    out.writeBytes(",\"payload\":".getBytes(UTF_8));
    out.writeBytes(payload.toReadOnlyArray());
    out.write('}');
    return out.toByteArray();
  }

  /**
   * The payload, which is JSON.
   *
   * @throws PermanentException if it is not
   */
  static Bytes payload(Message message) throws PermanentException {
    var bytes = message.payload() instanceof Body.Inline inline ? inline.bytes() : Bytes.empty();
    if (bytes.isEmpty()) {
      return NULL;
    }
    if (!Json.isJson(bytes)) {
      throw new PermanentException(
          "the payload is not JSON in UTF-8, nested at most " + Json.DEPTH_MAX + " levels deep");
    }
    return bytes;
  }

  /**
   * An object of names and values. A field that came on several lines is one, as RFC 9110 §5.3
   * admits, under the name of its first line.
   */
  static String headers(Headers headers) {
    var names = new LinkedHashMap<String, String>();
    var values = new LinkedHashMap<String, String>();
    for (var field : headers.fields()) {
      String key = field.name().toLowerCase(Locale.ROOT);
      names.putIfAbsent(key, field.name());
      values.merge(key, field.value(), (first, next) -> first + ", " + next);
    }
    var object = new StringJoiner(",", "{", "}");
    values.forEach(
        (key, value) ->
            object.add(Json.quote(names.getOrDefault(key, key)) + ':' + Json.quote(value)));
    return object.toString();
  }
}
