package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecentTimesTest {
  private final RecentTimes times = new RecentTimes();

  private void add(String endpoint, long... seconds) {
    for (long one : seconds) {
      times.add(endpoint, Duration.ofSeconds(one));
    }
  }

  @Test
  void theMedianIsOfEachEndpointsOwnTimes() {
    assertThat(times.median("a")).isZero();
    add("a", 1, 9, 2);
    add("b", 5);
    assertThat(times.median("a")).hasSeconds(2);
    assertThat(times.median("b")).hasSeconds(5);
  }

  @Test
  void whatIsLongAgoIsForgotten() {
    for (int i = 0; i < 64; i++) {
      add("a", 100);
    }
    assertThat(times.median("a")).hasSeconds(100);
    for (int i = 0; i < 64; i++) {
      add("a", 3);
    }
    assertThat(times.median("a")).hasSeconds(3);
  }

  @Test
  void endpointsBeyondAThousandAreNotRemembered() {
    for (int i = 0; i < 1_500; i++) {
      add("endpoint-" + i, 1);
    }
    assertThat(times.median("endpoint-10")).hasSeconds(1);
    assertThat(times.median("endpoint-1400")).isZero();
    add("endpoint-10", 3, 3);
    assertThat(times.median("endpoint-10")).hasSeconds(3);
  }

  @Test
  void onlyCompletedAttemptsCount() {
    var telemetry = new ServerTelemetry(new Metrics("q"), new JobLog(System::nanoTime), times);
    var id = UUID.randomUUID();
    telemetry.attemptEnded(id, "a", "retry", Duration.ofSeconds(50), "no answer");
    telemetry.attemptEnded(id, "a", "completed", Duration.ofSeconds(4), "status code 200");
    assertThat(times.median("a")).hasSeconds(4);
  }
}
