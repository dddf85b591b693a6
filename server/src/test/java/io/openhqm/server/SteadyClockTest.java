package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  @Test
  void itGoesOnByElapsedTimeWhateverTheTimeOfDayIsSetTo() {
    var began = Instant.parse("2026-01-01T00:00:00Z");
    var timeOfDay = new ManualClock(began);
    var nanos = new AtomicLong(Long.MAX_VALUE - 1);
    var steady = SteadyClock.from(timeOfDay, nanos::get);

    timeOfDay.advance(Duration.ofDays(1));
    assertThat(steady.instant()).isEqualTo(began);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(steady.instant()).isEqualTo(began.plusSeconds(2));
  }
}
