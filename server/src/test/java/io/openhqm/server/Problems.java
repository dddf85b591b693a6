package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

/** What every problem must be (RFC 9457). */
final class Problems {
  private Problems() {}

  static void assertProblem(Exchange exchange, int status, String type) {
    assertThat(exchange.status()).as(exchange.text()).isEqualTo(status);
    assertThat(exchange.header("Content-Type")).isEqualTo("application/problem+json");
    if (!exchange.request().method().equals("HEAD")) {
      assertThat(exchange.field("type")).isEqualTo("/problems/" + type);
      assertThat(exchange.json().path("status").asInt()).isEqualTo(status);
      assertThat(exchange.field("title")).isNotEmpty();
      assertThat(exchange.field("detail")).isNotEmpty();
    }
  }
}
