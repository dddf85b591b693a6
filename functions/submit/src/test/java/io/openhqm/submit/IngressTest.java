package io.openhqm.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngressTest {
  private final Fixture fixture = new Fixture();

  @Test
  void aRequestBecomesASubmissionAsItIs() {
    byte[] raw = {0, 1, (byte) 0xFF, '\r', '\n'};
    var headers =
        Headers.of(
            "Host",
            "me",
            "X-A",
            "1",
            "x-a",
            "2",
            "Content-Type",
            "image/png",
            "Content-Length",
            "5",
            "Connection",
            "close, X-Hop",
            "X-Hop",
            "1",
            "TE",
            "trailers",
            "Authorization",
            "Bearer t",
            "Prefer",
            "respond-async",
            "Idempotency-Key",
            "k",
            "X-OpenHQM-Priority",
            "9",
            "X-OpenHQM-Session",
            "s",
            "X-OpenHQM-Timeout",
            "2.5",
            "X-OpenHQM-Delay",
            "60",
            "traceparent",
            "junk",
            "tracestate",
            "a=b",
            "Expect",
            "100-continue");
    var response =
        fixture.handle(
            new ApiRequest(
                "PATCH",
                "/proxy/orders/a%2Fb//c;v=1",
                Optional.of("q=%20&x=[1]"),
                headers,
                Bytes.wrap(raw)));

    assertThat(response.status()).isEqualTo(202);
    var message = fixture.engine.lastSent();
    assertThat(payload(message)).isEqualTo(Bytes.wrap(raw));
    assertThat(message.headers())
        .isEqualTo(
            Headers.of(
                "X-A",
                "1",
                "x-a",
                "2",
                "Content-Type",
                "image/png",
                "Authorization",
                "Bearer t",
                "tracestate",
                "a=b"));
    var metadata = message.metadata();
    assertThat(metadata.endpoint()).contains("orders");
    assertThat(metadata.method()).contains("PATCH");
    assertThat(metadata.target()).contains("/a%2Fb//c;v=1?q=%20&x=[1]");
    assertThat(metadata.priority()).isEqualTo(new Priority(9));
    assertThat(metadata.sessionId()).contains("s");
    assertThat(metadata.timeout()).contains(Duration.ofMillis(2500));
    assertThat(response.headers().first("Retry-After")).contains("60");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PURGE"})
  void everyMethodIsPassedOn(String method) {
    var response = send(method, "/proxy/orders", Optional.empty());
    assertThat(response.status()).isEqualTo(202);
    assertThat(fixture.engine.lastSent().metadata().method()).contains(method);
    assertThat(response.body().isEmpty()).isEqualTo(method.equals("HEAD"));
  }

  @Test
  void connectAndTraceAreRefused() {
    assertThat(send("TRACE", "/proxy/orders", Optional.empty()).status()).isEqualTo(400);
    assertThat(send("CONNECT", "/proxy/orders", Optional.empty()).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "/proxy/orders, none, ''",
        "/proxy/orders/, none, /",
        "/proxy/orders, a=1, ?a=1",
        "/proxy/orders, '', ?",
        "/proxy/%6frders/x, none, /x",
        "/proxy/orders/.../a.b, none, /.../a.b"
      })
  void pathAndQueryGoOnAsTheyCame(String path, String query, String target) {
    assertThat(send("GET", path, Optional.ofNullable(query)).status()).isEqualTo(202);
    assertThat(fixture.engine.lastSent().metadata().target()).contains(target);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "/proxy/orders/../admin, none, 400",
        "/proxy/orders/a/.., none, 400",
        "/proxy/orders/., none, 400",
        "/proxy/orders/%2e%2E/admin, none, 400",
        "/proxy/orders/a%2f..%5cadmin, none, 400",
        "/proxy/orders/a b, none, 400",
        "/proxy/orders/a|b, none, 400",
        "/proxy/orders/é, none, 400",
        "/proxy/orders/%zz, none, 400",
        "/proxy/orders/%4, none, 400",
        "/proxy/orders/a, b c, 400",
        "/proxy/orders/a, a=%, 400",
        "/proxy/orders/a, a#b, 400",
        "/proxy/%zz/a, none, 400",
        "/proxy/nobody/a, none, 422",
        "/proxy/%20/a, none, 422",
        "/proxy/http:%2F%2F10.0.0.1/a, none, 422",
        "/proxy/, none, 404",
        "/proxy, none, 404",
        "/proxy//a, none, 404"
      })
  void whatCannotBePassedOnIsRefused(String path, String query, int status) {
    assertThat(send("GET", path, Optional.ofNullable(query)).status()).isEqualTo(status);
    assertThat(fixture.engine.jobs).isEmpty();
  }

  @Test
  void ourOwnFieldsKeepTheRulesOfMetadata() {
    var headers =
        Headers.of(
            "X-OpenHQM-Priority",
            "11",
            "X-OpenHQM-Timeout",
            "0x1p3",
            "X-OpenHQM-Delay",
            "1d",
            "X-OpenHQM-Not-Before",
            "x");
    var response =
        fixture.handle(
            new ApiRequest("GET", "/proxy/orders", Optional.empty(), headers, Bytes.empty()));
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.body().toUtf8()).contains("priority must be", "and 3 more");
  }

  private Optional<String> sessionOf(String body, String... headers) {
    fixture.handle(
        new ApiRequest(
            "POST", "/proxy/orders/x", Optional.empty(), Headers.of(headers), Bytes.utf8(body)));
    return fixture.engine.lastSent().metadata().sessionId();
  }

  @Test
  void aSessionIsFoundInThePayloadOfARequestThatIsJson() {
    fixture.findSessionsAt("payload.user.id");
    assertThat(sessionOf("{\"user\": {\"id\": 7}}")).contains("7");
    assertThat(sessionOf("{\"user\": {\"id\": 7}}", "X-OpenHQM-Session", "mine")).contains("mine");
    assertThat(sessionOf("user=7")).isEmpty();
    assertThat(sessionOf("")).isEmpty();
    var refused =
        fixture.handle(
            new ApiRequest(
                "POST",
                "/proxy/orders",
                Optional.empty(),
                Headers.none(),
                Bytes.utf8("{\"user\":{\"id\":\"a\\u0001\"}}")));
    assertThat(refused.status()).isEqualTo(422);
  }

  @Test
  void aSessionIsFoundInWhatARequestSaysOfItsHandling() {
    fixture.findSessionsAt("metadata.endpoint");
    assertThat(sessionOf("x")).contains("orders");
  }

  @Test
  void aClientThatWaitsAndTakesNoJsonGetsTheBackendsOwnAnswer() {
    fixture.engine.whileWaiting =
        job ->
            FakeEngine.ended(
                job,
                new Ending.Completed(
                    new Result(
                        404,
                        Headers.of("Content-Type", "text/html", "X-Inner", "1"),
                        Body.of(Bytes.utf8("<p>no</p>")))));
    var headers = Headers.of("Accept", "text/html", "Prefer", "wait=3");
    var response =
        fixture.handle(
            new ApiRequest("GET", "/proxy/orders/x", Optional.empty(), headers, Bytes.empty()));
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.body()).isEqualTo(Bytes.utf8("<p>no</p>"));
    assertThat(response.headers().first("Content-Type")).contains("text/html");
    assertThat(response.headers().first("X-OpenHQM-Status")).contains("COMPLETED");
    assertThat(response.headers().has("X-Inner")).isFalse();
  }

  private ApiResponse send(String method, String path, Optional<String> query) {
    return fixture.handle(new ApiRequest(method, path, query, Headers.none(), Bytes.empty()));
  }

  private static Bytes payload(Message message) {
    return ((Body.Inline) message.payload()).bytes();
  }
}
