package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.server.OpenHqmServer.Mode;
import io.openhqm.tck.OpenApiConformance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a submission may say of how it is handled, and how its client waits, over the wire. */
class HandlingTest {
  private static final OpenApiConformance CONFORMANCE = new OpenApiConformance();
  private static final TestBackend BACKEND = new TestBackend();
  @TempDir static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void startServer() {
    String yaml =
        """
        server: {host: 127.0.0.1, port: 0, public_url: "https://jobs.example/base"}
        queue: {type: embedded, embedded_path: handling.db}
        cache: {type: embedded}
        worker: {count: 1, max_retries: 1, retry_delay_base: 0.01}
        proxy:
          enabled: true
          default_endpoint: backend
          allowed_urls: ["%1$s/allowed/"]
          endpoints:
            backend: {url: "%1$s"}
            routed: {url: "%1$s/routed"}
        routing:
          enabled: true
          config_dict:
            routes:
              - name: mine
                match_field: metadata.mine.is
                match_value: here
                endpoint: routed
                header_mappings:
                  X-Timeout: metadata.timeout
                  X-Priority: metadata.priority
                  X-Session: metadata.session_id
                  X-Type: metadata.type
                  X-Not-Before: metadata.not_before
                  X-Mine: metadata.mine.is
              - {name: typed, match_field: metadata.type, match_value: order.new, endpoint: routed}
        """
            .formatted(BACKEND.url());
    server = RunningServer.start(folder, yaml, Mode.ALL, InstantSource.system());
  }

  @AfterAll
  static void stopServer() {
    server.close();
    BACKEND.close();
  }

  private static Exchange checked(Exchange exchange) {
    CONFORMANCE.check(exchange.request(), exchange.response());
    return exchange;
  }

  private static Exchange submit(String metadata) {
    return checked(server.submit("{\"payload\": 1, \"metadata\": {" + metadata + "}}"));
  }

  @Test
  void everyFieldOfMetadataTravelsWithTheMessageThoseOfTheClientsOwnToo() {
    var accepted =
        submit(
            """
            "method": "PUT", "timeout": 5, "priority": 9, "session_id": "s-1", "type": "some",
            "not_before": "2026-01-01T00:00:00Z", "mine": {"is": "here"}
            """);

    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    assertThat(checked(server.finished(accepted.id())).field("status")).isEqualTo("COMPLETED");
    var seen = BACKEND.requestsTo("/routed").getLast();
    assertThat(seen.method()).isEqualTo("PUT");
    assertThat(seen.headers().first("X-Timeout")).contains("5");
    assertThat(seen.headers().first("X-Priority")).contains("9");
    assertThat(seen.headers().first("X-Session")).contains("s-1");
    assertThat(seen.headers().first("X-Type")).contains("some");
    assertThat(seen.headers().first("X-Not-Before")).contains("2026-01-01T00:00:00Z");
    assertThat(seen.headers().first("X-Mine")).contains("here");
  }

  @Test
  void aUrlThatTheListAdmitsIsCalled() {
    var accepted = submit("\"endpoint\": \"" + BACKEND.url() + "/allowed/orders\"");

    assertThat(checked(server.finished(accepted.id())).field("status")).isEqualTo("COMPLETED");
    assertThat(BACKEND.requestsTo("/allowed/orders"))
        .singleElement()
        .returns("POST", r -> r.method());
  }

  @Test
  void whatIsToWaitIsNotDoneBefore() {
    var delayed = submit("\"delay\": 0.4").id();
    var later = Instant.now().plusMillis(400);
    var dated = submit("\"not_before\": \"" + later + "\"").id();

    assertThat(completed(delayed))
        .isAfterOrEqualTo(submitted(delayed).plus(Duration.ofMillis(400)));
    assertThat(completed(dated)).isAfterOrEqualTo(later.truncatedTo(ChronoUnit.MILLIS));
  }

  private static Instant submitted(String id) {
    return Instant.parse(checked(server.get("/api/v1/status/" + id)).field("submitted_at"));
  }

  private static Instant completed(String id) {
    return Instant.parse(checked(server.finished(id)).field("completed_at"));
  }

  @Test
  void anAttemptTakesNoLongerThanTheSubmissionSays() {
    var late = submit("\"timeout\": 1, \"endpoint\": \"" + BACKEND.url() + "/allowed/hold\"");

    assertThat(checked(server.finished(late.id())).field("status")).isEqualTo("TIMEOUT");
    assertThat(BACKEND.requestsTo("/allowed/hold")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"mine\": {\"is\": \"here\"}", "\"type\": \"order.new\""})
  void routesSeeWhatASubmissionSays(String metadata) {
    int before = BACKEND.requestsTo("/routed").size();
    checked(server.finished(submit(metadata).id()));

    assertThat(BACKEND.requestsTo("/routed")).hasSize(before + 1);
  }

  @Test
  void aUrlThatTheListDoesNotAdmitIsRefused() {
    Problems.assertProblem(
        submit("\"endpoint\": \"" + BACKEND.url() + "/other\""), 422, "ssrf-refused");
  }

  @Test
  void linksBeginWithThePublicUrl() {
    var accepted = submit("");

    assertThat(accepted.header("Location"))
        .isEqualTo("https://jobs.example/base/api/v1/status/" + accepted.id());
    assertThat(accepted.json().path("links").path("response").asString())
        .isEqualTo("https://jobs.example/base/api/v1/response/" + accepted.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/status/%s", "/api/v1/response/%s", "/api/v1/response/%s/body"})
  void whoPrefersToWaitForAJobIsAnsweredWhenItIsDone(String path) {
    String target = path.formatted(submit("\"delay\": 0.3").id());
    var answer = checked(server.get(target, "Prefer", "wait=10"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=10");
    assertThat(answer.text()).doesNotContain("PENDING");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 502, 503, 504})
  void whatMayPassIsTriedAgainAndTheLastAnswerIsTheResult(int code) {
    var answer = finished("/status/" + code);

    assertThat(answer.field("status")).isEqualTo("COMPLETED");
    assertThat(answer.json().path("status_code").asInt()).isEqualTo(code);
    assertThat(BACKEND.requestsTo("/status/" + code)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 409, 418, 500, 501, 505})
  void anyOtherAnswerIsTheResult(int code) {
    assertThat(finished("/status/" + code).json().path("status_code").asInt()).isEqualTo(code);
    assertThat(BACKEND.requestsTo("/status/" + code)).hasSize(1);
  }

  private static Exchange finished(String path) {
    return checked(server.finished(checked(server.get("/proxy/backend" + path)).id()));
  }
}
