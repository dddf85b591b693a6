package io.openhqm.worker;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * A demonstration and a smoke test: {@code {"operation": "echo" | "uppercase" | "reverse" |
 * "error", "data": …}} is answered with {@code {"output": …, "processed_at": …}}; {@code error}
 * fails on purpose. A payload without an operation is echoed.
 */
public final class EchoProcessor implements Processor {
  private final InstantSource clock;

  /**
   * @param clock for {@code processed_at}
   */
  public EchoProcessor(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "echo";
  }

  /** The operation and where its data stands in the payload. */
  private record Order(String operation, Optional<Bytes> data, Optional<String> text) {}

  @Override
  public Result process(Attempt attempt) throws PermanentException {
    var payload =
        attempt.message().payload() instanceof Body.Inline inline ? inline.bytes() : Bytes.empty();
    var order = read(payload);
    return switch (order.operation().toLowerCase(Locale.ROOT)) {
      case "echo" -> output(order.data().orElse(payload));
      case "uppercase" -> output(quoted(requireText(order).toUpperCase(Locale.ROOT)));
      case "reverse" -> output(quoted(new StringBuilder(requireText(order)).reverse().toString()));
      case "error" ->
          throw new PermanentException(
              "the operation 'error' was asked for, and this is the error");
      default ->
          throw new PermanentException(
              "the demonstration processor knows echo, uppercase, reverse and error, not what stands"
                  + " in payload.operation");
    };
  }

  private static String requireText(Order order) throws PermanentException {
    return order
        .text()
        .orElseThrow(
            () -> new PermanentException("payload.data must be a text for this operation"));
  }

  private static Order read(Bytes payload) {
    String operation = "echo";
    Optional<Bytes> data = Optional.empty();
    Optional<String> text = Optional.empty();
    try (var json = Json.parser(payload.toReadOnlyArray())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return new Order(operation, data, text);
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        var token = json.nextToken();
        int start = (int) json.currentTokenLocation().getByteOffset();
        if (token == JsonToken.VALUE_STRING && name.equals("operation")) {
          operation = json.getString();
        } else if (token == JsonToken.VALUE_STRING && name.equals("data")) {
          text = Optional.of(json.getString());
        }
        json.skipChildren();
        if (name.equals("data")) {
          data = Optional.of(payload.slice(start, (int) json.currentLocation().getByteOffset()));
        }
      }
      return new Order(operation, data, text);
    } catch (JacksonException notJson) {
      // What is not JSON has no operation: its text is echoed.
      return new Order("echo", Optional.of(quoted(payload.toUtf8())), Optional.empty());
    }
  }

  private static Bytes quoted(String text) {
    var out = new ByteArrayOutputStream();
    try (var json = Json.generator(out)) {
      json.writeString(text);
    }
    return Bytes.wrap(out.toByteArray());
  }

  private Result output(Bytes json) {
    var out = new ByteArrayOutputStream(json.length() + 80);
    out.writeBytes("{\"output\":".getBytes(StandardCharsets.UTF_8));
    out.writeBytes(json.isEmpty() ? "null".getBytes(StandardCharsets.UTF_8) : json.toArray());
    out.writeBytes(
        (",\"processed_at\":\"" + clock.instant() + "\"}").getBytes(StandardCharsets.UTF_8));
    return Result.json(Bytes.wrap(out.toByteArray()));
  }
}
