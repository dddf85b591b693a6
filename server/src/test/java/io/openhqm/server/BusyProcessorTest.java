package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's processor computes on more threads than the machine has cores. */
class BusyProcessorTest {
  private static final int WORKERS = 2 * Runtime.getRuntime().availableProcessors();
  private static final Duration LEASE = Duration.ofSeconds(1);

  @TempDir Path folder;

  @AfterEach
  void stopSpinning() {
    SpinningProcessor.spins = false;
  }

  private RunningServer start() throws IOException {
    SpinningProcessor.BEGUN.set(0);
    SpinningProcessor.spins = true;
    return RunningServer.start(
        folder,
        """
        server: {host: 127.0.0.1, port: 0}
        queue: {type: embedded, embedded_path: jobs.db}
        cache: {type: embedded}
        worker: {count: %d, lease_seconds: %d}
        proxy: {enabled: false}
        processor: {name: spinning, jar: "%s"}
        """
            .formatted(
                WORKERS, LEASE.toSeconds(), ProcessorJar.naming(SpinningProcessor.class, folder)));
  }

  @Test
  void theServerAnswersAndNoJobIsTakenOverThoughAllComputeLongerThanTheirLeases()
      throws IOException {
    try (var server = start()) {
      var ids =
          IntStream.range(0, WORKERS)
              .mapToObj(n -> server.submit("{\"payload\": 1}").id())
              .toList();
      await().atMost(Duration.ofSeconds(20)).until(() -> SpinningProcessor.BEGUN.get() == WORKERS);

      long begun = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(server.get("/health/live").status()).isEqualTo(200);
                assertThat(server.submit("{\"payload\": 2}").status()).isEqualTo(202);
                return System.nanoTime() - begun > LEASE.multipliedBy(4).toNanos();
              });
      assertThat(SpinningProcessor.BEGUN).as("calls while all compute").hasValue(WORKERS);

      SpinningProcessor.spins = false;
      for (var id : ids) {
        assertThat(server.finished(id).field("status")).isEqualTo("COMPLETED");
        assertThat(server.get("/api/v1/status/" + id).json().path("attempts").asInt()).isEqualTo(1);
      }
    }
  }
}
