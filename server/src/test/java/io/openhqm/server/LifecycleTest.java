package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.EngineException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping, and starting again on the same file. */
class LifecycleTest {
  private final TestBackend backend = new TestBackend();
  @TempDir Path folder;

  @AfterEach
  void stopBackend() {
    backend.close();
  }

  private RunningServer start(String graceSeconds) {
    return RunningServer.start(folder, config("0", graceSeconds));
  }

  private String config(String port, String graceSeconds) {
    return """
    server: {host: 127.0.0.1, port: %s, shutdown_grace_seconds: %s}
    queue: {type: embedded, embedded_path: jobs.db}
    cache: {type: embedded}
    worker: {count: 4, lease_seconds: 600}
    proxy: {enabled: true, default_endpoint: backend, endpoints: {backend: {url: "%s"}}}
    """
        .formatted(port, graceSeconds, backend.url());
  }

  private String running(RunningServer server) {
    String id = server.send("GET", "/proxy/backend/hold", new byte[0]).id();
    Awaitility.await()
        .until(() -> server.get("/api/v1/status/" + id).field("status").equals("PROCESSING"));
    Awaitility.await().until(() -> !backend.requestsTo("/hold").isEmpty());
    return id;
  }

  @Test
  void whileItStopsRunningJobsEndAndNewOnesAreRefused() throws Exception {
    var server = start("30");
    String id = running(server);
    var stopped = CompletableFuture.runAsync(server::close);
    Awaitility.await().until(() -> server.get("/health/ready").status() == 503);

    assertThat(server.get("/health").field("phase")).isEqualTo("stopping");
    assertThat(server.get("/health/live").status()).isEqualTo(200);
    for (var refused :
        new Exchange[] {
          server.submit("{\"payload\": 1}"), server.send("PUT", "/proxy/backend/x", new byte[0])
        }) {
      assertProblem(refused, 503, "overloaded");
      assertThat(refused.header("Retry-After")).isNotEmpty();
      assertThat(refused.closes()).isTrue();
    }
    assertThat(server.get("/api/v1/status/" + id).field("status")).isEqualTo("PROCESSING");
    assertThat(stopped).isNotDone();
    backend.release();
    stopped.get(10, TimeUnit.SECONDS);

    try (var again = start("30")) {
      var answer = again.get("/api/v1/response/" + id);
      assertThat(answer.field("status")).isEqualTo("COMPLETED");
      assertThat(backend.requestsTo("/hold")).hasSize(1);
    }
  }

  @Test
  void whatDoesNotEndInTimeIsGivenBackAndDoneAfterTheNextStart() {
    String id;
    try (var server = start("0.2")) {
      id = running(server);
    }
    backend.release();
    try (var again = start("30")) {
      // The lease would have run for ten minutes.
      assertThat(again.finished(id).field("status")).isEqualTo("COMPLETED");
      assertThat(again.get("/api/v1/status/" + id).json().path("attempts").asInt())
          .as("an attempt that was cut short is not counted")
          .isEqualTo(1);
    }
    assertThat(backend.requestsTo("/hold")).hasSize(2);
  }

  @Test
  void whoWaitsForAnAnswerIsToldToAskAgain() throws Exception {
    var server = start("30");
    String id = server.submit("{\"payload\": 1, \"metadata\": {\"delay\": 600}}").id();
    var waiting =
        CompletableFuture.supplyAsync(
            () -> server.get("/api/v1/response/" + id, "Prefer", "wait=30"));
    Awaitility.await()
        .until(
            () ->
                server
                    .get("/metrics")
                    .text()
                    .contains(
                        "openhqm_api_requests_in_flight{endpoint=\"/api/v1/response/{id}\"} 1"));
    long start = System.nanoTime();
    server.close();

    assertProblem(waiting.get(1, TimeUnit.SECONDS), 503, "overloaded");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void whoSubmitsAndWaitsIsToldWhereToFindWhatWasStored() throws Exception {
    var server = start("30");
    String metrics = "openhqm_jobs_accepted_total{endpoint=\"backend\"} ";
    var submission =
        CompletableFuture.supplyAsync(
            () ->
                server.submit(
                    "{\"payload\": 1, \"metadata\": {\"delay\": 600}}", "Prefer", "wait=30"),
            Thread::startVirtualThread);
    var proxied =
        CompletableFuture.supplyAsync(
            () ->
                server.send(
                    "PUT",
                    "/proxy/backend/x",
                    new byte[] {1},
                    "Prefer",
                    "wait=30",
                    "X-OpenHQM-Delay",
                    "600"),
            Thread::startVirtualThread);
    Awaitility.await().until(() -> server.get("/metrics").text().contains(metrics + 2));
    server.close();

    try (var again = start("30")) {
      for (var waited : List.of(submission, proxied)) {
        var answer = waited.get(1, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(again.get("/api/v1/status/" + answer.id()).field("status")).isEqualTo("PENDING");
      }
    }
  }

  @Test
  void whatWaitedIsThereAfterTheNextStart() {
    String waiting;
    String done;
    try (var server = start("30")) {
      waiting = server.submit("{\"payload\": 1, \"metadata\": {\"delay\": 600}}").id();
      done = server.submit("{\"payload\": {\"n\": 7}}").id();
      server.finished(done);
    }
    try (var again = start("30")) {
      assertThat(again.get("/api/v1/status/" + waiting).field("status")).isEqualTo("PENDING");
      assertThat(again.get("/api/v1/response/" + done).json().path("result").path("n").asInt())
          .isEqualTo(7);
    }
  }

  @Test
  void aPortInUseStopsTheStartAndLeavesTheFileFree() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThatThrownBy(() -> RunningServer.start(folder, config(port, "1")))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("server.port")
          .hasMessageNotContaining("\n");
    }
    start("1").close();
  }

  @Test
  void aStartThatFailsLeavesNothingOpen() throws Exception {
    String withProcessor =
        "processor: {name: closing, jar: \""
            + ProcessorJar.naming(ClosingProcessor.class, folder)
            + "\"}\n";
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String config =
          config(Integer.toString(taken.getLocalPort()), "1")
              .replace("enabled: true", "enabled: false");
      assertThatThrownBy(() -> RunningServer.start(folder, config + withProcessor))
          .isInstanceOf(StartException.class);
    }
    assertThat(ClosingProcessor.OPEN).hasValue(0);
    start("1").close();
  }

  @Test
  void aFileInUseStopsTheStart() {
    try (var first = start("1")) {
      assertThatThrownBy(() -> start("1"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("jobs.db")
          .hasMessageNotContaining("\n");
      first.requireHealthy();
    }
  }

  @Test
  void aFileThatIsNoDatabaseStopsTheStartAndIsLeftAsItWas() throws Exception {
    var file = Files.writeString(folder.resolve("jobs.db"), "this is a letter, ".repeat(100));

    assertThatThrownBy(() -> start("1"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("jobs.db")
        .hasMessageNotContaining("\n");
    assertThat(file).hasContent("this is a letter, ".repeat(100));
  }

  @Test
  void anEngineAndAProcessorThatAreNotThereStopTheStart() {
    assertThatThrownBy(
            () -> RunningServer.start(folder, "queue: {type: memory}\ncache: {type: postgresql}"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cache.type")
        .hasMessageContaining("memory");
    assertThatThrownBy(
            () ->
                RunningServer.start(
                    folder,
                    config("0", "1").replace("enabled: true", "enabled: false")
                        + "processor: {name: thumbnails}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("processor.jar");
    start("1").close();
  }
}
