package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import io.openhqm.server.FaultyEngineProvider.Fault;
import io.openhqm.tck.OpenApiConformance;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine that is down is said to be, nothing is promised meanwhile, and afterwards all goes on.
 */
class EngineDownTest {
  private static final String CONFIG =
      """
      server: {host: 127.0.0.1, port: 0, admin: any}
      queue: {type: faulty}
      cache: {type: faulty}
      worker: {lease_seconds: 3}
      """;

  private final OpenApiConformance conformance = new OpenApiConformance();
  private RunningServer server;
  @TempDir Path folder;

  @BeforeEach
  void start() {
    FaultyEngineProvider.fault = Fault.NONE;
    server = RunningServer.start(folder, CONFIG);
  }

  @AfterEach
  void stop() {
    FaultyEngineProvider.fault = Fault.NONE;
    server.close();
  }

  private Exchange checked(Exchange exchange) {
    conformance.check(exchange.request(), exchange.response());
    return exchange;
  }

  @Test
  void healthSaysWhatIsDownAndWhatToDo() {
    FaultyEngineProvider.fault = Fault.DOWN;

    for (String path : new String[] {"/health", "/health/ready"}) {
      var answer = checked(server.get(path));
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.field("status")).isEqualTo("unhealthy");
      assertThat(answer.json().path("components").path("queue").path("status").asString())
          .isEqualTo("unhealthy");
      assertThat(answer.text()).contains("start it");
    }
    assertThat(checked(server.get("/health/live")).status()).isEqualTo(200);
    FaultyEngineProvider.fault = Fault.NONE;
    assertThat(checked(server.get("/health")).status()).isEqualTo(200);
  }

  @Test
  void eachResourceIs503AndSaysWhenToComeAgain() {
    String id = server.submit("{\"payload\": 1}").id();
    FaultyEngineProvider.fault = Fault.DOWN;

    for (var answer :
        new Exchange[] {
          server.submit("{\"payload\": 1}"),
          server.get("/api/v1/status/" + id),
          server.get("/api/v1/response/" + id),
          server.get("/api/v1/response/" + id + "/body"),
          server.get("/api/v1/response/" + id, "Prefer", "wait=1"),
          server.send("DELETE", "/api/v1/requests/" + id, new byte[0]),
        }) {
      assertProblem(checked(answer), 503, "queue-unavailable");
      assertThat(answer.header("Retry-After")).isEqualTo("7");
    }
    assertThat(server.get("/metrics").text())
        .contains("openhqm_queue_publish_total{queue_name=\"openhqm-requests\",status=\"failed\"}");
  }

  @Test
  void manyRefusalsLeaveOneStackTraceInTheLog() {
    var log = new ByteArrayOutputStream();
    try (var output = LogOutput.install(log, LogFormat.JSON, "INFO")) {
      FaultyEngineProvider.fault = Fault.DOWN;
      for (int i = 0; i < 100; i++) {
        assertThat(server.submit("{\"payload\": 1}").status()).isEqualTo(503);
      }
      FaultyEngineProvider.fault = Fault.NONE;
    }

    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("an engine could not answer POST"))
        .hasSizeLessThan(10)
        .filteredOn(line -> line.contains("\\tat "))
        .hasSize(1);
    assertThat(server.get("/metrics").text())
        .containsPattern("openhqm_trouble_total\\{type=\"UnavailableException\"\\} [0-9]{3}");
  }

  @Test
  void whatWasAcceptedBeforeIsDoneAfterwards() {
    String id = server.submit("{\"payload\": {\"operation\": \"echo\", \"data\": 1}}").id();
    FaultyEngineProvider.fault = Fault.DOWN;
    assertThat(server.submit("{\"payload\": 1}").status()).isEqualTo(503);
    FaultyEngineProvider.fault = Fault.NONE;

    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(server.get("/api/v1/response/" + id).field("status"))
                    .isEqualTo("COMPLETED"));
    server.requireHealthy();
  }

  @Test
  void aDefectIs500WithoutItsInside() {
    FaultyEngineProvider.fault = Fault.BROKEN;
    var answer = checked(server.submit("{\"payload\": 1}"));

    assertProblem(answer, 500, "internal");
    assertThat(answer.text()).doesNotContain("defect that only the log may tell of");
    assertThat(server.get("/metrics").text()).contains("openhqm_trouble_total{");
  }

  @Test
  void workersOutliveADefectOfTheEngine() {
    FaultyEngineProvider.fault = Fault.BROKEN;
    Awaitility.await()
        .until(() -> server.get("/metrics").text().contains("type=\"IllegalStateException\""));
    FaultyEngineProvider.fault = Fault.NONE;

    String id = server.submit("{\"payload\": {\"operation\": \"echo\", \"data\": 1}}").id();
    assertThat(server.finished(id).field("status")).isEqualTo("COMPLETED");
  }
}
