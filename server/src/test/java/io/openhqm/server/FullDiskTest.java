package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real server where none of its files may grow beyond 2 MiB. The log of changes reaches that
 * first, and has room again when it is begun anew.
 */
final class FullDiskTest {
  private static final Pattern LISTENS = Pattern.compile("openhqm listens on 127.0.0.1:([0-9]+)");
  private static final int WORKERS = 4;

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void everyJobIsCompletedWithOneCallWhenThereIsRoomAgain() throws Exception {
    try (var backend = new TestBackend()) {
      var process = start(backend.url());
      try {
        Awaitility.await().until(() -> LISTENS.matcher(said()).find());
        var port = LISTENS.matcher(said());
        assertThat(port.find()).isTrue();
        var server = URI.create("http://127.0.0.1:" + port.group(1));

        var accepted = submitUntilRefused(server);
        assertThat(accepted).hasSizeGreaterThan(2 * WORKERS);
        Awaitility.await().until(() -> backend.requests().size() == WORKERS);
        backend.release();

        // Longer than all attempts that a job has, were each lost after a lease.
        Awaitility.await()
            .during(Duration.ofSeconds(12))
            .atMost(Duration.ofSeconds(14))
            .untilAsserted(
                () -> {
                  assertThat(get(server, "/health/ready").statusCode()).isEqualTo(503);
                  assertThat(backend.requests()).hasSize(WORKERS);
                });

        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(500))
            .untilAsserted(
                () -> {
                  makeRoom();
                  for (var id : accepted) {
                    assertThat(get(server, "/api/v1/status/" + id).body())
                        .contains("\"status\":\"COMPLETED\"", "\"attempts\":1");
                  }
                });
        assertThat(backend.requests()).hasSameSizeAs(accepted);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private List<String> submitUntilRefused(URI server) throws Exception {
    var accepted = new ArrayList<String>();
    var submission =
        HttpRequest.newBuilder(server.resolve("/proxy/backend/hold"))
            .POST(BodyPublishers.ofString("x".repeat(1_000)))
            .build();
    while (true) {
      var answer = client.send(submission, BodyHandlers.ofString());
      if (answer.statusCode() == 503) {
        return accepted;
      }
      assertThat(answer.statusCode()).isEqualTo(202);
      accepted.add(JsonMapper.shared().readTree(answer.body()).path("correlation_id").asString());
    }
  }

  private void makeRoom() throws SQLException {
    try (var other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("jobs.db"));
        var statement = other.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private HttpResponse<String> get(URI server, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString());
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  private Process start(String backend) throws IOException {
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            server: {host: 127.0.0.1, port: 0}
            queue: {type: embedded, embedded_path: jobs.db}
            cache: {type: embedded}
            worker: {count: %d, lease_seconds: 1}
            proxy: {enabled: true, endpoints: {backend: {url: "%s", timeout: 60, max_retries: 1}}}
            """
                .formatted(WORKERS, backend));
    var command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 4096 && exec \"$@\"", "sh"));
    command.addAll(ServerCommand.serving(config, "-Xmx64m"));
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }
}
