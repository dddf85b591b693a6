package io.openhqm.cli;

import io.openhqm.core.Bytes;
import io.openhqm.core.Priority;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits a payload. */
@Command(
    name = "submit",
    description = "Submits a payload and prints its correlation id.",
    footer = {
      "",
      "Examples:",
      "  openhqm submit '{\"operation\": \"echo\", \"data\": \"Hello World\"}'",
      "  openhqm submit @order.json --endpoint orders --priority high --wait 30",
      "  openhqm submit @order.json --type order.new --meta tenant=acme",
      "  echo '{\"n\": 1}' | openhqm submit - --session customer-17"
    })
final class SubmitCommand extends ClientCommand {
  @Parameters(
      paramLabel = "PAYLOAD",
      description = "JSON; @FILE reads it from a file, - from standard input.")
  String payload = "";

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "NAME",
      description = "The name of a configured endpoint.")
  Optional<String> endpoint = Optional.empty();

  @Option(
      names = {"-X", "--method"},
      paramLabel = "METHOD",
      description = "The HTTP method towards the backend.")
  Optional<String> method = Optional.empty();

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description =
          "A header field for the backend, also as NAME: VALUE; may repeat, as may a name.")
  List<String> headers = List.of();

  @Option(
      names = "--priority",
      paramLabel = "PRIORITY",
      description = "low, normal, high or 0 to 9.")
  Optional<String> priority = Optional.empty();

  @Option(
      names = "--session",
      paramLabel = "NAME",
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
      names = "--not-before",
      paramLabel = "TIME",
      description = "Do not begin before that time, such as 2026-12-24T18:00:00+01:00.")
  Optional<String> notBefore = Optional.empty();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "What kind of request it is, for routing.")
  Optional<String> type = Optional.empty();

  @Option(
      names = {"-m", "--meta"},
      paramLabel = "KEY=TEXT",
      description = "Any other metadata, a text; may repeat.")
  Map<String, String> meta = new LinkedHashMap<>();

  @Option(
      names = "--metadata",
      paramLabel = "JSON",
      description = "Any other metadata, an object: its fields stand beside those of the options.")
  Optional<String> metadata = Optional.empty();

  @Option(
      names = {"-k", "--idempotency-key"},
      paramLabel = "KEY",
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
    if (metadata.isPresent() && !isObject(metadata.get())) {
      console.error("--metadata must be a JSON object but is '" + metadata.get() + "'.");
      return ExitCode.USAGE;
    }
    for (String header : headers) {
      if (separator(header) < 1) {
        console.error("A header must be NAME=VALUE or NAME: VALUE but is '" + header + "'.");
        return ExitCode.USAGE;
      }
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
    String rest = ",\"headers\":" + headersJson() + ",\"metadata\":" + metadataJson() + "}";
    out.writeBytes(rest.getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  /** A name that came more than once has an array, in the spelling that came first. */
  private String headersJson() {
    var values = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
    for (String header : headers) {
      int at = separator(header);
      values
          .computeIfAbsent(header.substring(0, at).strip(), name -> new ArrayList<>())
          .add(Json.quote(header.substring(at + 1).strip()));
    }
    return values.entrySet().stream()
        .map(one -> Json.quote(one.getKey()) + ":[" + String.join(",", one.getValue()) + "]")
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** Where the name ends; negative if there is no end. */
  private static int separator(String header) {
    int equals = header.indexOf('=');
    int colon = header.indexOf(':');
    return equals < 0 || colon >= 0 && colon < equals ? colon : equals;
  }

  private String metadataJson() {
    var fields = new ArrayList<String>();
    endpoint.ifPresent(value -> fields.add("\"endpoint\":" + Json.quote(value)));
    method.ifPresent(value -> fields.add("\"method\":" + Json.quote(value)));
    priority.ifPresent(value -> fields.add("\"priority\":" + Json.quote(value)));
    session.ifPresent(value -> fields.add("\"session_id\":" + Json.quote(value)));
    type.ifPresent(value -> fields.add("\"type\":" + Json.quote(value)));
    timeout.ifPresent(value -> fields.add("\"timeout\":" + value));
    delay.ifPresent(value -> fields.add("\"delay\":" + value));
    notBefore.ifPresent(value -> fields.add("\"not_before\":" + Json.quote(value)));
    meta.forEach((key, text) -> fields.add(Json.quote(key) + ":" + Json.quote(text)));
    metadata
        .map(String::strip)
        .map(object -> object.substring(1, object.length() - 1))
        .filter(inside -> !inside.isBlank())
        .ifPresent(fields::add);
    return "{" + String.join(",", fields) + "}";
  }

  private static boolean isObject(String json) {
    return json.strip().startsWith("{") && Json.isJson(Bytes.utf8(json));
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
