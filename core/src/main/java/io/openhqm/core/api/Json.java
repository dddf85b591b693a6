package io.openhqm.core.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * The one JSON reader and writer, streaming only: a payload is walked over, never taken apart and
 * put together again.
 */
public final class Json {
  /** How deep objects and arrays may be nested. */
  public static final int DEPTH_MAX = 500;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // JSON between systems is UTF-8 (RFC 8259 §8.1); a guess at UTF-16 would also shift every
          // byte offset.
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  // The body as a whole is bounded by the server; within it nothing is refused for
                  // being long.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /** Reads UTF-8. */
  public static JsonParser parser(byte[] utf8) {
    return FACTORY.createParser(ObjectReadContext.empty(), utf8);
  }

  /** Writes UTF-8. */
  public static JsonGenerator generator(OutputStream out) {
    return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
  }

  /** {@code text} as a JSON string, quotes included. */
  public static String quote(String text) {
    var quoted = new StringBuilder(text.length() + 16).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, quoted);
    return quoted.append('"').toString();
  }

  /**
   * Whether {@code bytes} are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates,
   * nothing beyond U+10FFFF).
   */
  public static boolean isUtf8(Bytes bytes) {
    byte[] array = bytes.toReadOnlyArray();
    int ascii = 0;
    while (ascii < array.length && array[ascii] >= 0) {
      ascii++;
    }
    if (ascii == array.length) {
      return true;
    }
    var decoder = UTF_8.newDecoder(); // reports malformed input unless told otherwise
    var in = ByteBuffer.wrap(array, ascii, array.length - ascii);
    var out = CharBuffer.allocate(Math.min(8192, in.remaining() + 1));
    while (true) {
      var outcome = decoder.decode(in, out, true);
      if (outcome.isError()) {
        return false;
      }
      if (outcome.isUnderflow()) {
        return true;
      }
      out.clear();
    }
  }

  /**
   * Whether {@code bytes} are one JSON text in UTF-8 (RFC 8259) that is nested no deeper than
   * {@link #DEPTH_MAX}.
   */
  public static boolean isJson(Bytes bytes) {
    if (!isUtf8(bytes)) {
      return false;
    }
    try (var json = parser(bytes.toReadOnlyArray())) {
      if (json.nextToken() == null) {
        return false;
      }
      json.skipChildren();
      json.finishToken();
      return json.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }
}
