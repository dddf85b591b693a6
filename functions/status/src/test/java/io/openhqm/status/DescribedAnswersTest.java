package io.openhqm.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Result;
import io.openhqm.core.Telemetry;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.tck.OpenApiConformance;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every answer that the OpenAPI document describes can be had, and fits what it says. */
class DescribedAnswersTest {
  private static final String ID = FakeStore.ID.toString();
  private static final Ending ANSWERED =
      new Ending.Completed(
          new Result(404, Headers.of("Content-Type", "image/png"), Body.of(Bytes.utf8("x"))));

  private final OpenApiConformance conformance = new OpenApiConformance();
  private Instant now = FakeStore.SUBMITTED.plusSeconds(2);

  @Test
  void ofStatus() throws InterruptedException {
    for (String method : List.of("GET", "HEAD")) {
      reachAll(method, "/api/v1/status/");
      String tag =
          send(stored(FakeStore.pending()), method, "/api/v1/status/" + ID, "")
              .headers()
              .first("ETag")
              .orElseThrow();
      send(stored(FakeStore.pending()), method, "/api/v1/status/" + ID, "", "If-None-Match", tag);
      send(
          stored(FakeStore.retrying(now.plusSeconds(9), "no")), method, "/api/v1/status/" + ID, "");
      send(stored(FakeStore.processing(true)), method, "/api/v1/status/" + ID, "");
      send(stored(FakeStore.ended(ANSWERED)), method, "/api/v1/status/" + ID, "redirect=true");
      send(
          stored(FakeStore.pending()),
          method,
          "/api/v1/status/" + ID,
          "",
          "Prefer",
          "handling=strict, x");
    }
    send(new FakeStore(), "OPTIONS", "/api/v1/status/" + ID, "");
    assertReached("/api/v1/status/", Set.of());
  }

  @Test
  void ofResponse() throws InterruptedException {
    for (String method : List.of("GET", "HEAD")) {
      for (String suffix : List.of("", "/body")) {
        reachAll(method, "/api/v1/response/", suffix);
        send(
            stored(FakeStore.pending()),
            method,
            "/api/v1/response/" + ID + suffix,
            "",
            "Prefer",
            "handling=strict, x");
        for (var ending :
            List.of(
                ANSWERED,
                new Ending.Failed("a"),
                new Ending.TimedOut("a"),
                new Ending.Cancelled())) {
          send(stored(FakeStore.ended(ending)), method, "/api/v1/response/" + ID + suffix, "");
          send(
              stored(FakeStore.ended(ending)),
              method,
              "/api/v1/response/" + ID + suffix,
              "",
              "Accept",
              "a/b");
        }
      }
    }
    send(new FakeStore(), "OPTIONS", "/api/v1/response/" + ID, "");
    send(new FakeStore(), "OPTIONS", "/api/v1/response/" + ID + "/body", "");
    assertReached("/api/v1/response/", Set.of());
  }

  @Test
  void ofCancel() throws InterruptedException {
    reachAll("DELETE", "/api/v1/requests/");
    send(stored(FakeStore.processing(false)), "DELETE", "/api/v1/requests/" + ID, "");
    send(stored(FakeStore.ended(new Ending.Cancelled())), "DELETE", "/api/v1/requests/" + ID, "");
    send(stored(FakeStore.ended(ANSWERED)), "DELETE", "/api/v1/requests/" + ID, "");
    send(new FakeStore(), "OPTIONS", "/api/v1/requests/" + ID, "");
    // Nothing in a DELETE can be malformed: a wrong id is unknown.
    assertReached("/api/v1/requests/", Set.of("DELETE /api/v1/requests/{id} 400"));
  }

  private void reachAll(String method, String path) throws InterruptedException {
    reachAll(method, path, "");
  }

  private void reachAll(String method, String path, String suffix) throws InterruptedException {
    send(stored(FakeStore.pending()), method, path + ID + suffix, "");
    send(new FakeStore(), method, path + ID + suffix, "");
    now = now.plusSeconds(10_000);
    send(stored(FakeStore.ended(ANSWERED)), method, path + ID + suffix, "");
    now = now.minusSeconds(10_000);
    var down = new FakeStore();
    down.isDown = true;
    send(down, method, path + ID + suffix, "");
    var broken = new FakeStore();
    broken.isBroken = true;
    send(broken, method, path + ID + suffix, "");
    send(new FakeStore(), "POST", path + ID + suffix, "");
  }

  private void assertReached(String prefix, Set<String> unreachable) {
    var expected = new TreeSet<>(conformance.described(prefix));
    expected.removeIf(
        answer ->
            answer.endsWith("431")
                || answer.endsWith("405")); // the server's own; the answer to other methods
    expected.removeAll(unreachable);
    assertThat(conformance.seen()).isEqualTo(expected);
  }

  private static FakeStore stored(Job job) {
    var store = new FakeStore();
    store.put(job);
    return store;
  }

  private io.openhqm.core.api.ApiResponse send(
      FakeStore store, String method, String path, String query, String... headers)
      throws InterruptedException {
    var status =
        new Status(
            Status.Settings.defaults(),
            new Status.Ports(
                store,
                ClaimCheck.unlimited(),
                id -> {},
                Optional.empty(),
                () -> now,
                Telemetry.NONE));
    var request =
        new ApiRequest(method, path, Optional.of(query), Headers.of(headers), Bytes.empty());
    var response = status.handle(request);
    conformance.check(request, response);
    return response;
  }
}
