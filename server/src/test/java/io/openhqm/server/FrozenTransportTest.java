package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint.HttpVersion;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport.Request;
import io.openhqm.worker.proxy.OutboundGuard;
import io.openhqm.worker.proxy.SocketTransport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A function stands still between two invocations, and only the time of day goes on. */
final class FrozenTransportTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void aConnectionIsUsedAgainWithinItsTimeAndNotWhenThatPassedInAFreeze() throws Exception {
    var guard = new OutboundGuard(List.of(), InstantSource.system());
    try (var backend = HostileBackend.answering("HTTP/1.1 204 No Content\r\n\r\n");
        var transport = new SocketTransport(LONG, guard, now::get)) {
      var request =
          new Request(
              "GET",
              backend.at("/x"),
              HttpVersion.HTTP_1_1,
              Headers.none(),
              Bytes.empty(),
              1_000,
              bytes -> {});
      transport.exchange(request, LONG);
      freeze(Duration.ofSeconds(59));
      transport.exchange(request, LONG);
      assertThat(backend.connections()).isEqualTo(1);

      freeze(Duration.ofSeconds(60));
      transport.exchange(request, LONG);
      assertThat(backend.connections()).isEqualTo(2);
      assertThat(backend.wasLeft()).as("the old one is closed").isTrue();

      transport.exchange(request, LONG);
      assertThat(backend.connections()).isEqualTo(2);
    }
  }

  private void freeze(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }
}
