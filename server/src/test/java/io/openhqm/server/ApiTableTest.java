package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.server.OpenHqmServer.Mode;
import io.openhqm.tck.OpenApiConformance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each row of the table of requests and answers, over the wire, on each engine and on two together.
 */
@ParameterizedClass
@CsvSource({"embedded,embedded", "memory,memory", "memory,embedded", "embedded,memory"})
class ApiTableTest {
  private static final String UNKNOWN = "0199c0de-0000-7000-8000-000000000000";
  private static final Pattern UUID_V7 =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  private static final OpenApiConformance CONFORMANCE = new OpenApiConformance();

  private static TestBackend backend;
  private static RunningServer server;
  private static ShiftedClock clock;
  private static Path folder;

  @Parameter(0)
  String queue;

  @Parameter(1)
  String store;

  @BeforeParameterizedClassInvocation
  static void startServer(String queue, String store) throws Exception {
    folder = Files.createTempDirectory("openhqm-api");
    backend = new TestBackend();
    clock = new ShiftedClock();
    String yaml =
        """
        server: {host: 127.0.0.1, port: 0, max_body_size: 65536, max_wait_seconds: 5}
        queue: {type: %s, embedded_path: api.db}
        cache: {type: %s, ttl_seconds: 600}
        worker: {count: 4, max_retries: 0}
        proxy:
          enabled: true
          default_endpoint: backend
          endpoints:
            backend: {url: "%s/base", timeout: 30}
            gone: {url: "http://127.0.0.1:1/", timeout: 5}
            slow: {url: "%s/hold", timeout: 0.2}
        """
            .formatted(queue, store, backend.url(), backend.url());
    server = RunningServer.start(folder, yaml, Mode.ALL, clock);
  }

  @AfterParameterizedClassInvocation
  static void stopServer() throws Exception {
    server.close();
    backend.close();
    try (var files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  @AfterEach
  void theServerIsWell() {
    assertThat(server.get("/health/ready").status()).isEqualTo(200);
  }

  private static Exchange checked(Exchange exchange) {
    CONFORMANCE.check(exchange.request(), exchange.response());
    return exchange;
  }

  private static Exchange get(String target, String... headers) {
    return checked(server.get(target, headers));
  }

  private static Exchange submit(String json, String... headers) {
    return checked(server.submit(json, headers));
  }

  private static Exchange send(String method, String target, String body, String... headers) {
    return checked(server.send(method, target, body.getBytes(StandardCharsets.UTF_8), headers));
  }

  private static String done(String json) {
    String id = submit(json).id();
    assertThat(checked(server.finished(id)).status()).isEqualTo(200);
    return id;
  }

  @Test
  void aSubmissionIsAnswered202WithWhereToLook() {
    var answer = submit("{\"payload\": {\"a\": 1}}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.id()).matches(UUID_V7);
    assertThat(answer.field("status")).isEqualTo("PENDING");
    assertThat(answer.field("submitted_at")).endsWith("Z");
    assertThat(answer.header("Location")).isEqualTo("/api/v1/status/" + answer.id());
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    assertThat(answer.json().path("links").path("response").asString())
        .isEqualTo("/api/v1/response/" + answer.id());
    assertThat(answer.json().path("links").path("cancel").asString())
        .isEqualTo("/api/v1/requests/" + answer.id());
  }

  @Test
  void theFinishedResponseHasWhatTheBackendAnswered() {
    String id = done("{\"payload\": {\"a\": [1, 2.50, null]}, \"headers\": {\"X-Mine\": \"yes\"}}");
    var answer = get("/api/v1/response/" + id);

    assertThat(answer.field("status")).isEqualTo("COMPLETED");
    assertThat(answer.json().path("status_code").asInt()).isEqualTo(200);
    assertThat(answer.text()).contains("\"result\":{\"a\": [1, 2.50, null]}");
    assertThat(answer.text()).containsIgnoringCase("\"content-type\":\"application/json\"");
    assertThat(answer.json().path("processing_time_ms").asInt(-1)).isNotNegative();
    assertThat(answer.field("completed_at")).endsWith("Z");
    assertThat(answer.header("Cache-Control")).contains("no-store");
    assertThat(backend.requests())
        .anyMatch(
            request -> request.headers().first("X-Mine").equals(java.util.Optional.of("yes")));
  }

  @Test
  void theStatusTellsWhereAJobStands() {
    String id = done("{\"payload\": 1}");
    var answer = get("/api/v1/status/" + id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("status")).isEqualTo("COMPLETED");
    assertThat(answer.json().path("attempts").asInt()).isEqualTo(1);
    assertThat(answer.field("updated_at")).isGreaterThanOrEqualTo(answer.field("submitted_at"));
    assertThat(get("/api/v1/status/" + id + "?redirect=true").status()).isEqualTo(303);
  }

  @Test
  void theStatusIsNotSentAgainToWhoHasIt() {
    String id = done("{\"payload\": 1}");
    String tag = get("/api/v1/status/" + id).header("ETag");

    assertThat(tag).startsWith("\"").endsWith("\"");
    var same = get("/api/v1/status/" + id, "If-None-Match", tag);
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.header("ETag")).isEqualTo(tag);
    assertThat(get("/api/v1/status/" + id, "If-None-Match", "\"other\"").status()).isEqualTo(200);
    assertThat(get("/api/v1/status/" + id, "If-None-Match", "*").status()).isEqualTo(304);
  }

  @Test
  void whatIsNotDoneIs202AndSaysWhenToComeAgain() {
    String id = submit("{\"payload\": 1, \"metadata\": {\"delay\": 3600}}").id();

    for (String target :
        new String[] {"/api/v1/response/" + id, "/api/v1/response/" + id + "/body"}) {
      var answer = get(target);
      assertThat(answer.status()).isEqualTo(202);
      assertThat(answer.field("status")).isEqualTo("PENDING");
      assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    }
    var status = get("/api/v1/status/" + id);
    assertThat(status.field("status")).isEqualTo("PENDING");
    assertThat(status.header("Retry-After")).isNotEmpty();
  }

  @Test
  void theBodyIsTheBackendsOwn() {
    String id = checked(server.send("GET", "/proxy/backend/png", new byte[0])).id();
    checked(server.finished(id));
    var answer = get("/api/v1/response/" + id + "/body");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.response().body().toArray()).isEqualTo(TestBackend.PNG);
    assertThat(answer.header("Content-Type")).isEqualTo("image/png");
    assertThat(answer.header("X-OpenHQM-Status")).isEqualTo("COMPLETED");
    var envelope = get("/api/v1/response/" + id);
    assertThat(envelope.field("result_encoding")).isEqualTo("base64");
    assertThat(envelope.field("result")).isEqualTo("iVBORwD/DQo=");
    assertThat(get("/api/v1/response/" + id, "Accept", "image/png").response().body().toArray())
        .isEqualTo(TestBackend.PNG);
  }

  @Test
  void textComesBackAsAString() {
    String id = checked(server.send("GET", "/proxy/backend/text", new byte[0])).id();

    assertThat(checked(server.finished(id)).field("result")).isEqualTo("grün");
  }

  @Test
  void aBackendsRefusalIsAnAnswer() {
    String id = checked(server.send("GET", "/proxy/backend/status/418", new byte[0])).id();
    var answer = checked(server.finished(id));

    assertThat(answer.field("status")).isEqualTo("COMPLETED");
    assertThat(answer.json().path("status_code").asInt()).isEqualTo(418);
    assertThat(get("/api/v1/response/" + id + "/body").status()).isEqualTo(418);
  }

  @Test
  void aBackendThatCannotBeReachedFailsTheJobInWords() {
    String id = submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"gone\"}}").id();
    var answer = checked(server.finished(id));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("status")).isEqualTo("FAILED");
    assertThat(answer.field("error")).contains("gone").containsIgnoringCase("connect");
    assertThat(answer.json().has("result")).isFalse();
    assertProblem(get("/api/v1/response/" + id + "/body"), 502, "no-answer");
  }

  @Test
  void aBackendThatIsTooSlowTimesTheJobOut() {
    String id = submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"slow\"}}").id();

    assertThat(checked(server.finished(id)).field("status")).isEqualTo("TIMEOUT");
    assertProblem(get("/api/v1/response/" + id + "/body"), 504, "deadline-exceeded");
  }

  @Test
  void cancellingIsAskedOnceAndThenDone() {
    String id = submit("{\"payload\": 1, \"metadata\": {\"delay\": 3600}}").id();

    assertThat(send("DELETE", "/api/v1/requests/" + id, "").status()).isEqualTo(202);
    assertThat(get("/api/v1/status/" + id).field("status")).isEqualTo("CANCELLED");
    assertThat(send("DELETE", "/api/v1/requests/" + id, "").status()).isEqualTo(200);
    assertProblem(get("/api/v1/response/" + id + "/body"), 410, "cancelled");
  }

  @Test
  void cancellingAbortsARunningCall() {
    String id = checked(server.send("GET", "/proxy/backend/hold", new byte[0])).id();
    Awaitility.await()
        .until(() -> get("/api/v1/status/" + id).field("status").equals("PROCESSING"));

    assertThat(send("DELETE", "/api/v1/requests/" + id, "").status()).isEqualTo(202);
    assertThat(checked(server.finished(id)).field("status")).isEqualTo("CANCELLED");
  }

  @Test
  void whatIsFinishedCannotBeCancelled() {
    String id = done("{\"payload\": 1}");

    assertProblem(send("DELETE", "/api/v1/requests/" + id, ""), 409, "not-cancellable");
  }

  @Test
  void anUnknownIdIs404Everywhere() {
    for (String id : new String[] {UNKNOWN, UUID.randomUUID().toString(), "no-id", "%00", "1"}) {
      assertProblem(get("/api/v1/status/" + id), 404, "not-found");
      assertProblem(get("/api/v1/response/" + id), 404, "not-found");
      assertProblem(get("/api/v1/response/" + id + "/body"), 404, "not-found");
      assertProblem(send("DELETE", "/api/v1/requests/" + id, ""), 404, "not-found");
    }
    assertProblem(get("/"), 404, "not-found");
    assertProblem(get("/api/v2/submit"), 404, "not-found");
  }

  @Test
  void anExpiredResultIs410() {
    String id = done("{\"payload\": 1}");
    clock.advance(Duration.ofSeconds(601));

    assertProblem(get("/api/v1/status/" + id), 410, "result-expired");
    assertProblem(get("/api/v1/response/" + id), 410, "result-expired");
    assertProblem(get("/api/v1/response/" + id + "/body"), 410, "result-expired");
  }

  @Test
  void whatIsNotJsonIs400() {
    for (String body : new String[] {"", "{", "{\"payload\": 1}}", "{'payload': 1}", "\u0000"}) {
      assertProblem(submit(body), 400, "not-json");
    }
  }

  @Test
  void anotherMethodIs405WithThoseAllowed() {
    var answer = get("/api/v1/submit");
    assertProblem(answer, 405, "method-not-allowed");
    assertThat(answer.header("Allow")).isEqualTo("POST, OPTIONS");
    assertThat(send("POST", "/api/v1/status/" + UNKNOWN, "x").header("Allow"))
        .isEqualTo("GET, HEAD, OPTIONS");
    assertProblem(send("PUT", "/health", "x"), 405, "method-not-allowed");
  }

  @Test
  void optionsTellsTheMethods() {
    var answer = send("OPTIONS", "/api/v1/submit", "");
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Allow")).isEqualTo("POST, OPTIONS");
    assertThat(send("OPTIONS", "/api/v1/requests/" + UNKNOWN, "").header("Allow"))
        .isEqualTo("DELETE, OPTIONS");
  }

  @Test
  void headIsGetWithoutTheBody() {
    String id = done("{\"payload\": 1}");
    for (String target :
        new String[] {
          "/api/v1/status/" + id, "/api/v1/response/" + id, "/api/v1/response/" + id + "/body"
        }) {
      var head = send("HEAD", target, "");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Type")).isEqualTo(get(target).header("Content-Type"));
    }
    for (String target : new String[] {"/health", "/health/live", "/metrics", "/openapi.json"}) {
      assertThat(send("HEAD", target, "").status()).isEqualTo(200);
      assertThat(send("OPTIONS", target, "").header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }
  }

  @Test
  void aBodyLargerThanTheLimitIs413AndTheLimitIsNamed() {
    String large = "{\"payload\": \"" + "x".repeat(65536) + "\"}";
    var answer = submit(large);
    assertProblem(answer, 413, "body-too-large");
    assertThat(answer.field("detail")).contains("65536").contains("server.max_body_size");
    assertProblem(send("POST", "/proxy/backend/x", large), 413, "body-too-large");
    int frame = "{\"payload\": \"\"}".length();
    String largest = "{\"payload\": \"" + "x".repeat(65536 - frame) + "\"}";
    assertThat(submit(largest).status()).isEqualTo(202);
  }

  @Test
  void anotherMediaTypeIs415() {
    assertProblem(
        send("POST", "/api/v1/submit", "{\"payload\": 1}", "Content-Type", "text/plain"),
        415,
        "unsupported-media-type");
    assertProblem(
        send("POST", "/api/v1/submit", "{\"payload\": 1}"), 415, "unsupported-media-type");
    assertThat(
            send(
                    "POST",
                    "/api/v1/submit",
                    "{\"payload\": 1}",
                    "Content-Type",
                    "Application/JSON; charset=UTF-8")
                .status())
        .isEqualTo(202);
  }

  @Test
  void aBrokenRuleIs422WithItsPlace() {
    var answer =
        submit("{\"payload\": 1, \"metadata\": {\"priority\": \"urgent\", \"timeout\": 0}}");
    assertProblem(answer, 422, "validation");
    assertThat(answer.json().path("errors").findValuesAsString("pointer"))
        .containsExactlyInAnyOrder("/metadata/priority", "/metadata/timeout");
    assertProblem(submit("{\"payload\": 1, \"extra\": 2}"), 422, "validation");
    assertProblem(
        submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"bakend\"}}"), 422, "route-unknown");
    assertThat(submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"bakend\"}}").field("detail"))
        .contains("backend");
    assertProblem(
        submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"http://10.0.0.1/\"}}"),
        422,
        "ssrf-refused");
  }

  @Test
  void theSameKeyGivesTheSameJobAndAnotherBodyIs422() {
    String key = UUID.randomUUID().toString();
    var first = submit("{\"payload\": 1}", "Idempotency-Key", key);
    var again = submit("{\"payload\": 1}", "Idempotency-Key", "\"" + key + "\"");

    assertThat(first.status()).isEqualTo(202);
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertProblem(submit("{\"payload\": 2}", "Idempotency-Key", key), 422, "idempotency-mismatch");
    assertProblem(
        submit("{\"payload\": 1}", "Idempotency-Key", ""), 400, "idempotency-key-invalid");
  }

  @Test
  void whoPrefersToWaitGetsTheFinishedResponse() {
    var answer = submit("{\"payload\": {\"a\": 1}}", "Prefer", "wait=5");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("status")).isEqualTo("COMPLETED");
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=5");

    var capped = submit("{\"payload\": {\"a\": 1}}", "Prefer", "wait=600");
    assertThat(capped.header("Preference-Applied")).isEqualTo("wait=5");

    var late = submit("{\"payload\": 1, \"metadata\": {\"delay\": 60}}", "Prefer", "wait=1");
    assertThat(late.status()).isEqualTo(202);
    assertThat(late.header("Preference-Applied")).contains("wait=1");

    var minimal = submit("{\"payload\": 1}", "Prefer", "return=minimal");
    assertThat(minimal.status()).isEqualTo(202);
    assertThat(minimal.text()).isEmpty();
    assertThat(minimal.header("Location")).startsWith("/api/v1/status/");
  }

  @Test
  void anyRequestGoesThroughTheProxyAsItIs() {
    byte[] body = {0, (byte) 0xff, 13, 10, 'x'};
    for (String method :
        new String[] {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"}) {
      String target = "/proxy/backend/a%20b/" + method + "?q=1&q=%C3%BC";
      var accepted = checked(server.send(method, target, body, "X-Mine", "one", "X-Mine", "two"));
      assertThat(accepted.status()).isEqualTo(202);
      Awaitility.await().until(() -> !backend.requestsTo("/base/a%20b/" + method).isEmpty());
      var seen = backend.requestsTo("/base/a%20b/" + method).getFirst();
      assertThat(seen.method()).isEqualTo(method);
      assertThat(seen.query()).contains("q=1&q=%C3%BC");
      assertThat(seen.headers().all("X-Mine")).containsExactly("one", "two");
      assertThat(seen.body().toArray()).isEqualTo(body);
      assertThat(
              seen.headers()
                  .first("X-OpenHQM-Correlation-ID")
                  .or(() -> seen.headers().first("X-Correlation-ID")))
          .isPresent();
    }
    assertProblem(
        checked(server.send("GET", "/proxy/nowhere/x", new byte[0])), 422, "route-unknown");
    assertProblem(
        checked(server.send("GET", "/proxy/backend/../x", new byte[0])), 400, "bad-request");
    assertThat(checked(server.send("GET", "/proxy/backend", new byte[0])).status()).isEqualTo(202);
  }

  @Test
  void aSubmittedNullIsNoBodyOfADeleteAndABodyOfNullIsOne() {
    String submitted = "{\"payload\": null, \"metadata\": {\"method\": \"DELETE\"}}";
    var proxied = send("DELETE", "/proxy/backend/null", "null", "Content-Type", "application/json");
    var id = done(submitted);
    checked(server.finished(proxied.id()));

    var asIs = backend.requestsTo("/base/null").getFirst();
    assertThat(asIs.body().toUtf8()).isEqualTo("null");
    assertThat(asIs.headers().first("Content-Type")).contains("application/json");
    assertThat(backend.requests())
        .filteredOn(seen -> seen.headers().all("X-Correlation-ID").contains(id))
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.method()).isEqualTo("DELETE");
              assertThat(seen.body().isEmpty()).isTrue();
              assertThat(seen.headers().has("Content-Type")).isFalse();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity", "GZIP, x-own"})
  void aBodyInACodingGoesThroughTheProxyAsItIs(String coding) {
    byte[] body = {0x1f, (byte) 0x8b, 8, 0, (byte) 0xff};
    String path = "/coded/" + UUID.randomUUID();
    var accepted =
        checked(
            server.send(
                "POST",
                "/proxy/backend" + path,
                body,
                "Content-Encoding",
                coding,
                "Content-Type",
                "application/json"));
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    checked(server.finished(accepted.id()));

    var seen = backend.requestsTo("/base" + path).getFirst();
    assertThat(seen.headers().all("Content-Encoding")).containsExactly(coding);
    assertThat(seen.body().toArray()).isEqualTo(body);
  }

  @Test
  void submitTakesJsonInNoCoding() {
    for (String coding : new String[] {"gzip", "br", "deflate, gzip", "nonsense"}) {
      assertProblem(
          submit("{\"payload\": 1}", "Content-Encoding", coding), 415, "unsupported-media-type");
    }
    assertThat(submit("{\"payload\": 1}", "Content-Encoding", "identity").status()).isEqualTo(202);
  }

  @Test
  void healthNamesItsComponents() {
    for (String path : new String[] {"/health", "/health/ready"}) {
      var answer = get(path);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.field("status")).isEqualTo("healthy");
      assertThat(answer.json().path("components").propertyNames()).contains("queue", "store");
    }
    assertThat(get("/health/live").status()).isEqualTo(200);
  }

  @Test
  void metricsHaveThePromisedNames() {
    done("{\"payload\": 1}");
    var answer = get("/metrics");

    assertThat(answer.header("Content-Type")).startsWith("text/plain");
    assertThat(answer.text())
        .contains("openhqm_requests_total{")
        .contains("openhqm_requests_duration_seconds_bucket{")
        .contains("openhqm_queue_depth ")
        .contains("openhqm_worker_active ")
        .contains("openhqm_oldest_message_age_seconds ")
        .contains("openhqm_api_requests_total{")
        .contains("openhqm_api_request_duration_seconds_count{")
        .contains("openhqm_api_requests_in_flight{")
        .contains("openhqm_queue_publish_total{")
        .contains("openhqm_queue_consume_total{")
        .contains("openhqm_worker_processing_duration_seconds_count{")
        .contains("openhqm_backend_duration_seconds_count{")
        .doesNotContain(UNKNOWN);
  }

  @Test
  void theServedDescriptionIsTheOneThatIsTested() {
    var answer = get("/openapi.json");

    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.response().body()).isEqualTo(io.openhqm.core.api.OpenApi.document());
    assertThat(answer.field("openapi")).startsWith("3.1");
  }

  @Test
  void deadLettersAreListedShownRedrivenAndPurged() {
    String id = submit("{\"payload\": \"lost\", \"metadata\": {\"endpoint\": \"gone\"}}").id();
    checked(server.finished(id));
    String path = "/api/v1/dead-letters/" + id;

    Awaitility.await()
        .untilAsserted(
            () -> assertThat(get("/api/v1/dead-letters?limit=1000").text()).contains(id));
    assertThat(get(path).status()).isEqualTo(200);
    var redriven = send("POST", path + "/redrive", "");
    assertThat(redriven.status()).isEqualTo(202);
    assertThat(redriven.id()).isNotEqualTo(id);
    assertThat(checked(server.finished(redriven.id())).field("status")).isEqualTo("FAILED");
    String second = "/api/v1/dead-letters/" + redriven.id();
    Awaitility.await().until(() -> send("DELETE", second, "").status() == 204);
    assertProblem(get(second), 404, "not-found");
  }
}
