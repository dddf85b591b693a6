package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Telemetry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HeartTest {
  private final List<Throwable> troubles = new CopyOnWriteArrayList<>();
  private final Telemetry telemetry =
      new Telemetry() {
        @Override
        public void trouble(String what, Throwable cause) {
          troubles.add(cause);
        }
      };

  @Test
  void itBeatsOnAfterAnErrorAndTellsOfIt() {
    var beats = new AtomicInteger();
    var defect = new LinkageError("a defect");
    Runnable beat =
        () -> {
          if (beats.getAndIncrement() == 0) {
            throw defect;
          }
        };
    try (var heart = new Heart(beat, telemetry)) {
      heart.start();
      await().until(() -> beats.get() > 2);
    }
    assertThat(troubles).containsExactly(defect);
  }
}
