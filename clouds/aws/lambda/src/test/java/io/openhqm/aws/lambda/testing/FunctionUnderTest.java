package io.openhqm.aws.lambda.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.openhqm.aws.lambda.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A function as the platform calls it, in this process. */
public final class FunctionUnderTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final LogLines log = new LogLines();
  private final RequestStreamHandler handler;

  /**
   * Opens it.
   *
   * @param open makes the handler of what is around it
   */
  public FunctionUnderTest(
      Function<Surroundings, RequestStreamHandler> open, Map<String, String> environment) {
    this.handler = open.apply(new Surroundings(environment, log.out(), InstantSource.system()));
  }

  /** What it has written. */
  public LogLines log() {
    return log;
  }

  /** What it answers to {@code event} when it has {@code remaining} time. */
  public JsonNode call(byte[] event, Duration remaining) {
    var out = new ByteArrayOutputStream();
    try {
      handler.handleRequest(new ByteArrayInputStream(event), out, TestContext.lasting(remaining));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return MAPPER.readTree(out.toByteArray());
  }

  /** What it answers to {@code event}. */
  public JsonNode call(byte[] event) {
    return call(event, Duration.ofSeconds(29));
  }

  /** What it answers to a request that an HTTP API hands over. */
  public Answer http(String method, String path, String body, String... headers) {
    return new Answer(call(Events.http(method, path, body, headers)));
  }

  /**
   * An answer as an HTTP API reads it.
   *
   * @param event what the function gave out
   */
  public record Answer(JsonNode event) {
    /** The status code. */
    public int status() {
      return event.get("statusCode").asInt();
    }

    /** The body, as text. */
    public String body() {
      return event.get("body").asString();
    }

    /** The body, as JSON. */
    public JsonNode json() {
      return MAPPER.readTree(body().getBytes(UTF_8));
    }

    /** The field of this name, in the spelling in which it was given out. */
    public String header(String name) {
      return event.get("headers").get(name).asString();
    }
  }
}
