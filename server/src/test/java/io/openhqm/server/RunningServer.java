package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.OpenHqmServer.Mode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/** The real server in this process, and a client that talks to it. */
final class RunningServer implements AutoCloseable {
  private static final String[] JSON = {"Content-Type", "application/json"};

  private final OpenHqmServer server;

  private RunningServer(OpenHqmServer server) {
    this.server = server;
  }

  static RunningServer start(Path folder, String yaml) {
    return start(folder, yaml, Mode.ALL, InstantSource.system());
  }

  static RunningServer start(Path folder, String yaml, Mode mode, InstantSource clock) {
    return new RunningServer(
        OpenHqmServer.start(config(folder, yaml, Map.of()), mode, clock, "test"));
  }

  static RunningServer start(OpenHqmConfig config, Mode mode) {
    return new RunningServer(OpenHqmServer.start(config, mode, InstantSource.system(), "test"));
  }

  static OpenHqmConfig config(Path folder, String yaml, Map<String, String> environment) {
    return switch (ConfigLoader.loadText(yaml, "test.yaml", folder, environment)) {
      case ConfigResult.Loaded loaded -> loaded.config();
      case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems().toString());
    };
  }

  int port() {
    return server.port();
  }

  Exchange get(String target, String... headers) {
    return send("GET", target, new byte[0], headers);
  }

  /** Posts to submit. */
  Exchange submit(String json, String... headers) {
    var fields = new ArrayList<String>();
    fields.addAll(java.util.List.of(JSON));
    fields.addAll(java.util.List.of(headers));
    return send(
        "POST",
        "/api/v1/submit",
        json.getBytes(StandardCharsets.UTF_8),
        fields.toArray(String[]::new));
  }

  /** The finished response of a job, waited for as clients are told to. */
  Exchange finished(String id) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> get("/api/v1/response/" + id, "Prefer", "wait=5"),
            answer -> answer.status() != 202);
  }

  Exchange send(String method, String target, byte[] body, String... headers) {
    int question = target.indexOf('?');
    var request =
        new ApiRequest(
            method,
            question < 0 ? target : target.substring(0, question),
            question < 0 ? Optional.empty() : Optional.of(target.substring(question + 1)),
            Headers.of(headers),
            Bytes.wrap(body));
    return Wire.send(port(), request);
  }

  /** Fails unless it is ready and does a job. */
  void requireHealthy() {
    assertThat(get("/health/ready").status()).isEqualTo(200);
    assertThat(submit("{\"payload\": 1}").status()).isEqualTo(202);
  }

  @Override
  public void close() {
    server.close();
  }
}
