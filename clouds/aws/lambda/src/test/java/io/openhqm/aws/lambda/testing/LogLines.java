package io.openhqm.aws.lambda.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keeps what is logged. */
public final class LogLines {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Where to log to. */
  public PrintStream out() {
    return new PrintStream(bytes, true, UTF_8);
  }

  /** Each line, which must be JSON. */
  public List<JsonNode> lines() {
    return bytes.toString(UTF_8).lines().map(MAPPER::readTree).toList();
  }

  /** The lines that hold figures. */
  public List<JsonNode> figures() {
    return lines().stream().filter(line -> line.has("_aws")).toList();
  }

  /** The lines that hold words. */
  public List<JsonNode> words() {
    return lines().stream().filter(line -> line.has("message")).toList();
  }
}
