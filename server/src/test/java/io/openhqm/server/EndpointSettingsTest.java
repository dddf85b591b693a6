package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the settings of an endpoint make of a call, as its backend sees it. */
class EndpointSettingsTest {
  private static final TestBackend BACKEND = new TestBackend();
  @TempDir static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void startServer() {
    server =
        RunningServer.start(
            folder,
            """
            server: {host: 127.0.0.1, port: 0}
            queue: {type: memory}
            cache: {type: memory}
            worker: {max_retries: 1, retry_delay_base: 0.01}
            proxy:
              enabled: true
              endpoints:
                all: {url: "%1$s/all"}
                two: {url: "%1$s", http_version: "2"}
                some:
                  url: "%1$s/some?fixed=1"
                  forward_headers: [Accept, X-Mine, X-Both, Cookie]
                  strip_headers: [Cookie, X-Gone]
                  headers: {X-Static: set, X-Both: set, X-Gone: set}
                  auth_type: bearer
                  auth_token: the-token
                small: {url: "%1$s", max_response_size: 10, max_retries: 3}
                picky: {url: "%1$s", retry_status_codes: [418], max_retries: 2}
            """
                .formatted(BACKEND.url()));
  }

  @AfterAll
  static void stopServer() {
    server.close();
    BACKEND.close();
  }

  private static Exchange finished(String method, String target, String... headers) {
    var accepted = server.send(method, target, new byte[0], headers);
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    return server.finished(accepted.id());
  }

  private static Headers sentTo(String path) {
    return BACKEND.requestsTo(path).getFirst().headers();
  }

  @Test
  void allFieldsOfTheClientGoOnButThoseOfTheConnection() {
    finished(
        "GET",
        "/proxy/all/1",
        "Connection",
        "close, X-Named",
        "X-Named",
        "1",
        "TE",
        "trailers",
        "Proxy-Authorization",
        "Basic x",
        "Cookie",
        "a=b",
        "Authorization",
        "Bearer of-the-client",
        "X-Mine",
        "1");

    var sent = sentTo("/all/1");
    assertThat(sent.all("Cookie")).containsExactly("a=b");
    assertThat(sent.all("Authorization")).containsExactly("Bearer of-the-client");
    assertThat(sent.all("X-Mine")).containsExactly("1");
    assertThat(sent.has("X-Named") || sent.has("TE") || sent.has("Proxy-Authorization")).isFalse();
    assertThat(sent.first("Host")).contains(BACKEND.url().substring("http://".length()));
  }

  @Test
  void listsSayWhatGoesOnAndTheEndpointsOwnFieldsStandOverTheClients() {
    finished(
        "GET",
        "/proxy/some/1?q=1",
        "Accept",
        "a/b",
        "X-Mine",
        "1",
        "X-Other",
        "1",
        "X-Both",
        "client",
        "Cookie",
        "a=b",
        "Authorization",
        "Bearer of-the-client");

    var sent = sentTo("/some/1");
    assertThat(sent.all("Accept")).containsExactly("a/b");
    assertThat(sent.all("X-Mine")).containsExactly("1");
    assertThat(sent.has("X-Other") || sent.has("Cookie") || sent.has("X-Gone")).isFalse();
    assertThat(sent.all("X-Static")).containsExactly("set");
    assertThat(sent.all("X-Both")).containsExactly("set");
    assertThat(sent.all("Authorization")).containsExactly("Bearer the-token");
    assertThat(BACKEND.requestsTo("/some/1").getFirst().query()).contains("fixed=1&q=1");
  }

  @Test
  void eachAttemptSaysWhichJobItIsAndWhichTry() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c";
    String parent = trace + "-b7ad6b7169203331-01";
    String id = finished("GET", "/proxy/all/status/503", "traceparent", parent).id();
    var tries = BACKEND.requestsTo("/all/status/503");

    assertThat(tries).hasSize(2);
    for (var one : tries) {
      assertThat(one.headers().all("X-Correlation-ID")).containsExactly(id);
      assertThat(one.headers().all("Idempotency-Key")).containsExactly('"' + id + '"');
    }
    assertThat(tries)
        .extracting(one -> one.headers().first("X-OpenHQM-Attempt").orElseThrow())
        .containsExactly("1", "2");
    assertThat(tries)
        .extracting(one -> one.headers().first("traceparent").orElseThrow())
        .allMatch(span -> span.startsWith(trace))
        .doesNotHaveDuplicates()
        .doesNotContain(parent);
  }

  @Test
  void whatIsLargerThanItMayBeFailsAtOnce() {
    var fits =
        server.finished(
            server
                .send("POST", "/proxy/small/fits", "0123456789".getBytes(StandardCharsets.UTF_8))
                .id());
    assertThat(fits.field("status")).isEqualTo("COMPLETED");
    var larger =
        server.finished(
            server
                .send("POST", "/proxy/small/larger", "0123456789x".getBytes(StandardCharsets.UTF_8))
                .id());
    assertThat(larger.field("status")).isEqualTo("FAILED");
    assertThat(larger.field("error")).contains("max_response_size");
    assertThat(BACKEND.requestsTo("/larger")).hasSize(1);
  }

  @Test
  void itsOwnListSaysWhichAnswersAskForAnotherTry() {
    assertThat(finished("GET", "/proxy/picky/status/418").json().path("status_code").asInt())
        .isEqualTo(418);
    assertThat(BACKEND.requestsTo("/status/418")).hasSize(3);
    assertThat(finished("GET", "/proxy/picky/status/503").json().path("status_code").asInt())
        .isEqualTo(503);
    assertThat(BACKEND.requestsTo("/status/503")).hasSize(1);
  }

  @Test
  void theVersionOfHttpCanBeSaid() {
    for (String method : new String[] {"GET", "POST"}) {
      assertThat(finished(method, "/proxy/all/protocol").field("result")).isEqualTo("1.1");
      assertThat(finished(method, "/proxy/two/protocol").field("result")).isEqualTo("2.0");
    }
  }

  @Test
  void redirectsAreAnswersAndNotFollowed() {
    assertThat(finished("GET", "/proxy/all/status/302").json().path("status_code").asInt())
        .isEqualTo(302);
  }
}
