package io.openhqm.transforms;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openhqm.core.Bytes;
import io.openhqm.core.Message;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Transformation;
import io.openhqm.core.transform.MessageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Messages as trees, and trees as payloads. A value that an expression only passes on keeps its
 * digits; what is written is compact UTF-8.
 */
final class Trees {
  static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      // Numbers stay bounded: to read the digits of one takes the square of their
                      // number. The message as a whole is bounded elsewhere.
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Trees() {}

  /**
   * {@code {correlation_id, timestamp, headers, metadata, payload}}.
   *
   * @throws PermanentException if the payload is not JSON, or holds a number that is too long
   */
  static JsonNode read(Message message) throws PermanentException {
    try {
      return MAPPER.readTree(MessageJson.of(message));
    } catch (IOException tooMuch) {
      throw new PermanentException(
          "the payload holds a number of more than "
              + StreamReadConstraints.DEFAULT_MAX_NUM_LEN
              + " characters");
    }
  }

  /**
   * The payload.
   *
   * @throws PermanentException if it is too large or nested too deep
   */
  static Bytes write(JsonNode made) throws PermanentException {
    var out = new Limited();
    try {
      MAPPER.writeValue(out, made);
      return Bytes.wrap(out.bytes.toByteArray());
    } catch (TooLargeException tooLarge) {
      throw new PermanentException(
          "it would be larger than " + Transformation.RESULT_BYTES_MAX + " bytes");
    } catch (JsonProcessingException tooDeep) {
      throw new PermanentException("it would be nested too deep");
    } catch (IOException impossible) {
      throw new IllegalStateException("memory can always be written to", impossible);
    }
  }

  private static final class Limited extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

    @Override
    public void write(int b) throws IOException {
      require(1);
      bytes.write(b);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      require(length);
      bytes.write(from, offset, length);
    }

    private void require(int more) throws TooLargeException {
      if (bytes.size() + (long) more > Transformation.RESULT_BYTES_MAX) {
        throw new TooLargeException();
      }
    }
  }

  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
