package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A job that kills the real server at once, and whoever starts the server again and again. */
final class PoisonJobTest {
  private static final int ATTEMPTS = 3;

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private URI server;

  @Test
  void aJobThatKillsItsProcessAtOnceComesToAnEnd() throws Exception {
    var config = config();
    String id = "";
    int killed = 0;
    var process = start(config);
    try {
      awaitAnswer(process);
      id = submit();
      while (!endedOrKilled(process, id)) {
        killed++;
        assertThat(killed).as("lives").isLessThanOrEqualTo(ATTEMPTS + 1);
        process = start(config);
      }
      assertThat(killed).isGreaterThanOrEqualTo(ATTEMPTS);
      assertThat(get("/api/v1/response/" + id))
          .contains("\"status\":\"FAILED\"", "the worker died in each of 3 attempts");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** True: the job ended, and the server lives. */
  private boolean endedOrKilled(Process process, String id) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !process.isAlive() || isFailed(id));
    return process.isAlive();
  }

  private boolean isFailed(String id) throws InterruptedException {
    try {
      return get("/api/v1/status/" + id).contains("FAILED");
    } catch (IOException notThere) {
      return false;
    }
  }

  private void awaitAnswer(Process process) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreException(java.net.ConnectException.class)
        .until(
            () -> {
              assertThat(process.isAlive()).isTrue();
              return get("/health/ready").contains("\"status\":\"healthy\"");
            });
  }

  /** Due when it has been answered: else the answer might die with the server. */
  private String submit() throws Exception {
    var submission =
        HttpRequest.newBuilder(server.resolve("/api/v1/submit"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"payload\":1,\"metadata\":{\"delay\":1}}"))
            .build();
    var answer = client.send(submission, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(202);
    return JsonMapper.shared().readTree(answer.body()).path("correlation_id").asString();
  }

  private String get(String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(server.resolve(path)).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private Path config() throws IOException {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    server = URI.create("http://127.0.0.1:" + port);
    return Files.writeString(
        folder.resolve("config.yaml"),
        """
        server: {host: 127.0.0.1, port: %d}
        queue: {type: embedded, embedded_path: jobs.db}
        cache: {type: embedded}
        worker: {max_retries: %d}
        processor: {name: halting, jar: "%s"}
        """
            .formatted(port, ATTEMPTS - 1, HaltingProcessor.jar(folder)));
  }

  private Process start(Path config) throws IOException {
    return new ProcessBuilder(ServerCommand.serving(config, "-Xmx64m"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("out").toFile()))
        .redirectErrorStream(true)
        .start();
  }
}
