package io.openhqm.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Result;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.tck.OpenApiConformance;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every answer that the OpenAPI document describes can be had, and fits what it says. */
class DescribedAnswersTest {
  private static final Ending ANSWERED =
      new Ending.Completed(
          new Result(201, Headers.of("Content-Type", "image/png"), Body.of(Bytes.utf8("x"))));

  private final OpenApiConformance conformance = new OpenApiConformance();

  @Test
  void ofSubmit() {
    reachAll("POST", "/api/v1/submit", Bytes.utf8("{\"payload\":1}"));
    send(new Fixture(), "OPTIONS", "/api/v1/submit", Bytes.empty());
    send(new Fixture(), "GET", "/api/v1/submit", Bytes.empty());
    send(new Fixture(), "POST", "/api/v1/submit", Bytes.utf8("{"));
    send(
        new Fixture(),
        "POST",
        "/api/v1/submit",
        Bytes.utf8("{\"payload\":1}"),
        "Content-Type",
        "text/plain");

    var expected = conformance.described("/api/v1/submit");
    expected.removeIf(answer -> answer.matches(".* (408|431)")); // the server's own
    expected.remove("POST /api/v1/submit 405"); // is the answer to the other methods
    assertThat(conformance.seen()).isEqualTo(expected);
  }

  @Test
  void ofTheIngress() {
    for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
      reachAll(method, "/proxy/orders", Bytes.utf8("x"));
      reachAll(method, "/proxy/orders/a/b", Bytes.utf8("x"));
      send(new Fixture(), method, "/proxy/orders/..", Bytes.empty());
      send(new Fixture(), method, "/proxy/%zz", Bytes.empty());
    }
    var expected = conformance.described("/proxy/");
    expected.removeIf(answer -> answer.matches(".* (408|431)"));
    assertThat(conformance.seen()).isEqualTo(expected);
  }

  private void reachAll(String method, String path, Bytes body) {
    assertThat(send(new Fixture(), method, path, body)).isEqualTo(202);
    assertThat(send(new Fixture(), method, path, body, "Prefer", "return=minimal, respond-async"))
        .isEqualTo(202);
    assertThat(send(ending(ANSWERED), method, path, body, "Prefer", "wait=1")).isEqualTo(200);
    assertThat(
            send(ending(ANSWERED), method, path, body, "Prefer", "wait=1", "Accept", "image/png"))
        .isEqualTo(201);
    assertThat(
            send(
                ending(new Ending.Failed("no")),
                method,
                path,
                body,
                "Prefer",
                "wait=1",
                "Accept",
                "a/b"))
        .isEqualTo(502);
    assertThat(
            send(
                ending(new Ending.TimedOut("no")),
                method,
                path,
                body,
                "Prefer",
                "wait=1",
                "Accept",
                "a/b"))
        .isEqualTo(504);
    assertThat(
            send(
                ending(new Ending.Cancelled()),
                method,
                path,
                body,
                "Prefer",
                "wait=1",
                "Accept",
                "a/b"))
        .isEqualTo(410);
    assertThat(send(new Fixture(), method, path, body, "Idempotency-Key", "")).isEqualTo(400);
    var used = new Fixture();
    send(used, method, path, body, "Idempotency-Key", "k");
    send(used, method, path, body, "Idempotency-Key", "k");
    var mismatch =
        new ApiRequest(
            method,
            path,
            Optional.of("other=1"),
            Fixture.jsonHeaders("Idempotency-Key", "k"),
            body);
    assertThat(used.handle(mismatch).status()).isEqualTo(422);
    var large = Bytes.utf8("{\"payload\":\"" + "x".repeat(100_000) + "\"}");
    assertThat(send(new Fixture(), method, path, large)).isEqualTo(413);
    var down = new Fixture();
    down.engine.storeIsDown = true;
    assertThat(send(down, method, path, body)).isEqualTo(503);
    var broken = new Fixture();
    broken.engine.isBroken = true;
    assertThat(send(broken, method, path, body)).isEqualTo(500);
    assertThat(broken.troubles).hasSize(1);
  }

  private static Fixture ending(Ending ending) {
    var fixture = new Fixture();
    fixture.engine.whileWaiting = job -> FakeEngine.ended(job, ending);
    return fixture;
  }

  private int send(Fixture fixture, String method, String path, Bytes body, String... headers) {
    fixture.conformance = conformance;
    var response =
        fixture.handle(
            new ApiRequest(method, path, Optional.empty(), Fixture.jsonHeaders(headers), body));
    assertThat(response.body().toUtf8()).doesNotContain("secret");
    return response.status();
  }
}
