package io.openhqm.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Result;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.tck.OpenApiConformance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTest {
  private static final OpenApiConformance CONFORMANCE = new OpenApiConformance();
  private static final String ID = FakeStore.ID.toString();

  private final FakeStore store = new FakeStore();
  private final List<UUID> cancelled = new ArrayList<>();
  private final List<Job> announced = new ArrayList<>();
  private boolean responsesAreDown;
  private Instant now = FakeStore.SUBMITTED.plusSeconds(2);
  private Status status = new Status(Status.Settings.defaults(), ports());

  private Status.Ports ports() {
    return new Status.Ports(
        store,
        ClaimCheck.unlimited(),
        cancelled::add,
        Optional.of(this::announce),
        () -> now,
        Telemetry.NONE);
  }

  private void keepMessagesFor(Duration retention) {
    var usual = Status.Settings.defaults();
    var settings =
        new Status.Settings(
            usual.links(),
            usual.pollAfter(),
            usual.waitMax(),
            usual.endedTtl(),
            Optional.of(retention));
    status = new Status(settings, ports());
  }

  private void announce(Job job) {
    if (responsesAreDown) {
      throw new UnavailableException("down", Duration.ofSeconds(1));
    }
    announced.add(job);
  }

  @Test
  void statusSaysWhereAJobStands() {
    store.put(FakeStore.pending());
    var response = get("/api/v1/status/" + ID);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().toUtf8())
        .startsWith(
            "{\"correlation_id\":\""
                + ID
                + "\",\"status\":\"PENDING\",\"submitted_at\":\"2026-02-07T10:30:00Z\",\"updated_at\":\"2026-02-07T10:30:00Z\",\"attempts\":0,\"links\":{");
    assertThat(response.headers().first("Retry-After")).contains("1");
    assertThat(response.headers().first("Cache-Control")).contains("private, no-cache");
    assertThat(response.headers().first("X-Correlation-ID")).contains(ID);
  }

  @Test
  void statusSaysWhyItWaitsForAnotherAttempt() {
    store.put(FakeStore.retrying(now.plusSeconds(10), "The backend \"a\" refused."));
    var response = get("/api/v1/status/" + ID);
    assertThat(response.body().toUtf8())
        .contains(
            "\"attempts\":1",
            "\"not_before\":\"2026-02-07T10:30:12Z\"",
            "\"last_error\":\"The backend \\\"a\\\" refused.\"");
    assertThat(response.headers().first("Retry-After")).contains("10");
  }

  @Test
  void aJobThatTheQueueHasForgottenHasFailed() {
    keepMessagesFor(Duration.ofDays(14));
    store.put(FakeStore.pending());
    now = FakeStore.SUBMITTED.plus(Duration.ofDays(14)).plus(Duration.ofMinutes(61));

    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"FAILED\"");
    assertThat(announced).containsExactly(store.jobs.get(FakeStore.ID));

    assertThat(get("/api/v1/response/" + ID).body().toUtf8())
        .contains("no worker took it within the 14 days for which the queue keeps a message");
    assertThat(announced).hasSize(1);
  }

  @Test
  void aJobWaitsAsLongAsTheQueueMayHaveItsMessage() {
    store.put(FakeStore.retrying(FakeStore.SUBMITTED.plus(Duration.ofDays(3)), "busy"));
    now = FakeStore.SUBMITTED.plus(Duration.ofDays(17)).plus(Duration.ofMinutes(60));

    keepMessagesFor(Duration.ofDays(14));
    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"PENDING\"");

    now = now.plus(Duration.ofDays(1));
    status = new Status(Status.Settings.defaults(), ports());
    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"PENDING\"");
  }

  @Test
  void aJobWhoseWorkerDiedAndWhoseMessageTheQueueHasForgottenHasFailed() {
    keepMessagesFor(Duration.ofDays(14));
    store.put(FakeStore.processing(false));
    store.leasesAreOver = true;
    // It was at work from a second after its submission, for 30 s at most.
    now = FakeStore.SUBMITTED.plusSeconds(31).plus(Duration.ofDays(14)).plus(Duration.ofHours(1));
    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"PROCESSING\"");

    now = now.plusSeconds(1);
    assertThat(get("/api/v1/response/" + ID).body().toUtf8())
        .contains("\"status\":\"FAILED\"")
        .contains("its worker died, and no other took it within the 14 days");
    assertThat(announced).containsExactly(store.jobs.get(FakeStore.ID));
  }

  @Test
  void aForgottenJobThatItsWorkerWasToStopIsCancelled() {
    keepMessagesFor(Duration.ofDays(14));
    store.put(FakeStore.processing(true));
    store.leasesAreOver = true;
    now = FakeStore.SUBMITTED.plus(Duration.ofDays(15));
    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"CANCELLED\"");
  }

  @Test
  void aForgottenJobThatAWorkerHasAfterAllIsLeftToIt() {
    keepMessagesFor(Duration.ofDays(14));
    store.put(FakeStore.pending());
    store.whileClaiming = job -> FakeStore.processing(false);
    now = FakeStore.SUBMITTED.plus(Duration.ofDays(15));

    assertThat(get("/api/v1/status/" + ID).body().toUtf8()).contains("\"status\":\"PROCESSING\"");
    assertThat(announced).isEmpty();
  }

  @Test
  void statusOfAFinishedJobLeadsToItsResponse() {
    store.put(completed("text/plain", Bytes.utf8("x")));
    var response = get("/api/v1/status/" + ID);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().has("Retry-After")).isFalse();
    assertThat(response.headers().first("Link").orElseThrow())
        .contains("</api/v1/response/" + ID + ">; rel=\"related\"");
    assertThat(response.body().toUtf8())
        .contains("\"status\":\"COMPLETED\"", "\"expires_at\":\"2026-02-07T11:30:00Z\"");

    var redirected = handle("GET", "/api/v1/status/" + ID, Optional.of("a=b&redirect=true"));
    assertThat(redirected.status()).isEqualTo(303);
    assertThat(redirected.headers().first("Location")).contains("/api/v1/response/" + ID);
  }

  @Test
  void thereIsNoRedirectBeforeTheEnd() {
    store.put(FakeStore.processing(false));
    assertThat(handle("GET", "/api/v1/status/" + ID, Optional.of("redirect=true")).status())
        .isEqualTo(200);
  }

  @Test
  void aStatusThatTheClientHasIsNotSentAgain() {
    store.put(FakeStore.processing(false));
    String tag = get("/api/v1/status/" + ID).headers().first("ETag").orElseThrow();
    for (String condition : List.of(tag, "W/" + tag, "\"a\", " + tag, "*")) {
      var response = get("/api/v1/status/" + ID, "If-None-Match", condition);
      assertThat(response.status()).isEqualTo(304);
      assertThat(response.body().isEmpty()).isTrue();
      assertThat(response.headers().first("ETag")).contains(tag);
    }
    store.put(FakeStore.processing(true));
    var changed = get("/api/v1/status/" + ID, "If-None-Match", tag);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().toUtf8()).contains("\"cancel_requested\":true");
  }

  @Test
  void headIsGetWithoutTheBody() {
    store.put(FakeStore.pending());
    var response = handle("HEAD", "/api/v1/status/" + ID, Optional.empty());
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().isEmpty()).isTrue();
    assertThat(response.headers()).isEqualTo(get("/api/v1/status/" + ID).headers());
    assertThat(handle("HEAD", "/api/v1/status/x", Optional.empty()).body().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "1-1-1-1-1",
        "019c3789-1234-7abc-8def-0123456789ac",
        "019c3789-1234-7abc-8def-0123456789ab0",
        "%30",
        "019c37891234-7abc-8def-0123456789ab0"
      })
  void whatIsNotKnownIs404EverywhereWithTheSameBody(String id) {
    store.put(FakeStore.pending());
    var answers =
        List.of(
            get("/api/v1/status/" + id),
            get("/api/v1/response/" + id),
            get("/api/v1/response/" + id + "/body"),
            handle("DELETE", "/api/v1/requests/" + id, Optional.empty()));
    assertThat(answers).extracting(ApiResponse::status).containsOnly(404);
    assertThat(answers).extracting(ApiResponse::body).containsOnly(answers.getFirst().body());
  }

  @Test
  void anIdMayBeWrittenInCapitals() {
    store.put(FakeStore.pending());
    assertThat(get("/api/v1/status/" + ID.toUpperCase(java.util.Locale.ROOT)).status())
        .isEqualTo(200);
  }

  @Test
  void whatIsKnownButTooOldIs410() {
    store.put(completed("text/plain", Bytes.utf8("x")));
    now = FakeStore.SUBMITTED.plusSeconds(3_600);
    for (var response :
        List.of(
            get("/api/v1/status/" + ID),
            get("/api/v1/response/" + ID),
            get("/api/v1/response/" + ID + "/body"),
            handle("DELETE", "/api/v1/requests/" + ID, Optional.empty()))) {
      assertThat(response.status()).isEqualTo(410);
      assertThat(response.body().toUtf8())
          .contains("/problems/result-expired", "\"correlation_id\":\"" + ID + "\"");
    }
  }

  @Test
  void aStoreThatIsDownMeans503() {
    store.isDown = true;
    var response = get("/api/v1/status/" + ID);
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.headers().first("Retry-After")).contains("2");
  }

  @Test
  void aResponseThatIsNotThereIs202() {
    store.put(FakeStore.processing(false));
    for (String path : List.of("/api/v1/response/" + ID, "/api/v1/response/" + ID + "/body")) {
      var response = get(path);
      assertThat(response.status()).isEqualTo(202);
      assertThat(response.headers().first("Retry-After")).contains("1");
      assertThat(response.body().toUtf8()).contains("\"status\":\"PROCESSING\"");
    }
  }

  @Test
  void aClientMayWaitForTheEnd() {
    store.put(FakeStore.pending());
    var inVain = get("/api/v1/response/" + ID, "Prefer", "wait=5");
    assertThat(inVain.status()).isEqualTo(202);
    assertThat(store.waited).contains(Duration.ofSeconds(5));

    store.whileWaiting = job -> completed("text/plain", Bytes.utf8("x"));
    var response = get("/api/v1/response/" + ID, "Prefer", "wait=5000");
    assertThat(response.status()).isEqualTo(200);
    assertThat(store.waited).contains(Duration.ofSeconds(60));
    assertThat(response.headers().first("Preference-Applied")).contains("wait=60");
    assertThat(get("/api/v1/status/" + ID, "Prefer", "wait=5").body().toUtf8())
        .contains("COMPLETED");
  }

  @Test
  void theEnvelopeHoldsTheAnswerOfTheBackend() {
    var headers =
        Headers.of(
            "Content-Type",
            "application/json",
            "Set-Cookie",
            "a=\"1\"",
            "X-One",
            "1",
            "set-cookie",
            "b=2");
    store.put(
        FakeStore.ended(
            new Ending.Completed(
                new Result(503, headers, Body.of(Bytes.utf8(" {\"a\" : 1e400} "))))));
    var response = get("/api/v1/response/" + ID);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().first("Cache-Control")).contains("no-store");
    assertThat(response.body().toUtf8())
        .isEqualTo(
            "{\"correlation_id\":\""
                + ID
                + "\",\"status\":\"COMPLETED\",\"result\": {\"a\" : 1e400} ,\"status_code\":503,"
                + "\"headers\":{\"Content-Type\":\"application/json\",\"Set-Cookie\":[\"a=\\\"1\\\"\",\"b=2\"],\"X-One\":\"1\"},"
                + "\"processing_time_ms\":1000,\"completed_at\":\"2026-02-07T10:30:01.250Z\"}");
  }

  @Test
  void aFailureSaysWhy() {
    store.put(FakeStore.ended(new Ending.Failed("Nobody listens at 'orders'.")));
    var response = get("/api/v1/response/" + ID);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().toUtf8())
        .contains(
            "\"status\":\"FAILED\",\"error\":\"Nobody listens at 'orders'.\"", "\"completed_at\"")
        .doesNotContain("result");
    assertThat(get("/api/v1/response/" + ID + "/body").status()).isEqualTo(502);
    assertThat(get("/api/v1/response/" + ID, "Accept", "image/png").status()).isEqualTo(502);

    store.put(FakeStore.ended(new Ending.TimedOut("Too slow.")));
    assertThat(get("/api/v1/response/" + ID).body().toUtf8())
        .contains("\"status\":\"TIMEOUT\",\"error\":\"Too slow.\"");
    assertThat(get("/api/v1/response/" + ID + "/body").status()).isEqualTo(504);

    store.put(FakeStore.ended(new Ending.Cancelled()));
    assertThat(get("/api/v1/response/" + ID).body().toUtf8())
        .contains("\"status\":\"CANCELLED\"")
        .doesNotContain("error");
    assertThat(get("/api/v1/response/" + ID + "/body").status()).isEqualTo(410);
  }

  @Test
  void theBodyIsTheBackendsOwn() {
    byte[] raw = {0, (byte) 0xFF, '\n'};
    var headers =
        Headers.of(
            "content-type",
            "image/png",
            "Content-Encoding",
            "br",
            "Content-Length",
            "99",
            "Set-Cookie",
            "a=1",
            "Location",
            "/x");
    store.put(
        FakeStore.ended(new Ending.Completed(new Result(201, headers, Body.of(Bytes.wrap(raw))))));
    for (var response :
        List.of(
            get("/api/v1/response/" + ID + "/body"),
            get("/api/v1/response/" + ID, "Accept", "image/*, application/json;q=0.0"))) {
      assertThat(response.status()).isEqualTo(201);
      assertThat(response.body()).isEqualTo(Bytes.wrap(raw));
      assertThat(response.headers())
          .isEqualTo(
              Headers.of(
                  "content-type",
                  "image/png",
                  "Content-Encoding",
                  "br",
                  "Location",
                  "/x",
                  "Cache-Control",
                  "no-store",
                  "X-Correlation-ID",
                  ID,
                  "X-OpenHQM-Status",
                  "COMPLETED",
                  "X-Content-Type-Options",
                  "nosniff"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 205, 304})
  void theBackendsOwnAnswerHasNoBodyWhereItsStatusHasNone(int code) {
    var result =
        new Result(code, Headers.of("Content-Type", "text/plain"), Body.of(Bytes.utf8("x")));
    store.put(FakeStore.ended(new Ending.Completed(result)));

    var own = get("/api/v1/response/" + ID + "/body");

    assertThat(own.status()).isEqualTo(code);
    assertThat(own.body().isEmpty()).isTrue();
    assertThat(get("/api/v1/response/" + ID).body().toUtf8()).contains("\"result\":\"x\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "application/*",
        "application/json",
        "text/html, */*;q=0.8",
        "APPLICATION/JSON ; q=1",
        "",
        ","
      })
  void whoTakesJsonGetsTheEnvelope(String accept) {
    store.put(completed("text/plain", Bytes.utf8("x")));
    assertThat(get("/api/v1/response/" + ID, "Accept", accept).body().toUtf8())
        .contains("\"result\":\"x\"");
  }

  @Test
  void aResultThatIsGoneIs410() {
    store.put(
        FakeStore.ended(
            new Ending.Completed(new Result(200, Headers.none(), new Body.Stored("result/x", 5)))));
    assertThat(get("/api/v1/response/" + ID).status()).isEqualTo(410);
    assertThat(get("/api/v1/response/" + ID + "/body").status()).isEqualTo(410);
  }

  @Test
  void aWaitingJobIsCancelledOnce() {
    store.put(FakeStore.pending());
    var first = handle("DELETE", "/api/v1/requests/" + ID, Optional.empty());
    assertThat(first.status()).isEqualTo(202);
    assertThat(first.body().toUtf8()).contains("\"status\":\"CANCELLED\"");
    assertThat(handle("DELETE", "/api/v1/requests/" + ID, Optional.empty()).status())
        .isEqualTo(200);
    assertThat(cancelled).isEmpty();
  }

  @Test
  void aJobThatIsCancelledWhileItWaitsIsAnnounced() {
    store.put(FakeStore.pending());
    responsesAreDown = true;
    assertThat(handle("DELETE", "/api/v1/requests/" + ID, Optional.empty()).status())
        .as("cancelled, but its announcement may be lost")
        .isEqualTo(503);
    responsesAreDown = false;
    assertThat(handle("DELETE", "/api/v1/requests/" + ID, Optional.empty()).status())
        .isEqualTo(200);
    assertThat(announced).extracting(Job::status).containsExactly(JobStatus.CANCELLED);
  }

  @Test
  void aRunningJobIsAskedToStopAtOnce() {
    store.put(FakeStore.processing(false));
    var response = handle("DELETE", "/api/v1/requests/" + ID, Optional.empty());
    assertThat(response.status()).isEqualTo(202);
    assertThat(cancelled).containsExactly(FakeStore.ID);
    assertThat(announced).isEmpty();
  }

  @Test
  void aFinishedJobCannotBeCancelled() {
    store.put(completed("text/plain", Bytes.utf8("x")));
    var response = handle("DELETE", "/api/v1/requests/" + ID, Optional.empty());
    assertThat(response.status()).isEqualTo(409);
    assertThat(response.body().toUtf8()).contains("/problems/not-cancellable", "COMPLETED");
  }

  @Test
  void otherMethodsAreToldWhatIsTaken() {
    assertThat(handle("POST", "/api/v1/status/" + ID, Optional.empty()).headers().first("Allow"))
        .contains("GET, HEAD, OPTIONS");
    assertThat(handle("GET", "/api/v1/requests/" + ID, Optional.empty()).headers().first("Allow"))
        .contains("DELETE, OPTIONS");
    assertThat(get("/api/v1/status/").status()).isEqualTo(404);
    assertThat(get("/api/v1/response//body").status()).isEqualTo(404);
  }

  private static Job completed(String type, Bytes body) {
    return FakeStore.ended(
        new Ending.Completed(new Result(200, Headers.of("Content-Type", type), Body.of(body))));
  }

  private ApiResponse get(String path, String... headers) {
    return handle("GET", path, Optional.empty(), headers);
  }

  private ApiResponse handle(
      String method, String path, Optional<String> query, String... headers) {
    try {
      var request = new ApiRequest(method, path, query, Headers.of(headers), Bytes.empty());
      var response = status.handle(request);
      CONFORMANCE.check(request, response);
      return response;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
