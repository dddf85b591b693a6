package io.openhqm.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.UuidV7;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class MemoryEngineTest {
  private final ManualClock clock = new ManualClock();
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final MemoryEngine engine = new MemoryEngine(clock, 2);

  private Creation accept() {
    var job = Job.pending(ids.next(), clock.instant(), clock.instant(), Optional.empty());
    var message =
        new Message(
            job.id(),
            Body.of(Bytes.utf8("x")),
            Headers.none(),
            Metadata.none(),
            clock.instant(),
            Optional.empty());
    return engine.intake().orElseThrow().accept(job, message, clock.instant());
  }

  @Test
  void fullEngineRefusesAndChangesNothing() {
    accept();
    accept();

    assertThatThrownBy(this::accept)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("keeps 2");

    assertThat(engine.queue().orElseThrow().depth().messages()).isEqualTo(2);
  }

  @Test
  void expiredJobsMakeRoomForNewOnes() {
    var store = engine.store().orElseThrow();
    for (int i = 0; i < 2; i++) {
      var job = Job.pending(ids.next(), clock.instant(), clock.instant(), Optional.empty());
      store.create(job, Optional.empty());
      store.cancel(job.id(), Duration.ofSeconds(1));
    }
    assertThatThrownBy(this::accept).isInstanceOf(UnavailableException.class);

    clock.advance(Duration.ofSeconds(1));

    assertThat(accept()).isEqualTo(new Creation.Created());
  }

  @Test
  void engineIsFoundByItsName() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .extracting(EngineProvider::name)
        .contains("memory");
  }
}
