package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {
  @TempDir Path folder;
  private final Metrics metrics = new Metrics("orders");

  @Test
  void aFigureOfAnEngineGoesOnAfterAGarbageCollection() {
    var commits = new AtomicLong(1);
    metrics.figure("openhqm_engine_commits_total", commits::get);
    assertThat(metrics.scrape()).contains("openhqm_engine_commits_total 1.0");

    System.gc();
    commits.set(2);

    assertThat(metrics.scrape()).contains("openhqm_engine_commits_total 2.0");
  }

  @Test
  void requestsAreCountedByStatusAndUnderPythonsNameInAll() {
    metrics.answered("GET", "/api/v1/status/1", 200, TimeUnit.MILLISECONDS.toNanos(3));
    metrics.answered("GET", "/api/v1/status/2", 404, TimeUnit.MILLISECONDS.toNanos(30));

    String labels = "endpoint=\"/api/v1/status/{id}\",method=\"GET\"";
    assertThat(metrics.scrape())
        .contains("openhqm_requests_total{" + labels + ",status=\"200\"} 1.0")
        .contains("openhqm_api_requests_total{" + labels + ",status=\"404\"} 1.0")
        .contains("openhqm_requests_duration_seconds_count{" + labels + ",status=\"404\"} 1")
        .contains("# TYPE openhqm_api_request_duration_seconds histogram")
        .contains("openhqm_api_request_duration_seconds_bucket{" + labels + ",le=\"0.005\"} 1")
        .contains("openhqm_api_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 2")
        .contains("openhqm_api_request_duration_seconds_count{" + labels + "} 2")
        .contains("openhqm_api_request_duration_seconds_sum{" + labels + "} 0.033");
  }

  @Test
  void requestsInWorkAreToldByEndpoint() {
    metrics.inFlight("/api/v1/submit", 1);
    metrics.inFlight("/api/v1/response/1", 1);
    metrics.inFlight("/api/v1/response/2", 1);
    metrics.inFlight("/api/v1/submit", -1);

    assertThat(metrics.scrape())
        .contains("openhqm_api_requests_in_flight{endpoint=\"/api/v1/submit\"} 0.0")
        .contains("openhqm_api_requests_in_flight{endpoint=\"/api/v1/response/{id}\"} 2.0");
  }

  @Test
  void theQueueHasItsConfiguredNameAndFailuresCount() {
    metrics.accepted(UUID.randomUUID(), "backend");
    metrics.notAccepted("backend");
    metrics.attemptStarted(UUID.randomUUID(), "backend", 1);

    assertThat(metrics.scrape())
        .contains("openhqm_queue_publish_total{queue_name=\"orders\",status=\"success\"} 1.0")
        .contains("openhqm_queue_publish_total{queue_name=\"orders\",status=\"failed\"} 1.0")
        .contains("openhqm_queue_consume_total{queue_name=\"orders\"} 1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"given_back", "cancelled"})
  void anAttemptThatWasGivenBackUnusedOrCancelledIsNoError(String result) {
    metrics.attemptEnded(UUID.randomUUID(), "backend", result, Duration.ZERO, "unused");
    assertThat(metrics.scrape()).doesNotContain("openhqm_worker_errors_total{");
    metrics.attemptEnded(UUID.randomUUID(), "backend", "retry", Duration.ZERO, "no answer");
    assertThat(metrics.scrape()).contains("openhqm_worker_errors_total{error_type=\"retry\"} 1.0");
  }

  @Test
  void whateverClientsAskForTheLabelsAreBounded() {
    for (int i = 0; i < 2_000; i++) {
      metrics.answered("M" + i, "/x/" + i, 404, 1);
      metrics.inFlight("/api/v1/status/" + i, 1);
      metrics.answered("GET", "/proxy/" + i + "/x", 202, 1);
      metrics.inFlight("/proxy/" + i, 1);
      metrics.accepted(UUID.randomUUID(), "http://host-" + i + "/");
      metrics.jobEnded(UUID.randomUUID(), "e" + i, io.openhqm.core.JobStatus.FAILED, Duration.ZERO);
      metrics.attemptStarted(UUID.randomUUID(), "e" + i, 1);
    }

    assertThat(metrics.scrape().lines()).hasSizeLessThan(4_000);
    assertThat(metrics.scrape())
        .contains("openhqm_requests_total{endpoint=\"other\",method=\"OTHER\",status=\"404\"}")
        .contains("openhqm_jobs_accepted_total{endpoint=\"other\"}")
        .doesNotContain("host-");
  }

  @Test
  void retriesErrorsAndDeadLettersOfARunningServerAreThere() {
    try (var server =
        RunningServer.start(
            folder,
            """
            server: {host: 127.0.0.1, port: 0}
            queue: {type: memory, request_queue_name: orders}
            cache: {type: memory}
            worker: {max_retries: 2, retry_delay_base: 0.01, retry_delay_max: 0.02}
            proxy: {enabled: true, endpoints: {gone: {url: "http://127.0.0.1:1"}}}
            """)) {
      server.finished(server.send("POST", "/proxy/gone", new byte[0]).id());

      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(server.get("/metrics").text())
                      .contains("openhqm_retries_total{endpoint=\"gone\"} 2.0")
                      .contains("openhqm_worker_errors_total{error_type=\"retry\"} 2.0")
                      .contains("openhqm_worker_errors_total{error_type=\"failed\"} 1.0")
                      .containsPattern("openhqm_queue_dlq_total\\{reason=\"[a-z_]+\"\\} 1.0")
                      .contains("openhqm_dead_letters 1.0")
                      .contains("openhqm_queue_consume_total{queue_name=\"orders\"} 3.0")
                      .contains(
                          "openhqm_worker_processing_duration_seconds_count{status=\"failed\"} 1")
                      .contains("openhqm_queue_depth 0.0"));
    }
  }
}
