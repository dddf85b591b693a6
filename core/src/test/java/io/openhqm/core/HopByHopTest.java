package io.openhqm.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HopByHopTest {
  @Test
  void whatBelongsToTheConnectionStaysBehind() {
    var headers =
        Headers.of(
            "connection",
            "Keep-Alive , x-hop,",
            "Keep-Alive",
            "1",
            "X-Hop",
            "1",
            "Proxy-Authorization",
            "Basic x",
            "TE",
            "trailers",
            "Transfer-Encoding",
            "chunked",
            "Upgrade",
            "h2c",
            "Trailer",
            "X",
            "X-Stays",
            "1",
            "Authorization",
            "Bearer x");
    assertThat(HopByHop.strip(headers))
        .isEqualTo(Headers.of("X-Stays", "1", "Authorization", "Bearer x"));
  }

  @Test
  void othersAreLeftAsTheyAre() {
    var headers = Headers.of("A", "1", "a", "2");
    assertThat(HopByHop.strip(headers)).isSameAs(headers);
  }
}
