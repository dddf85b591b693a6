package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.server.Repeats.Turn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private final Exception down = new IllegalStateException("down");
  private Duration now = Duration.ofDays(-1);
  private final Repeats repeats = new Repeats(() -> now.toNanos());

  private Turn after(Duration time) {
    now = now.plus(time);
    return repeats.next("the sweep failed", down);
  }

  @Test
  void theFirstIsWrittenInFullThenOneLineAnIntervalCountsTheRest() {
    assertThat(after(Duration.ZERO)).isEqualTo(new Turn.Full(0));
    for (int i = 0; i < 9; i++) {
      assertThat(after(Duration.ofSeconds(1))).isEqualTo(new Turn.Silent());
    }
    assertThat(after(Duration.ofSeconds(1))).isEqualTo(new Turn.Counted(9));
    assertThat(after(Duration.ofSeconds(1))).isEqualTo(new Turn.Silent());
    assertThat(after(Duration.ofSeconds(9))).isEqualTo(new Turn.Counted(1));
  }

  @Test
  void afterAQuietTimeItIsWrittenInFullAgain() {
    after(Duration.ZERO);
    after(Duration.ofSeconds(1));

    assertThat(after(Duration.ofSeconds(60))).isEqualTo(new Turn.Full(1));
  }

  @Test
  void anotherCauseIsAnotherKind() {
    after(Duration.ZERO);

    assertThat(repeats.next("the sweep failed", new IllegalArgumentException()))
        .isEqualTo(new Turn.Full(0));
    assertThat(repeats.next("a heartbeat failed", down)).isEqualTo(new Turn.Full(0));
  }

  @Test
  void whateverClientsMakeUpTheLinesAreBounded() {
    int written = 0;
    for (int i = 0; i < 10_000; i++) {
      written +=
          repeats.next("an engine could not answer X" + i, down) instanceof Turn.Full ? 1 : 0;
    }
    assertThat(written).isLessThanOrEqualTo(65);

    now = now.plusSeconds(60);
    assertThat(repeats.next("a kind that comes later", down)).isEqualTo(new Turn.Full(0));
  }
}
