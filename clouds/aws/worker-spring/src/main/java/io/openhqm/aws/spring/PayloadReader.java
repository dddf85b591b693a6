package io.openhqm.aws.spring;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.MediaType;
import java.util.Optional;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/**
 * Makes of a payload what a function takes. What does not become that never will, so it is a {@link
 * PermanentException}, whose words are for the client. Safe for use by many threads.
 */
sealed interface PayloadReader {
  /**
   * What the function is given; never null.
   *
   * @throws PermanentException if the payload does not fit
   */
  Object read(Bytes payload, Headers headers) throws PermanentException;

  /**
   * A reader for functions that take {@code type}.
   *
   * @param function the function's name, for what a client is told
   */
  static PayloadReader of(String function, ResolvableType type, ObjectMapper mapper) {
    if (type.toClass() == byte[].class) {
      return new OfBytes();
    }
    return type.toClass() == String.class
        ? new OfText(function, mapper.readerFor(String.class))
        : new OfJson(function, mapper.readerFor(mapper.constructType(type.getType())));
  }

  /** What never fits is told in these words. */
  private static PermanentException unfit(String function, String how) {
    return new PermanentException(
        "the payload does not fit what the function '" + function + "' takes" + how);
  }

  /** The bytes as they came. */
  record OfBytes() implements PayloadReader {
    /** A copy: it is the payload of the next attempt too, and of a dead letter. */
    @Override
    public Object read(Bytes payload, Headers headers) {
      return payload.toArray();
    }
  }

  /** The text of a JSON string, or any other payload as it came. */
  record OfText(String function, ObjectReader reader) implements PayloadReader {
    @Override
    public Object read(Bytes payload, Headers headers) throws PermanentException {
      if (!Json.isUtf8(payload)) {
        throw unfit(function, ": it is not text in UTF-8");
      }
      String text = payload.toUtf8();
      boolean declaredOtherwise =
          headers.first("Content-Type").filter(type -> !MediaType.of(type).isJson()).isPresent();
      if (declaredOtherwise || !text.stripLeading().startsWith("\"")) {
        return text;
      }
      try {
        return reader.<String>readValue(text);
      } catch (JacksonException noJsonString) {
        return text;
      }
    }
  }

  /** Jackson's reading of JSON, whatever the payload is declared to be. */
  record OfJson(String function, ObjectReader reader) implements PayloadReader {
    @Override
    public Object read(Bytes payload, Headers headers) throws PermanentException {
      if (!Json.isJson(payload)) {
        throw unfit(function, ": it is not JSON");
      }
      try {
        return Optional.ofNullable(reader.<Object>readValue(payload.toReadOnlyArray()))
            .orElseThrow(() -> unfit(function, ": it is null"));
      } catch (JacksonException other) {
        throw unfit(function, place(other) + reason(other));
      }
    }

    /** As a JSON Pointer (RFC 6901). */
    private static String place(JacksonException refused) {
      var pointer = new StringBuilder();
      for (var step : refused.getPath()) {
        String name = step.getPropertyName();
        pointer
            .append('/')
            .append(name == null ? step.getIndex() : name.replace("~", "~0").replace("/", "~1"));
      }
      return pointer.isEmpty() ? "" : ", at '" + pointer + "'";
    }

    /** Jackson's own words name classes; those of the type's own constructor are for its users. */
    private static String reason(JacksonException refused) {
      return refused.getCause() instanceof IllegalArgumentException words
              && words.getMessage() != null
          ? ": " + words.getMessage()
          : "; send what it takes";
    }
  }
}
