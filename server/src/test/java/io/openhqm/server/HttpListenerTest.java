package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The listener over an API of the test's. */
class HttpListenerTest {
  private final Metrics metrics = new Metrics("orders");

  private HttpListener start(ApiFunction api) {
    var settings = new HttpListener.Settings("127.0.0.1", 0, 1_000, 8_192, 10, 10, caller -> false);
    var listener = new HttpListener(settings, api, metrics, metrics);
    listener.start();
    return listener;
  }

  private static ApiRequest get(String path) {
    return new ApiRequest("GET", path, Optional.empty(), Headers.none(), Bytes.empty());
  }

  @Test
  void anErrorIsOursNotTheClientsAndCounted() {
    try (var listener =
        start(
            request -> {
              throw new LinkageError("a defect that only the log may tell of");
            })) {
      var answer = Wire.send(listener.port(), get("/api/v1/status/x"));

      assertProblem(answer, 500, "internal");
      assertThat(answer.text()).doesNotContain("a defect");
      assertThat(metrics.scrape()).contains("openhqm_trouble_total{type=\"LinkageError\"} 1");
    }
  }
}
