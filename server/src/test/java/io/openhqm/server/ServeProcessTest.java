package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.server.FaultyEngineProvider.Fault;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code openhqm serve} as a process of its own, which is told to stop in the usual way. */
class ServeProcessTest {
  private static final Pattern LISTENS = Pattern.compile("openhqm listens on 127.0.0.1:([0-9]+)");

  @TempDir Path folder;

  @Test
  void onSigtermTheRunningJobEndsFirstAndTheLogHasItAll() throws Exception {
    try (var backend = new TestBackend();
        var client = HttpClient.newHttpClient()) {
      var process = start(backend.url(), "embedded", Fault.NONE);
      try {
        var errors = folder.resolve("err");
        Awaitility.await().until(() -> LISTENS.matcher(Files.readString(errors)).find());
        var port = LISTENS.matcher(Files.readString(errors));
        assertThat(port.find()).isTrue();
        var url = URI.create("http://127.0.0.1:" + port.group(1) + "/proxy/backend/hold");
        var request = HttpRequest.newBuilder(url).POST(BodyPublishers.noBody()).build();
        var accepted = client.send(request, BodyHandlers.ofString());
        assertThat(accepted.statusCode()).isEqualTo(202);
        Awaitility.await().until(() -> !backend.requestsTo("/hold").isEmpty());

        process.destroy();
        assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).as("waits for the job").isFalse();
        backend.release();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("ended by the signal").isEqualTo(128 + 15);

        String id = JsonMapper.shared().readTree(accepted.body()).path("correlation_id").asString();
        assertThat(Files.readAllLines(folder.resolve("out")))
            .allSatisfy(line -> assertThat(JsonMapper.shared().readTree(line).isObject()).isTrue())
            .anyMatch(line -> line.contains(id) && line.contains("Request processed successfully"));
        assertThat(Files.readAllLines(errors)).hasSize(1);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void anEngineThatHasBrokenDownEndsTheProcessForWhoeverStartsItAgain() throws Exception {
    var process = start("http://127.0.0.1:1", "faulty", Fault.BROKEN_DOWN);
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(Files.readAllLines(folder.resolve("err")))
          .anyMatch(line -> LISTENS.matcher(line).find())
          .contains("openhqm stops: The engine has broken down.");
    } finally {
      process.destroyForcibly();
    }
  }

  /** In little memory, so that the collector takes what nobody holds. */
  private Process start(String backend, String engine, Fault fault) throws Exception {
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            server: {host: 127.0.0.1, port: 0}
            queue: {type: %1$s, embedded_path: jobs.db}
            cache: {type: %1$s}
            proxy: {enabled: true, endpoints: {backend: {url: "%2$s"}}}
            """
                .formatted(engine, backend));
    return new ProcessBuilder(
            ServerCommand.serving(
                config, "-Xmx48m", "-Xmn1m", "-D" + FaultyEngineProvider.PROPERTY + "=" + fault))
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }
}
