package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.JobStatus;
import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** One event is one line that a program can read. */
class LogOutputTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theEndOfAJobIsALineOfJson() {
    var id = UUID.randomUUID();
    try (var log = LogOutput.install(bytes, LogFormat.JSON, "INFO")) {
      new JobLog(System::nanoTime).accepted(id, "orders");
      new JobLog(System::nanoTime)
          .jobEnded(id, "orders", JobStatus.COMPLETED, Duration.ofMillis(1250));
    }

    assertThat(written().lines()).as("acceptance is told at DEBUG only").hasSize(1);
    var line = JsonMapper.shared().readTree(written());
    assertThat(line.path("timestamp").asString()).endsWith("Z");
    assertThat(line.path("level").asString()).isEqualTo("INFO");
    assertThat(line.path("correlation_id").asString()).isEqualTo(id.toString());
    assertThat(line.path("endpoint").asString()).isEqualTo("orders");
    assertThat(line.path("message").asString()).isEqualTo("Request processed successfully");
    assertThat(line.path("duration_ms").asInt()).isEqualTo(1250);
  }

  @Test
  void theTraceThatAJobCameWithStandsBesideItsId() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    var log = new JobLog(System::nanoTime);
    for (var format : LogFormat.values()) {
      bytes.reset();
      try (var output = LogOutput.install(bytes, format, "INFO")) {
        log.traced(Optional.of("00-" + trace + "-00f067aa0ba902b7-01"))
            .jobEnded(UUID.randomUUID(), "orders", JobStatus.FAILED, Duration.ZERO);
      }
      assertThat(written()).containsPattern("correlation_id\\W.*trace_id\\W{1,3}" + trace + "\\W");

      bytes.reset();
      try (var output = LogOutput.install(bytes, format, "INFO")) {
        for (var none : List.of(Optional.<String>empty(), Optional.of("no\ntrace"))) {
          log.traced(none).jobEnded(UUID.randomUUID(), "orders", JobStatus.FAILED, Duration.ZERO);
        }
      }
      assertThat(written()).doesNotContain("trace_id").doesNotContain("no");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"given_back", "cancelled"})
  void anAttemptThatWasGivenBackUnusedOrCancelledIsNoWarning(String result) {
    try (var output = LogOutput.install(bytes, LogFormat.JSON, "INFO")) {
      var log = new JobLog(System::nanoTime);
      log.attemptEnded(UUID.randomUUID(), "orders", result, Duration.ZERO, "unused");
      assertThat(written()).isEmpty();
      log.attemptEnded(UUID.randomUUID(), "orders", "retry", Duration.ZERO, "no answer");
    }
    assertThat(written()).contains("WARNING", "no answer");
  }

  @Test
  void theLevelIsKeptWhateverTheCollectorTakes() {
    try (var log = LogOutput.install(bytes, LogFormat.TEXT, "INFO")) {
      System.gc();
      Logger.getLogger("io.openhqm.made.late").info("still here");
      Logger.getLogger("org.library").info("chatter");
    }

    assertThat(written()).contains("still here").doesNotContain("chatter");
  }

  @Test
  void whatAClientSentCannotForgeALine() {
    String hostile = "x\n{\"level\":\"ERROR\"}\r\u0000\u001b[31m\"\\";
    for (var format : LogFormat.values()) {
      bytes.reset();
      try (var log = LogOutput.install(bytes, format, "INFO")) {
        new JobLog(System::nanoTime)
            .attemptEnded(UUID.randomUUID(), hostile, "failed", Duration.ofMillis(1), hostile);
      }
      assertThat(written().split("[\n\r]", -1)).as(format + ": " + written()).hasSize(2);
      assertThat(written()).doesNotContain("\u001b").doesNotContain("\u0000");
    }
  }

  @Test
  void aReaderThatIsGoneStopsNothing() {
    var broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("broken pipe");
          }
        };
    try (var log = LogOutput.install(broken, LogFormat.JSON, "INFO")) {
      for (int i = 0; i < 10_000; i++) {
        Logger.getLogger("io.openhqm.test").log(Level.INFO, "line");
      }
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
