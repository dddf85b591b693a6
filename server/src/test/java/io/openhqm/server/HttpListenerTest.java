package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listener over an API of the test's. */
@Timeout(20)
class HttpListenerTest {
  private static final int BODY_BYTES_MAX = 400_000;
  private static final int LARGE_BODIES_BYTES_MAX = 500_000;

  private final Metrics metrics = new Metrics("orders");

  private HttpListener start(ApiFunction api) {
    return start(api, Duration.ofSeconds(30));
  }

  private HttpListener start(ApiFunction api, Duration bodyTimeMax) {
    var settings =
        new HttpListener.Settings(
            "127.0.0.1",
            0,
            BODY_BYTES_MAX,
            bodyTimeMax,
            LARGE_BODIES_BYTES_MAX,
            8_192,
            20,
            10,
            caller -> false);
    var listener = new HttpListener(settings, api, metrics, metrics, () -> {});
    listener.start();
    return listener;
  }

  private static ApiRequest get(String path) {
    return new ApiRequest("GET", path, Optional.empty(), Headers.none(), Bytes.empty());
  }

  @Test
  void anErrorIsOursNotTheClientsAndCounted() {
    try (var listener =
        start(
            request -> {
              throw new LinkageError("a defect that only the log may tell of");
            })) {
      var answer = Wire.send(listener.port(), get("/api/v1/status/x"));

      assertProblem(answer, 500, "internal");
      assertThat(answer.text()).doesNotContain("a defect");
      assertThat(metrics.scrape()).contains("openhqm_trouble_total{type=\"LinkageError\"} 1");
    }
  }

  private static ApiResponse sizeOf(ApiRequest request) {
    return ApiResponse.json(200, Bytes.utf8(Integer.toString(request.body().length())));
  }

  private static byte[] head(String fields) {
    return ("POST /api/v1/submit HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Whatever it sends, it sends a byte now and then, which is no reason to wait for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3e8;x="
      })
  void aBodyThatTricklesIs408AndTheConnectionEnds(String start) throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf, Duration.ofMillis(300));
        var wire = new Wire(listener.port())) {
      var trickle =
          Thread.startVirtualThread(
              () -> {
                try {
                  wire.write(
                      ("POST /api/v1/submit HTTP/1.1\r\nHost: a\r\n" + start)
                          .getBytes(StandardCharsets.US_ASCII));
                  while (!Thread.interrupted()) {
                    wire.write(new byte[] {'x'});
                    Thread.sleep(Duration.ofMillis(50));
                  }
                } catch (IOException | InterruptedException refused) {
                  Thread.currentThread().interrupt();
                }
              });
      var answer = wire.read(false).orElseThrow();
      trickle.interrupt();

      assertThat(answer.response().status()).isEqualTo(408);
      assertThat(answer.response().body().toUtf8()).contains("/problems/request-timeout");
      assertThat(answer.closes()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1000\r\n\r\n",
        "Content-Length: 1000\r\n\r\nthe beginning",
        "Transfer-Encoding: chunked\r\n\r\n3e8\r\nthe beginning"
      })
  void aBodyThatStopsIs408OnceAndTheConnectionEnds(String start) throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf, Duration.ofMillis(300));
        var wire = new Wire(listener.port())) {
      wire.write(
          ("POST /api/v1/submit HTTP/1.1\r\nHost: a\r\n" + start)
              .getBytes(StandardCharsets.US_ASCII));
      var answer = wire.read(false).orElseThrow();

      assertThat(answer.response().status()).isEqualTo(408);
      assertThat(answer.response().body().toUtf8()).contains("/problems/request-timeout");
      assertThat(answer.closes()).isTrue();
      assertThat(wire.read(false)).isEmpty();
      awaitInWork(0);
      assertThat(metrics.scrape()).contains("status=\"408\"");
    }
  }

  @Test
  void overHttp2ABodyThatStopsIs408AndTheOthersGoOn() throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf, Duration.ofMillis(300));
        var socket = overHttp2(listener)) {
      var out = socket.getOutputStream();
      out.write(postOverHttp2(1));
      readUntil(socket, "/problems/request-timeout");

      out.write(postOverHttp2(3));
      out.write(BadFrames.frame(BadFrames.DATA, BadFrames.END_STREAM, 3, new byte[12_345]));
      readUntil(socket, "12345");
    }
  }

  @Test
  void overHttp2ABodyThatNeverEndsEndsItsConnectionAndNoOther() throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf, Duration.ofMillis(300));
        var socket = overHttp2(listener)) {
      var out = socket.getOutputStream();
      out.write(postOverHttp2(1));
      readUntil(socket, "/problems/request-timeout");
      for (int i = 0; i < 100; i++) {
        out.write(BadFrames.frame(BadFrames.DATA, 0, 1, new byte[1]));
      }

      assertThatItEnds(socket);
      assertThatAnotherIsServed(listener);
    }
  }

  @Test
  void overHttp2ABodyThatWasRefusedUnreadHoldsNothingForLong() throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf, Duration.ofMillis(300));
        var socket = overHttp2(listener)) {
      socket
          .getOutputStream()
          .write(postOverHttp2(1, BadFrames.field("content-length", "1000000000")));
      readUntil(socket, "/problems/body-too-large");

      assertThatItEnds(socket);
      awaitInWork(0);
      assertThatAnotherIsServed(listener);
    }
  }

  private static Socket overHttp2(HttpListener listener) throws IOException {
    var socket = new Socket("127.0.0.1", listener.port());
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(BadFrames.PREFACE.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(BadFrames.frame(BadFrames.SETTINGS, 0, 0, new byte[0]));
    return socket;
  }

  private static void assertThatItEnds(Socket socket) throws IOException {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  private static void assertThatAnotherIsServed(HttpListener listener) throws IOException {
    try (var another = overHttp2(listener)) {
      another.getOutputStream().write(postOverHttp2(1));
      another
          .getOutputStream()
          .write(BadFrames.frame(BadFrames.DATA, BadFrames.END_STREAM, 1, new byte[12_345]));
      readUntil(another, "12345");
    }
  }

  private static byte[] postOverHttp2(int stream, byte[]... fields) {
    var block = new ByteArrayOutputStream();
    block.writeBytes(BadFrames.field(":method", "POST"));
    block.writeBytes(BadFrames.field(":scheme", "http"));
    block.writeBytes(BadFrames.field(":path", "/api/v1/submit"));
    block.writeBytes(BadFrames.field(":authority", "a"));
    for (byte[] field : fields) {
      block.writeBytes(field);
    }
    return BadFrames.frame(BadFrames.HEADERS, BadFrames.END_HEADERS, stream, block.toByteArray());
  }

  private static void readUntil(Socket socket, String text) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as(seen.toString()).isNotEqualTo(-1);
      seen.append((char) next);
    }
  }

  @Test
  void aLineOfAChunkHasAnEnd() throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf);
        var wire = new Wire(listener.port())) {
      wire.write(head("Transfer-Encoding: chunked"));
      awaitInWork(1);
      byte[] line = new byte[2 * BODY_BYTES_MAX + 65_537];
      Arrays.fill(line, (byte) 'x');
      line[0] = '1';
      line[1] = ';';
      wire.write(line); // and not a byte more: what is not read would undo the answer

      assertThat(wire.read(false).orElseThrow().response().status()).isEqualTo(413);
    }
  }

  @Test
  void largeBodiesShareTheirMemoryAndSmallOnesNeedNone() throws Exception {
    try (var listener = start(HttpListenerTest::sizeOf);
        var claims = new Wire(listener.port());
        var refused = new Wire(listener.port());
        var grows = new Wire(listener.port())) {
      claims.write(head("Content-Length: 300000"));
      claims.write(new byte[10]);
      awaitInWork(1);

      refused.write(head("Content-Length: 300000"));
      var refusal = refused.read(false).orElseThrow();
      assertThat(refusal.response().status()).isEqualTo(503);
      assertThat(refusal.response().body().toUtf8()).contains("/problems/overloaded");
      assertThat(refusal.response().headers().has("Retry-After")).isTrue();
      assertThat(refusal.closes()).isTrue();
      assertThat(Wire.send(listener.port(), post(65_536)).text()).isEqualTo("65536");
      assertThat(Wire.send(listener.port(), post(180_000)).text()).isEqualTo("180000");

      grows.write(head("Transfer-Encoding: chunked"));
      grows.write("493e0\r\n".getBytes(StandardCharsets.US_ASCII));
      grows.write(new byte[210_000]);
      assertThat(grows.read(false).orElseThrow().response().status()).isEqualTo(503);

      claims.write(new byte[299_990]);
      assertThat(claims.read(false).orElseThrow().response().body().toUtf8()).isEqualTo("300000");
      assertThat(Wire.send(listener.port(), post(400_000)).text()).isEqualTo("400000");
    }
  }

  private static ApiRequest post(int bytes) {
    return new ApiRequest(
        "POST", "/api/v1/submit", Optional.empty(), Headers.none(), Bytes.wrap(new byte[bytes]));
  }

  private void awaitInWork(int requests) {
    String line = "openhqm_api_requests_in_flight{endpoint=\"/api/v1/submit\"} " + requests;
    Awaitility.await().until(() -> metrics.scrape().contains(line));
  }
}
