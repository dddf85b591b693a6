package io.openhqm.core.api;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Base64;
import java.util.Optional;

/**
 * A body as it stands in a JSON answer: JSON as JSON, text as a string if the bytes can be had back
 * from it, anything else as base64, an empty body as {@code null}.
 *
 * @param json a JSON value
 * @param isBase64 whether that is a string of base64
 */
public record ShownBody(Bytes json, boolean isBase64) {
  private static final Bytes NULL = Bytes.utf8("null");

  /**
   * A body as it is shown.
   *
   * @param headers the fields that came with {@code body}
   */
  public static ShownBody of(Bytes body, Headers headers) {
    if (body.isEmpty()) {
      return new ShownBody(NULL, false);
    }
    boolean encoded =
        headers
            .first("Content-Encoding")
            .filter(coding -> !coding.equalsIgnoreCase("identity"))
            .isPresent();
    var type = headers.first("Content-Type").map(MediaType::of);
    if (encoded || type.isEmpty()) {
      return base64(body);
    }
    if (type.get().isJson() && type.get().isUtf8() && Json.isJson(body)) {
      return new ShownBody(body, false);
    }
    if (type.get().isJson() || type.get().isText()) {
      return type.get()
          .knownCharset()
          .flatMap(charset -> text(body, charset))
          .map(text -> new ShownBody(Bytes.utf8(Json.quote(text)), false))
          .orElseGet(() -> base64(body));
    }
    return base64(body);
  }

  private static ShownBody base64(Bytes body) {
    // In place, as a body may be large.
    byte[] json = new byte[(body.length() + 2) / 3 * 4 + 2];
    int length = Base64.getEncoder().encode(body.toReadOnlyArray(), json);
    System.arraycopy(json, 0, json, 1, length);
    json[0] = '"';
    json[length + 1] = '"';
    return new ShownBody(Bytes.wrap(json), true);
  }

  /** The text, if reading and writing it again gives the same bytes. */
  private static Optional<String> text(Bytes body, Charset charset) {
    if (!charset.canEncode()) {
      return Optional.empty();
    }
    try {
      String text = charset.newDecoder().decode(body.toByteBuffer()).toString();
      ByteBuffer again = charset.newEncoder().encode(CharBuffer.wrap(text));
      return again.equals(body.toByteBuffer()) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
