package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace that a client began can be followed through queue, log and backend. */
class TraceTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

  @TempDir Path folder;

  @Test
  void everyLineOfAJobHasTheTraceIdThatItsClientSent() {
    var log = new ByteArrayOutputStream();
    String traced;
    String untraced;
    try (var backend = new TestBackend();
        var output = LogOutput.install(log, LogFormat.JSON, "DEBUG");
        var server =
            RunningServer.start(
                folder,
                """
                server: {host: 127.0.0.1, port: 0}
                queue: {type: embedded, embedded_path: jobs.db}
                cache: {type: embedded}
                worker: {max_retries: 0}
                proxy: {enabled: true, endpoints: {backend: {url: "%s"}, gone: {url: "http://127.0.0.1:1"}}}
                """
                    .formatted(backend.url()))) {
      untraced = server.send("POST", "/proxy/backend/untraced", new byte[0]).id();
      server.finished(untraced);
      traced = server.send("POST", "/proxy/gone", new byte[0], "traceparent", TRACEPARENT).id();
      server.finished(traced);
      server.send("POST", "/proxy/backend/traced", new byte[0], "traceparent", TRACEPARENT);
      Awaitility.await().until(() -> !backend.requestsTo("/traced").isEmpty());
      assertThat(backend.requestsTo("/traced").getFirst().headers().first("traceparent").get())
          .contains(TRACE);
      Awaitility.await().until(() -> log.toString(StandardCharsets.UTF_8).contains("given up"));
    }

    var lines = log.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines)
        .filteredOn(line -> line.contains(traced))
        .as("accepted, started, ended, failed, given up")
        .hasSize(5)
        .allMatch(line -> line.contains("\"trace_id\":\"" + TRACE + "\""));
    assertThat(lines)
        .filteredOn(line -> line.contains(untraced))
        .isNotEmpty()
        .noneMatch(line -> line.contains("trace_id"));
  }
}
