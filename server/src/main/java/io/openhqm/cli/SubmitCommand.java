package io.openhqm.cli;

import io.openhqm.core.Priority;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** Submits a payload. */
@Command(
    name = "submit",
    description = "Submits a payload and prints its correlation id.",
    footer = {
      "",
      "Examples:",
      "  openhqm submit '{\"operation\": \"echo\", \"data\": \"Hello World\"}'",
      "  openhqm submit @order.json --endpoint orders --priority high --wait 30",
      "  echo '{\"n\": 1}' | openhqm submit - --session customer-17"
    })
final class SubmitCommand extends ClientCommand {
  @Parameters(
      paramLabel = "PAYLOAD",
      description = "JSON; @FILE reads it from a file, - from standard input.")
  String payload = "";

  @Option(
      names = {"-e", "--endpoint"},
      description = "The name of a configured endpoint.")
  Optional<String> endpoint = Optional.empty();

  @Option(
      names = {"-X", "--method"},
      description = "The HTTP method towards the backend.")
  Optional<String> method = Optional.empty();

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header field for the backend; may repeat.")
  Map<String, String> headers = new LinkedHashMap<>();

  @Option(names = "--priority", description = "low, normal, high or 0 to 9.")
  Optional<String> priority = Optional.empty();

  @Option(
      names = "--session",
      description = "Jobs of one session run one after the other, in order.")
  Optional<String> session = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "The longest that one attempt may take.")
  Optional<Integer> timeout = Optional.empty();

  @Option(
      names = "--delay",
      paramLabel = "SECONDS",
      description = "Do not begin earlier than that from now.")
  Optional<Integer> delay = Optional.empty();

  @Option(
      names = {"-k", "--idempotency-key"},
      description = "The same key with the same payload gives the same job.")
  Optional<String> idempotencyKey = Optional.empty();

  @Option(
      names = {"-w", "--wait"},
      paramLabel = "SECONDS",
      description = "Wait that long for the answer and show it.")
  Optional<Integer> wait = Optional.empty();

  @Override
  ExitCode run(ApiClient api, Console console)
      throws ApiClient.UnreachableException, InterruptedException {
    if (priority.isPresent() && priority.flatMap(Priority::parse).isEmpty()) {
      console.error(
          "--priority must be low, normal, high or 0 to 9 but is '" + priority.get() + "'.");
      return ExitCode.USAGE;
    }
    byte[] body;
    try {
      body = body(read(payload));
    } catch (IOException unreadable) {
      console.error("Cannot read the payload: " + unreadable.getMessage());
      return ExitCode.USAGE;
    }
    var fields = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
    idempotencyKey.ifPresent(key -> fields.put("Idempotency-Key", key));
    var answer = api.send("POST", "/api/v1/submit", fields, body, Duration.ZERO);
    if (!answer.isSuccess()) {
      return refused(answer, console);
    }
    String id = answer.field("correlation_id").orElse("");
    if (wait.isEmpty()) {
      console.raw(options.json ? answer.text() : id);
      return ExitCode.OK;
    }
    if (!options.json) {
      console.raw(id);
    }
    return printResponse(awaitEnd(api, console, id, Duration.ofSeconds(wait.get())), console);
  }

  /**
   * The payload stands in the request as it was given: whether it is JSON is for the server to say.
   */
  private byte[] body(byte[] json) {
    var out = new ByteArrayOutputStream(json.length + 256);
    out.writeBytes("{\"payload\":".getBytes(StandardCharsets.UTF_8));
    out.writeBytes(json);
    var rest = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = Json.generator(rest)) {
      generator.writeStartObject();
      generator.writeObjectPropertyStart("headers");
      headers.forEach(generator::writeStringProperty);
      generator.writeEndObject();
      generator.writeObjectPropertyStart("metadata");
      endpoint.ifPresent(value -> generator.writeStringProperty("endpoint", value));
      method.ifPresent(value -> generator.writeStringProperty("method", value));
      priority.ifPresent(value -> generator.writeStringProperty("priority", value));
      session.ifPresent(value -> generator.writeStringProperty("session_id", value));
      timeout.ifPresent(value -> generator.writeNumberProperty("timeout", value));
      delay.ifPresent(value -> generator.writeNumberProperty("delay", value));
      generator.writeEndObject();
      generator.writeEndObject();
    }
    byte[] tail = rest.toByteArray();
    tail[0] = ',';
    out.writeBytes(tail);
    return out.toByteArray();
  }

  private static byte[] read(String payload) throws IOException {
    if (payload.equals("-")) {
      return System.in.readAllBytes();
    }
    return payload.startsWith("@")
        ? Files.readAllBytes(Path.of(payload.substring(1)))
        : payload.getBytes(StandardCharsets.UTF_8);
  }
}
