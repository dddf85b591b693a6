package io.openhqm.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyTest {
  private final Fixture fixture = new Fixture();

  @Test
  void theSameRequestGetsTheSameJobBack() {
    var first =
        fixture.post("{\"payload\":1}", "Idempotency-Key", "\"a \\\"b\\\\\"".replace(" ", ""));
    var second = fixture.post("{\"payload\":1}", "Idempotency-Key", "\"a\\\"b\\\\\"");
    assertThat(first.status()).isEqualTo(202);
    assertThat(second.status()).isEqualTo(202);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(first.headers().has("Idempotency-Replayed")).isFalse();
    assertThat(second.headers().first("Idempotency-Replayed")).contains("true");
    assertThat(fixture.engine.sent).hasSize(1);
  }

  @Test
  void quotedAndBareAreTheSameKey() {
    fixture.post("{\"payload\":1}", "Idempotency-Key", "\"abc\"");
    assertThat(
            fixture
                .post("{\"payload\":1}", "Idempotency-Key", "abc")
                .headers()
                .has("Idempotency-Replayed"))
        .isTrue();
  }

  @Test
  void anotherRequestUnderTheSameKeyIsRefused() {
    fixture.post("{\"payload\":1}", "Idempotency-Key", "k");
    var other = fixture.post("{\"payload\":2}", "Idempotency-Key", "k");
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.body().toUtf8()).contains("/problems/idempotency-mismatch");
    assertThat(fixture.engine.sent).hasSize(1);
  }

  @Test
  void theSameKeyIsAnotherUnderAnotherEndpoint() {
    var none = fixture.post("{\"payload\":1}", "Idempotency-Key", "k");
    var orders =
        fixture.post(
            "{\"payload\":2,\"metadata\":{\"endpoint\":\"orders\"}}", "Idempotency-Key", "k");
    var named =
        fixture.post(
            "{\"payload\":3,\"metadata\":{\"endpoint\":\"default\"}}", "Idempotency-Key", "k");
    assertThat(none.status()).isEqualTo(202);
    assertThat(orders.status()).isEqualTo(202);
    assertThat(named.status()).isEqualTo(202);
    assertThat(fixture.engine.sent).hasSize(3);
    assertThat(proxied("/proxy/orders/a").status())
        .as("one endpoint, whichever way it is asked for")
        .isEqualTo(422);
  }

  @Test
  void aRepetitionIsAnsweredWhenItsEndpointIsGone() {
    String body = "{\"payload\":1,\"metadata\":{\"endpoint\":\"orders\"}}";
    var first = fixture.post(body, "Idempotency-Key", "k");
    assertThat(first.status()).isEqualTo(202);
    fixture.gone = Optional.of("orders");

    var again = fixture.post(body, "Idempotency-Key", "k");
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().first("Idempotency-Replayed")).contains("true");
    assertThat(fixture.post(body.replace("1", "2"), "Idempotency-Key", "k").body().toUtf8())
        .contains("/problems/idempotency-mismatch");
    assertThat(fixture.post(body, "Idempotency-Key", "new").body().toUtf8())
        .contains("/problems/route-unknown");
    assertThat(fixture.post(body).body().toUtf8()).contains("/problems/route-unknown");
    assertThat(fixture.engine.sent).hasSize(1);
    fixture.engine.storeIsDown = true;
    assertThat(fixture.post(body, "Idempotency-Key", "k").status()).isEqualTo(503);
  }

  @Test
  void whatAGatewayAddsIsNoOtherRequest() {
    proxied(
        "/proxy/orders/a", "X-Forwarded-For", "1.1.1.1", "traceparent", "x", "X-Request-ID", "1");
    assertThat(
            proxied("/proxy/orders/a", "X-Forwarded-For", "2.2.2.2", "X-Request-ID", "2").status())
        .isEqualTo(202);
    assertThat(proxied("/proxy/orders/a", "X-Other", "1").status()).isEqualTo(422);
    assertThat(proxied("/proxy/orders/b").status()).isEqualTo(422);
    assertThat(fixture.engine.sent).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\"", "\"\"", "\"a", "\"a\"b", "\"a\\n\"", "\"a\\", "a b", "\"a b\"", "é"})
  void whatIsNoKeyIsRefusedWith400(String key) {
    var response = fixture.post("{\"payload\":1}", "Idempotency-Key", key);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body().toUtf8()).contains("/problems/idempotency-key-invalid");
  }

  @Test
  void aKeyHas255CharactersAtMostAndComesOnce() {
    assertThat(fixture.post("{\"payload\":1}", "Idempotency-Key", "k".repeat(255)).status())
        .isEqualTo(202);
    assertThat(fixture.post("{\"payload\":1}", "Idempotency-Key", "k".repeat(256)).status())
        .isEqualTo(400);
    var twice = Fixture.jsonHeaders("Idempotency-Key", "a").plus("Idempotency-Key", "a");
    var request =
        new ApiRequest(
            "POST", "/api/v1/submit", Optional.empty(), twice, Bytes.utf8("{\"payload\":1}"));
    assertThat(fixture.handle(request).status()).isEqualTo(400);
  }

  private ApiResponse proxied(String path, String... headers) {
    return fixture.handle(
        new ApiRequest(
            "POST",
            path,
            Optional.empty(),
            Headers.of(headers).plus("Idempotency-Key", "k"),
            Bytes.utf8("x")));
  }
}
