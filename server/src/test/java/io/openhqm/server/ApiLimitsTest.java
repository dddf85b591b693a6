package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is too much is refused in words, and the server goes on. */
class ApiLimitsTest {
  private static final String CONFIG =
      """
      server: {host: 127.0.0.1, port: 0, max_body_size: 1000, max_header_size: 4096,
               max_waiting_requests: 2, max_wait_seconds: 30, admin: %s}
      queue: {type: memory}
      cache: {type: memory}
      """;

  @TempDir Path folder;

  @Test
  void headerFieldsBeyondTheLimitAre431() {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"))) {
      assertProblem(server.get("/health", "X-Large", "x".repeat(5000)), 431, "headers-too-large");
      var many = new String[400];
      for (int i = 0; i < many.length; i += 2) {
        many[i] = "X-" + i;
        many[i + 1] = "x".repeat(30);
      }
      var answer = server.get("/health", many);
      assertProblem(answer, 431, "headers-too-large");
      assertThat(answer.field("detail")).contains("4096").contains("server.max_header_size");
      server.requireHealthy();
    }
  }

  /** With their names and line ends, as they come over the wire. */
  @ParameterizedTest
  @CsvSource({"4095, 200", "4096, 200", "4097, 431"})
  void headerFieldsMayBeSoLarge(int size, int status) {
    int framing = "Host: localhost\r\nX: \r\n".length();
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"))) {
      assertThat(server.get("/health", "X", "x".repeat(size - framing)).status()).isEqualTo(status);
      server.requireHealthy();
    }
  }

  @Test
  void aBodyBeyondTheLimitIs413HoweverItIsSent() throws IOException {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"))) {
      assertProblem(server.submit("\"" + "x".repeat(999) + "\""), 413, "body-too-large");
      assertThat(server.submit(" ".repeat(986) + "{\"payload\":1}").status()).isEqualTo(202);
      try (var wire = new Wire(server.port())) {
        String chunk = "320\r\n" + "x".repeat(800) + "\r\n";
        wire.write(
            ("POST /proxy/x/y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunk
                    + chunk
                    + "0\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        var answer = wire.read(false).orElseThrow();
        assertThat(answer.response().status()).isEqualTo(413);
        assertThat(answer.response().body().toUtf8()).contains("/problems/body-too-large");
        assertThat(wire.read(false)).as("one answer to one request").isEmpty();
      }
      server.requireHealthy();
    }
  }

  @Test
  void aLyingLengthStoresNothing() throws IOException {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"))) {
      try (var wire = new Wire(server.port())) {
        wire.write(
            ("POST /api/v1/submit HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 500\r\n\r\n{\"payload\": 1}")
                .getBytes(StandardCharsets.ISO_8859_1));
        wire.endOutput();
        wire.read(false);
      }
      assertThat(server.get("/metrics").text()).doesNotContain("openhqm_jobs_accepted_total{");
      server.requireHealthy();
    }
  }

  @Test
  void moreRequestsInWorkThanAllowedAre503AndOperatorsStillGetIn() throws Exception {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"));
        var first = new Wire(server.port());
        var second = new Wire(server.port())) {
      for (var wire : List.of(first, second)) {
        wire.write(
            "POST /api/v1/submit HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
      }
      awaitInFlight(server, "/api/v1/submit", 2);
      var refused = server.submit("{\"payload\": 1}");
      assertProblem(refused, 503, "overloaded");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
      assertThat(server.get("/health").status()).isEqualTo(200);

      // An answer is counted once it is sent, as the time that it took is.
      Awaitility.await().until(() -> server.get("/metrics").text().contains("status=\"503\""));
    }
  }

  @Test
  void withMoreThanHalfAsManyInWorkNobodyWaits() throws Exception {
    String config =
        CONFIG.formatted("any").replace("max_waiting_requests: 2", "max_waiting_requests: 4");
    try (var server = RunningServer.start(folder, config);
        var waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      String later = "{\"payload\": 1, \"metadata\": {\"delay\": 600}}";
      String id = server.submit(later).id();
      for (int i = 1; i <= 2; i++) {
        waiting.submit(() -> server.get("/api/v1/response/" + id, "Prefer", "wait=30"));
        awaitInFlight(server, "/api/v1/response/{id}", i);
      }
      for (var answer :
          List.of(
              server.get("/api/v1/response/" + id, "Prefer", "wait=30"),
              server.submit(later, "Prefer", "wait=30"))) {
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.response().headers().has("Preference-Applied")).isFalse();
      }
      waiting.shutdownNow();
    }
  }

  @Test
  void moreJobsThanMayWaitAre503UntilThereIsRoomAgain() {
    String config =
        """
        server: {host: 127.0.0.1, port: 0}
        queue: {type: embedded, embedded_path: jobs.db, max_backlog: 1}
        cache: {type: embedded}
        """;
    try (var server = RunningServer.start(folder, config)) {
      String id = server.submit("{\"payload\": 1, \"metadata\": {\"delay\": 600}}").id();

      var refused = server.submit("{\"payload\": 1}");
      assertProblem(refused, 503, "queue-unavailable");
      assertThat(refused.field("detail")).contains("queue.max_backlog");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();

      assertThat(server.send("DELETE", "/api/v1/requests/" + id, new byte[0]).status())
          .isEqualTo(202);
      server.requireHealthy();
    }
  }

  private static void awaitInFlight(RunningServer server, String endpoint, int requests) {
    String line = "openhqm_api_requests_in_flight{endpoint=\"" + endpoint + "\"} " + requests;
    Awaitility.await().until(() -> server.get("/metrics").text().contains(line));
  }

  @Test
  void aConnectionBeyondTheLimitIs503AndOperatorsStillGetIn() throws Exception {
    String config = CONFIG.formatted("any").replace("port: 0,", "port: 0, max_connections: 2,");
    try (var server = RunningServer.start(folder, config)) {
      try (var first = new Wire(server.port());
          var second = new Wire(server.port())) {
        for (var wire : List.of(first, second)) {
          assertThat(answerTo(wire, "GET /api/v1/status/x").response().status()).isEqualTo(404);
        }
        var refused = server.submit("{\"payload\": 1}");
        assertProblem(refused, 503, "overloaded");
        assertThat(refused.field("detail")).contains("2").contains("server.max_connections");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        assertThat(refused.closes()).isTrue();
        assertThat(server.get("/health/live").status()).isEqualTo(200);
        assertThat(server.get("/metrics").text())
            .contains(
                "openhqm_requests_total{endpoint=\"other\",method=\"OTHER\",status=\"503\"} 1");
        assertThat(answerTo(second, "GET /api/v1/status/x").response().status()).isEqualTo(404);
      }
      Awaitility.await().until(() -> server.submit("{\"payload\": 1}").status() == 202);
    }
  }

  private static Wire.Answer answerTo(Wire wire, String request) throws IOException {
    wire.write((request + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    return wire.read(false).orElseThrow();
  }

  @Test
  void whoAsksToCloseIsHungUpOn() throws IOException {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"));
        var wire = new Wire(server.port())) {
      wire.readTimeout(5_000);
      wire.write(
          "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(wire.read(false).orElseThrow().response().status()).isEqualTo(200);
      assertThat(wire.read(false)).as("what follows is no request (RFC 9112 §9.6)").isEmpty();
    }
  }

  @Test
  void aRefusalOfHeadHasNoBodyEither() throws IOException {
    try (var server = RunningServer.start(folder, CONFIG.formatted("any"))) {
      for (String fields :
          List.of(
              "X-Large: " + "x".repeat(5000),
              "Content-Length: 5000",
              "Content-Length: x",
              "Transfer-Encoding: chunked\r\n\r\n" + "3e9\r\n" + "x".repeat(1001))) {
        try (var wire = new Wire(server.port())) {
          wire.write(
              ("HEAD /proxy/x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
          assertThat(wire.read(true).orElseThrow().response().status()).isBetween(400, 431);
          assertThat(wire.read(true)).as(fields.substring(0, 15)).isEmpty();
        }
      }
    }
  }

  @Test
  void deadLettersAreNotThereWhereTheyAreSwitchedOff() {
    try (var server = RunningServer.start(folder, CONFIG.formatted("\"off\""))) {
      assertProblem(server.get("/api/v1/dead-letters"), 404, "not-found");
    }
  }

  @Test
  void anHttp2ConnectionBeyondTheLimitIsToldThatNothingWasDone() throws Exception {
    String config = CONFIG.formatted("any").replace("port: 0,", "port: 0, max_connections: 1,");
    try (var server = RunningServer.start(folder, config);
        var first = new Wire(server.port());
        var socket = new Socket("127.0.0.1", server.port())) {
      answerTo(first, "GET /api/v1/status/x");
      socket.setSoTimeout(10_000);
      byte[] settings = new byte[9];
      settings[3] = 4;
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(settings);

      var in = new DataInputStream(socket.getInputStream());
      assertThat(in.readNBytes(9)).as("SETTINGS").isEqualTo(settings);
      assertThat(in.readInt()).as("8 bytes of GOAWAY").isEqualTo(8 << 8 | 7);
      in.skipNBytes(5);
      assertThat(in.readInt()).as("no stream was worked on").isZero();
      assertThat(in.readInt()).as("ENHANCE_YOUR_CALM").isEqualTo(0xb);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void metricsAreNotThereWhereTheyAreSwitchedOff() {
    String config = CONFIG.formatted("any") + "monitoring: {metrics_enabled: false}\n";
    try (var server = RunningServer.start(folder, config)) {
      assertProblem(server.get("/metrics"), 404, "not-found");
    }
  }
}
