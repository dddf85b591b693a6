package io.openhqm.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.LogLines;
import io.openhqm.core.JobStatus;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LambdaTelemetryTest {
  private static final Instant NOW = Instant.parse("2026-11-25T09:32:20.123Z");
  private static final UUID ID = UUID.fromString("01a20e20-95d3-7000-9697-0f8ee997fe49");

  private final LogLines log = new LogLines();

  private LambdaTelemetry telemetry(String level, boolean metrics) {
    return new LambdaTelemetry(
        "worker",
        log.out(),
        new OpenHqmConfig.Monitoring(metrics, level, OpenHqmConfig.LogFormat.JSON),
        InstantSource.fixed(NOW));
  }

  private void oneJob(LambdaTelemetry telemetry, String endpoint) {
    telemetry.attemptStarted(ID, endpoint, 1);
    telemetry.backendCalled(endpoint, 200, Duration.ofMillis(120));
    telemetry.attemptEnded(ID, endpoint, "completed", Duration.ofMillis(130), "status code 200");
    telemetry.jobEnded(ID, endpoint, JobStatus.COMPLETED, Duration.ofMillis(900));
  }

  @Test
  void aJobIsOneLineOfWordsAndAnInvocationOneLineOfFigures() {
    var telemetry = telemetry("INFO", true);
    try (var invocation = telemetry.begin("request-1")) {
      oneJob(telemetry, "orders");
    }
    assertThat(log.lines()).hasSize(2);
    var words = log.words().getFirst();
    assertThat(words.get("timestamp").asString()).isEqualTo(NOW.toString());
    assertThat(words.get("level").asString()).isEqualTo("INFO");
    assertThat(words.get("correlation_id").asString()).isEqualTo(ID.toString());
    assertThat(words.get("request_id").asString()).isEqualTo("request-1");
    assertThat(words.get("duration_ms").asInt()).isEqualTo(900);
    assertThat(words.get("status").asString()).isEqualTo("COMPLETED");
    var figures = log.figures().getFirst();
    assertThat(figures.get("openhqm_jobs_duration_seconds").asDouble()).isEqualTo(0.9);
    assertThat(figures.get("openhqm_backend_duration_seconds").asDouble()).isEqualTo(0.12);
    assertThat(figures.get("service").asString()).isEqualTo("worker");
    assertThat(figures.get("endpoint").asString()).isEqualTo("orders");
  }

  /** The format that CloudWatch asks for: every name that is announced is there. */
  private static void assertEmbedded(JsonNode line) {
    var aws = line.get("_aws");
    assertThat(aws.get("Timestamp").asLong()).isEqualTo(NOW.toEpochMilli());
    assertThat(aws.get("CloudWatchMetrics")).isNotEmpty();
    for (var directive : aws.get("CloudWatchMetrics")) {
      assertThat(directive.get("Namespace").asString()).isEqualTo("OpenHQM");
      for (var set : directive.get("Dimensions")) {
        assertThat(set.size()).isBetween(1, 30);
        set.forEach(name -> assertThat(line.get(name.asString()).isString()).isTrue());
      }
      assertThat(directive.get("Metrics").size()).isBetween(1, 100);
      for (var metric : directive.get("Metrics")) {
        assertThat(metric.get("Unit").asString()).isIn("Count", "Seconds");
        var value = line.get(metric.get("Name").asString());
        assertThat(value.isNumber() || value.isArray() && value.size() <= 100).isTrue();
      }
    }
  }

  @Test
  void figuresThatDifferInADimensionStandInLinesOfTheirOwn() {
    var telemetry = telemetry("INFO", true);
    try (var invocation = telemetry.begin("request-1")) {
      oneJob(telemetry, "orders");
      oneJob(telemetry, "invoices");
      telemetry.deadLettered(ID, "orders", "timeout");
    }
    assertThat(log.figures()).hasSize(2);
    log.figures().forEach(LambdaTelemetryTest::assertEmbedded);
  }

  @Test
  void valuesOfABatchStandInOneListAndCountsAreAddedUp() {
    var telemetry = telemetry("INFO", true);
    try (var invocation = telemetry.begin("request-1")) {
      for (int i = 0; i < 250; i++) {
        telemetry.backendCalled("orders", 503, Duration.ofMillis(i));
        telemetry.attemptStarted(ID, "orders", 2);
      }
    }
    assertThat(log.figures()).hasSize(3);
    log.figures().forEach(LambdaTelemetryTest::assertEmbedded);
    assertThat(log.figures().getFirst().get("openhqm_retries_total").asInt()).isEqualTo(250);
    assertThat(
            log.figures().stream()
                .mapToInt(line -> line.get("openhqm_backend_duration_seconds").size())
                .sum())
        .isEqualTo(250);
  }

  @Test
  void figuresOfOneInvocationAreNotInThoseOfTheNext() {
    var telemetry = telemetry("INFO", true);
    try (var invocation = telemetry.begin("request-1")) {
      telemetry.backendCalled("orders", 200, Duration.ofMillis(1));
    }
    try (var invocation = telemetry.begin("request-2")) {
      telemetry.attemptStarted(ID, "orders", 1);
    }
    assertThat(log.figures()).hasSize(1);
  }

  @Test
  void whatIsNoNameOfTheConfigurationBecomesNoDimension() {
    var telemetry = telemetry("INFO", true);
    var endpoints = new HashSet<String>();
    try (var invocation = telemetry.begin("request-1")) {
      telemetry.backendCalled("https://a.example/x", 200, Duration.ofMillis(1));
      for (int i = 0; i < 200; i++) {
        telemetry.backendCalled("endpoint-" + i, 200, Duration.ofMillis(1));
      }
    }
    log.figures().forEach(line -> endpoints.add(line.get("endpoint").asString()));
    assertThat(endpoints).hasSizeLessThanOrEqualTo(51).contains("other");
    assertThat(endpoints).noneMatch(name -> name.contains("/"));
  }

  @Test
  void figuresCanBeSwitchedOffAndWordsKeptToWhatIsWrong() {
    var telemetry = telemetry("WARNING", false);
    try (var invocation = telemetry.begin("request-1")) {
      oneJob(telemetry, "orders");
      telemetry.deadLettered(ID, "orders", "timeout");
      telemetry.trouble("something", new IllegalStateException("why"));
    }
    assertThat(log.lines()).hasSize(2);
    assertThat(log.words().getFirst().get("reason").asString()).isEqualTo("timeout");
    assertThat(log.words().getLast().get("exception").asString()).contains("why");
  }

  @Test
  void linesOfThreadsThatAnInvocationStartedNameIt() throws InterruptedException {
    var telemetry = telemetry("INFO", true);
    try (var invocation = telemetry.begin("request-7")) {
      Thread.startVirtualThread(
              () -> telemetry.jobEnded(ID, "orders", JobStatus.FAILED, Duration.ofSeconds(1)))
          .join();
    }
    assertThat(log.words().getFirst().get("request_id").asString()).isEqualTo("request-7");
  }
}
