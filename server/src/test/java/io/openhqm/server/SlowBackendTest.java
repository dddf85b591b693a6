package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing waits for nothing: a backend that does not answer holds up no other. */
class SlowBackendTest {
  private final TestBackend backend = new TestBackend();
  @TempDir Path folder;

  @AfterEach
  void stopBackend() {
    backend.close();
  }

  /** With as many workers as there are by default. */
  private RunningServer start(String slowOnes) {
    return RunningServer.start(
        folder,
        """
        server: {host: 127.0.0.1, port: 0, shutdown_grace_seconds: 0}
        queue: {type: embedded, embedded_path: jobs.db}
        cache: {type: embedded}
        proxy:
          enabled: true
          endpoints:
            slow: {url: "%1$s/hold"%2$s}
            fast: {url: "%1$s"}
        routing:
          enabled: true
          config_dict:
            routes:
              - {match_field: payload.to, match_value: slow, endpoint: slow}
              - {match_field: payload.to, match_value: fast, endpoint: fast}
        """
            .formatted(backend.url(), slowOnes));
  }

  private static void submitToSlow(RunningServer server, int jobs) {
    for (int i = 0; i < jobs; i++) {
      assertThat(server.send("POST", "/proxy/slow", new byte[0]).status()).isEqualTo(202);
    }
  }

  @Test
  void aBackendThatDoesNotAnswerHoldsUpNoOther() {
    try (var server = start("")) {
      submitToSlow(server, 8);
      Awaitility.await().until(() -> backend.requestsTo("/hold").size() == 5);
      String fast = server.send("POST", "/proxy/fast", new byte[0]).id();
      assertThat(server.finished(fast).field("status")).isEqualTo("COMPLETED");
      assertThat(backend.requestsTo("/hold")).hasSize(5);
    }
  }

  @Test
  void aBackendWithALimitIsNotAskedBeyondItAndItsJobsAreLeftAlone() {
    try (var server = start(", max_concurrency: 1")) {
      submitToSlow(server, 600);
      String fast = server.send("POST", "/proxy/fast", new byte[0]).id();
      assertThat(server.finished(fast).field("status")).isEqualTo("COMPLETED");
      assertThat(backend.requestsTo("/hold")).hasSize(1);
      // A hand is free once its message is settled, which is after the end of the job is stored.
      Awaitility.await()
          .until(() -> server.get("/metrics").text().contains("openhqm_worker_active 1.0"));
      assertThat(server.get("/metrics").text()).doesNotContain("openhqm_worker_errors_total{");
    }
  }

  @Test
  void moreJobsThanAreParkedWhoseContentSendsThemToABackendThatDoesNotAnswerHoldUpNoOther() {
    try (var server = start("")) {
      var slow = new ArrayList<String>();
      for (int i = 0; i < 1_500; i++) {
        slow.add(server.submit("{\"payload\":{\"to\":\"slow\"}}").id());
      }
      String fast = server.submit("{\"payload\":{\"to\":\"fast\"}}").id();
      assertThat(server.finished(fast).field("status")).isEqualTo("COMPLETED");
      assertThat(backend.requestsTo("/hold")).hasSize(5);
      assertThat(server.get("/metrics").text()).doesNotContain("openhqm_worker_errors_total{");
      backend.release();
      Awaitility.await()
          .until(
              () ->
                  slow.stream()
                      .map(id -> server.get("/api/v1/status/" + id).field("status"))
                      .allMatch("COMPLETED"::equals));
      assertThat(backend.requestsTo("/hold")).as("one call each").hasSize(slow.size());
    }
  }

  @Test
  void moreBytesThanAreParkedWhoseContentSendsThemToABackendThatDoesNotAnswerHoldUpNoOther() {
    try (var server = start("")) {
      String job = "{\"payload\":{\"to\":\"slow\",\"fill\":\"%s\"}}".formatted("x".repeat(200_000));
      for (int i = 0; i < 150; i++) {
        server.submit(job);
      }
      String fast = server.submit("{\"payload\":{\"to\":\"fast\"}}").id();
      assertThat(server.finished(fast).field("status")).isEqualTo("COMPLETED");
      assertThat(backend.requestsTo("/hold")).hasSize(5);
    }
  }
}
