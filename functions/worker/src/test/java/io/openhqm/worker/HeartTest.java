package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Telemetry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
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

  @Test
  void itBeatsThoughAllVirtualThreadsCompute() {
    var beats = new AtomicInteger();
    var computing = new AtomicBoolean(true);
    try (var heart = new Heart(beats::incrementAndGet, telemetry)) {
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        Thread.startVirtualThread(
            () -> {
              while (computing.get()) {
                Thread.onSpinWait();
              }
            });
      }
      heart.start();
      await().until(() -> beats.get() > 2);
    } finally {
      computing.set(false);
    }
  }
}
