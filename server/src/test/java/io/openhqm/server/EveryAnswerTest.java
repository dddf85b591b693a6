package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Telemetry;
import io.openhqm.server.FaultyEngineProvider.Fault;
import io.openhqm.server.OpenHqmServer.Mode;
import io.openhqm.tck.OpenApiConformance;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each answer of each operation that the OpenAPI document describes comes over the wire. */
class EveryAnswerTest {
  private static final String UNKNOWN = "0199c0de-0000-7000-8000-000000000000";
  private static final String[] NO_JSON = {"Accept", "image/png", "Prefer", "wait=5"};

  /** What does not, and why. */
  private static final Map<String, String> NOT_OVER_THE_WIRE =
      Map.of(
          ".* 408", "is the answer to a body that takes a minute: see HttpListenerTest",
          ".* 405", "is the answer to the methods that are not described: see othersMethods",
          "POST /api/v1/dead-letters/\\{id}/redrive 410",
              "needs a blob store that lost what it kept: see DeadLetterAdminTest");

  private final OpenApiConformance conformance = new OpenApiConformance();
  private final ShiftedClock clock = new ShiftedClock();
  @TempDir Path folder;

  @AfterEach
  void mend() {
    FaultyEngineProvider.fault = Fault.NONE;
  }

  @Test
  void everyAnswerThatIsDescribedIsGiven() {
    try (var backend = new TestBackend();
        var server = RunningServer.start(folder, config(backend), Mode.ALL, clock)) {
      submissions(server);
      jobs(server);
      deadLetters(server);
      operators(server);
      everyOperation(server, "X-Large", "x".repeat(9_000)); // 431
      notHttp(server);
      othersMethods(server);
      FaultyEngineProvider.fault = Fault.DOWN;
      everyOperation(server);
      FaultyEngineProvider.fault = Fault.BROKEN;
      everyOperation(server);
      FaultyEngineProvider.fault = Fault.NONE;
    }
    withoutMetrics();
    forOperatorsOnly();

    var missing = new TreeSet<>(conformance.described("/"));
    missing.removeAll(conformance.seen());
    assertThat(missing).allMatch(EveryAnswerTest::isExcused);
    assertThat(conformance.seen()).noneMatch(EveryAnswerTest::isExcused);
  }

  private static boolean isExcused(String answer) {
    return NOT_OVER_THE_WIRE.keySet().stream().anyMatch(answer::matches);
  }

  private static String config(TestBackend backend) {
    return """
    server: {host: 127.0.0.1, port: 0, max_body_size: 2000, max_header_size: 8192}
    queue: {type: faulty}
    cache: {type: faulty, ttl_seconds: 600}
    worker: {max_retries: 0}
    proxy:
      enabled: true
      default_endpoint: backend
      endpoints:
        backend: {url: "%s"}
        gone: {url: "http://127.0.0.1:1/"}
        slow: {url: "%s/hold", timeout: 0.1}
    """
        .formatted(backend.url(), backend.url());
  }

  private Exchange send(
      RunningServer server, String method, String target, String body, String... headers) {
    var exchange = server.send(method, target, body.getBytes(StandardCharsets.UTF_8), headers);
    conformance.check(exchange.request(), exchange.response());
    return exchange;
  }

  private Exchange submit(RunningServer server, String metadata, String... headers) {
    var exchange = server.submit("{\"payload\": 1, \"metadata\": {" + metadata + "}}", headers);
    conformance.check(exchange.request(), exchange.response());
    return exchange;
  }

  private void submissions(RunningServer server) {
    submit(server, "");
    submit(server, "", "Prefer", "wait=5");
    for (String endpoint : List.of("backend", "gone", "slow")) {
      submit(server, "\"endpoint\": \"" + endpoint + "\"", NO_JSON);
    }
    submit(server, "\"endpoint\": \"nowhere\"");
    submit(server, "\"x\": \"" + "x".repeat(2_000) + "\"");
    submit(server, "", "Content-Encoding", "gzip");
    String[] keyed = {"Accept", "image/png", "Idempotency-Key", "submit"};
    cancel(server, submit(server, "\"delay\": 600", keyed).id());
    submit(
        server, "\"delay\": 600", "Idempotency-Key", "submit", "Accept", "a/b", "Prefer", "wait=5");

    for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
      for (String path : List.of("", "/a/b")) {
        send(server, method, "/proxy/backend" + path, "x");
        send(server, method, "/proxy/backend" + path, "x", "Prefer", "wait=5");
        for (String endpoint : List.of("backend", "gone", "nowhere")) {
          send(server, method, "/proxy/" + endpoint + path, "x", NO_JSON);
        }
        send(server, method, "/proxy/slow" + (path.isEmpty() ? "" : "/a/hold"), "x", NO_JSON);
        send(server, method, "/proxy/backend" + path, "x".repeat(2_001));
        String key = UUID.randomUUID().toString();
        String[] delayed = {
          "Accept", "image/png", "X-OpenHQM-Delay", "600", "Idempotency-Key", key, "Prefer", ""
        };
        cancel(server, send(server, method, "/proxy/backend" + path, "x", delayed));
        delayed[7] = "wait=5";
        send(server, method, "/proxy/backend" + path, "x", delayed);
      }
    }
  }

  /** By its field, as an answer to HEAD has nothing else. */
  private void cancel(RunningServer server, Exchange accepted) {
    cancel(server, accepted.header("X-Correlation-ID"));
  }

  private void cancel(RunningServer server, String id) {
    assertThat(send(server, "DELETE", "/api/v1/requests/" + id, "").status()).isEqualTo(202);
  }

  private void jobs(RunningServer server) {
    String done = submit(server, "").id();
    String gone = submit(server, "\"endpoint\": \"gone\"").id();
    String slow = submit(server, "\"endpoint\": \"slow\"").id();
    List.of(done, gone, slow).forEach(server::finished);
    String waiting = submit(server, "\"delay\": 6000").id();
    String cancelled = submit(server, "\"delay\": 6000").id();
    cancel(server, cancelled);
    for (String id : List.of(done, gone, slow, waiting, cancelled, UNKNOWN)) {
      for (String method : List.of("GET", "HEAD")) {
        send(server, method, "/api/v1/status/" + id + "?redirect=true", "");
        for (String path : List.of("/api/v1/status/", "/api/v1/response/")) {
          send(server, method, path + id, "");
          send(server, method, path + id, "", "If-None-Match", "*");
          send(server, method, path + id, "", "Accept", "image/png");
        }
        send(server, method, "/api/v1/response/" + id + "/body", "");
      }
      if (!id.equals(waiting)) {
        send(server, "DELETE", "/api/v1/requests/" + id, "");
      }
    }
    clock.advance(Duration.ofSeconds(601));
    for (String method : List.of("GET", "HEAD")) {
      send(server, method, "/api/v1/status/" + done, "");
      send(server, method, "/api/v1/response/" + done, "");
      send(server, method, "/api/v1/response/" + done + "/body", "");
    }
    send(server, "DELETE", "/api/v1/requests/" + done, "");
  }

  private void deadLetters(RunningServer server) {
    String id = submit(server, "\"endpoint\": \"gone\"").id();
    String path = "/api/v1/dead-letters/" + id;
    Awaitility.await().until(() -> send(server, "GET", path, "").status() == 200);
    send(server, "HEAD", path, "");
    for (String method : List.of("GET", "HEAD")) {
      send(server, method, "/api/v1/dead-letters", "");
      send(server, method, "/api/v1/dead-letters/" + UNKNOWN, "");
    }
    send(server, "POST", path + "/redrive", "");
    send(server, "POST", path + "/redrive", "");
    send(server, "DELETE", path, "");
    String other = submit(server, "\"endpoint\": \"gone\"").id();
    Awaitility.await()
        .until(() -> send(server, "DELETE", "/api/v1/dead-letters/" + other, "").status() == 204);
  }

  private void operators(RunningServer server) {
    for (String path :
        List.of("/health", "/health/live", "/health/ready", "/metrics", "/openapi.json")) {
      assertThat(send(server, "GET", path, "").status()).isEqualTo(200);
      assertThat(send(server, "HEAD", path, "").status()).isEqualTo(200);
    }
  }

  private void everyOperation(RunningServer server, String... headers) {
    for (String operation : new TreeSet<>(operations())) {
      String method = operation.split(" ")[0];
      String path = target(operation.split(" ")[1]);
      if (operation.equals("POST /api/v1/submit")) {
        submit(server, "", headers);
      } else {
        send(server, method, path, path.startsWith("/proxy") ? "x" : "", headers);
      }
    }
  }

  private void notHttp(RunningServer server) {
    for (String answer : conformance.described("/")) {
      if (answer.endsWith(" 400")) {
        String target = target(answer.split(" ")[1]);
        var exchange = send(server, answer.split(" ")[0], target, "", "Content-Length", "x");
        assertProblem(exchange, 400, "bad-request");
      }
    }
  }

  private void othersMethods(RunningServer server) {
    for (String operation : operations()) {
      String path = target(operation.split(" ")[1]);
      if (!path.startsWith("/proxy")) {
        assertProblem(send(server, "PATCH", path, ""), 405, "method-not-allowed");
      }
    }
  }

  private List<String> operations() {
    var status = Pattern.compile(" [a-z0-9]+$");
    return conformance.described("/").stream()
        .map(answer -> status.matcher(answer).replaceFirst(""))
        .distinct()
        .toList();
  }

  private static String target(String template) {
    return template
        .replace("{id}", UNKNOWN)
        .replace("{endpoint}", "backend")
        .replace("{path}", "a");
  }

  private void withoutMetrics() {
    String config =
        "server: {host: 127.0.0.1, port: 0}\nqueue: {type: memory}\ncache: {type: memory}\n"
            + "monitoring: {metrics_enabled: false}\n";
    try (var server = RunningServer.start(folder, config)) {
      assertThat(send(server, "GET", "/metrics", "").status()).isEqualTo(404);
      assertThat(send(server, "HEAD", "/metrics", "").status()).isEqualTo(404);
    }
  }

  /** A caller from another machine cannot be had here, so it is taken for one. */
  private void forOperatorsOnly() {
    var settings =
        new HttpListener.Settings(
            "127.0.0.1", 0, 1_000, Duration.ofSeconds(10), 1_000, 8_192, 10, 10, caller -> false);
    var listener =
        new HttpListener(
            settings,
            request -> {
              throw new AssertionError("let in: " + request);
            },
            new Metrics("orders"),
            Telemetry.NONE,
            () -> {});
    listener.start();
    try {
      for (String operation : operations()) {
        if (operation.contains("/dead-letters") && !operation.startsWith("OPTIONS")) {
          var exchange =
              Wire.send(
                  listener.port(),
                  new io.openhqm.core.api.ApiRequest(
                      operation.split(" ")[0],
                      target(operation.split(" ")[1]),
                      java.util.Optional.empty(),
                      io.openhqm.core.Headers.none(),
                      io.openhqm.core.Bytes.empty()));
          conformance.check(exchange.request(), exchange.response());
          assertProblem(exchange, 403, "forbidden");
        }
      }
    } finally {
      listener.close();
    }
  }

  @Test
  void operatorsAreCallersOnThisMachine() throws Exception {
    for (String here : List.of("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1")) {
      assertThat(HttpListener.isLocal(new InetSocketAddress(here, 1))).as(here).isTrue();
    }
    for (String elsewhere : List.of("192.0.2.1", "0.0.0.0", "2001:db8::1", "::")) {
      assertThat(HttpListener.isLocal(new InetSocketAddress(elsewhere, 1))).as(elsewhere).isFalse();
    }
    assertThat(HttpListener.isLocal(InetSocketAddress.createUnresolved("localhost", 1))).isFalse();
    assertThat(HttpListener.isLocal(UnixDomainSocketAddress.of("socket"))).isFalse();
  }
}
