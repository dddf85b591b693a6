package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint.HttpVersion;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport;
import io.openhqm.worker.proxy.HttpTransport.Answer;
import io.openhqm.worker.proxy.HttpTransport.AnswerTooLargeException;
import io.openhqm.worker.proxy.HttpTransport.Request;
import io.openhqm.worker.proxy.OutboundGuard;
import io.openhqm.worker.proxy.SocketTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What backends do to a client, on each transport. */
@ParameterizedClass
@ValueSource(strings = {"Apache", "Socket"})
final class HttpTransportTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final long MAX = 100_000;
  private static final OutboundGuard GUARD = new OutboundGuard(List.of(), InstantSource.system());

  @Parameter String kind;
  private HttpTransport opened;

  private HttpTransport transport() {
    if (opened == null) {
      opened =
          kind.equals("Socket")
              ? new SocketTransport(LONG, GUARD, InstantSource.system())
              : new ApacheTransport(LONG, GUARD);
    }
    return opened;
  }

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private static Request request(String method, URI url, String body, String... headers) {
    return new Request(
        method,
        url,
        HttpVersion.HTTP_1_1,
        Headers.of(headers),
        Bytes.wrap(body.getBytes(StandardCharsets.ISO_8859_1)),
        MAX,
        bytes -> {});
  }

  private Answer get(HostileBackend backend) throws Exception {
    return transport().exchange(request("GET", backend.at("/x"), ""), LONG);
  }

  private static String text(Answer answer) {
    return new String(answer.body().toArray(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void bodiesComeAsTheyWereSentHoweverTheirEndIsTold() throws Exception {
    String bytes = "\u0000\u00ff\r\n\u001f\u008b";
    for (String head :
        List.of(
            "Content-Length: 6\r\n\r\n" + bytes,
            "Transfer-Encoding: chunked\r\n\r\n2\r\n\u0000\u00ff\r\n4\r\n\r\n\u001f\u008b\r\n0\r\n\r\n")) {
      try (var backend = HostileBackend.answering("HTTP/1.1 200 OK\r\n" + head)) {
        assertThat(text(get(backend))).isEqualTo(bytes);
      }
    }
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              out.write(("HTTP/1.1 200 OK\r\n\r\n" + bytes).getBytes(StandardCharsets.ISO_8859_1));
              return false;
            })) {
      assertThat(text(get(backend))).isEqualTo(bytes);
    }
  }

  /** One of which nothing tells the length takes room for as much as it may have. */
  @ParameterizedTest
  @CsvSource({
    "length, 65536, 0",
    "length, 65537, 65537",
    "chunks, 65536, 0",
    "chunks, 65537, 100000",
    "close, 65536, 0",
    "close, 65537, 100000",
    "close, 100000, 100000",
  })
  void aLargeAnswerTakesRoomOnceAndASmallOneNone(String framing, int length, long wanted)
      throws Exception {
    String head =
        switch (framing) {
          case "length" -> "Content-Length: " + length + "\r\n\r\n";
          case "chunks" -> "Transfer-Encoding: chunked\r\n\r\n1000\r\n" + "x".repeat(4096) + "\r\n";
          default -> "\r\n";
        };
    boolean chunked = framing.equals("chunks");
    String rest =
        chunked
            ? Integer.toHexString(length - 4096)
                + "\r\n"
                + "x".repeat(length - 4096)
                + "\r\n0\r\n\r\n"
            : "x".repeat(length);
    var taken = new ArrayList<Long>();
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              out.write(("HTTP/1.1 200 OK\r\n" + head + rest).getBytes(StandardCharsets.US_ASCII));
              return false;
            })) {
      var answer = transport().exchange(get(backend.at("/x"), taken::add), LONG);
      assertThat(text(answer)).isEqualTo("x".repeat(length));
    }
    assertThat(taken).isEqualTo(wanted == 0 ? List.of() : List.of(wanted));
  }

  private static Request get(URI url, HttpTransport.Room room) {
    return new Request("GET", url, HttpVersion.HTTP_1_1, Headers.none(), Bytes.empty(), MAX, room);
  }

  @Test
  void answersWithoutABodyEndAtTheirHead() throws Exception {
    try (var backend = HostileBackend.answering("HTTP/1.1 204 No Content\r\n\r\n")) {
      assertThat(get(backend).status()).isEqualTo(204);
    }
    try (var backend =
        HostileBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) {
      var answer = transport().exchange(request("HEAD", backend.at("/x"), ""), LONG);
      assertThat(answer.headers().first("Content-Length")).contains("1000");
      assertThat(answer.body().isEmpty()).isTrue();
    }
  }

  @Test
  void aBodyInAnswerToAHeadIsNotTakenForTheNextAnswer() throws Exception {
    String stray = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              String body = request.startsWith("HEAD ") ? stray : "ok";
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(body.length(), body)
                      .getBytes(StandardCharsets.ISO_8859_1));
              return true;
            })) {
      var answer = transport().exchange(request("HEAD", backend.at("/x"), ""), LONG);
      assertThat(answer.body().isEmpty()).isTrue();
      assertThat(text(get(backend))).isEqualTo("ok");
    }
  }

  @Test
  void whatNobodyAskedForIsNotTakenForTheNextAnswer() throws Exception {
    for (String first :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")) {
      String more = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
      try (var backend =
          HostileBackend.that(
              (request, out) -> {
                String answer =
                    request.startsWith("GET /first ")
                        ? first + more
                        : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                return true;
              })) {
        transport().exchange(request("GET", backend.at("/first"), ""), LONG);
        assertThat(text(get(backend))).as("%s", first).isEqualTo("next");
      }
    }
  }

  @Test
  void aRefusalThatComesBeforeTheWholeRequestWasSentIsTheAnswer() throws Exception {
    try (var backend =
        HostileBackend.refusing("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")) {
      for (int i = 0; i < 3; i++) {
        var answer =
            transport().exchange(request("POST", backend.at("/x"), "x".repeat(20_000_000)), LONG);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(text(answer)).isEqualTo("big");
      }
    }
  }

  @Test
  void answersWithoutABodyLeaveTheirConnectionForTheNextCall() throws Exception {
    try (var backend = HostileBackend.answering("HTTP/1.1 204 No Content\r\n\r\n")) {
      for (int i = 0; i < 3; i++) {
        assertThat(get(backend).status()).isEqualTo(204);
      }
      assertThat(backend.connections()).isEqualTo(1);
    }
  }

  @Test
  void fieldsAreSentAndTakenByteForByte() throws Exception {
    String value = "gr\u00c3\u00bcn \u0080\u009f \u00a0\u00ff";
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 200 OK\r\nX-Colour: " + value + "\r\nContent-Length: 0\r\n\r\n")) {
      var answer =
          transport().exchange(request("GET", backend.at("/x"), "", "X-Colour", value), LONG);
      assertThat(answer.headers().first("X-Colour")).contains(value);
      assertThat(backend.requests().getFirst()).contains("X-Colour: " + value + "\r\n");
    }
  }

  @Test
  void encodedBodiesAreNotDecodedAndNotAskedFor() throws Exception {
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")) {
      var answer = get(backend);
      assertThat(text(answer)).isEqualTo("abc");
      assertThat(answer.headers().first("Content-Encoding")).contains("gzip");
      assertThat(backend.requests().getFirst().toLowerCase(java.util.Locale.ROOT))
          .doesNotContain("accept-encoding")
          .doesNotContain("upgrade")
          .contains("user-agent: openhqm");
    }
  }

  @Test
  void statusesThatClientsLikeToActOnArePassedOn() throws Exception {
    for (String status :
        List.of("401 Unauthorized", "407 Proxy Authentication Required", "302 Found", "503 Busy")) {
      try (var backend =
          HostileBackend.answering(
              "HTTP/1.1 %s\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nno"
                  .formatted(status))) {
        var answer = get(backend);
        assertThat(answer.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(text(answer)).isEqualTo("no");
        assertThat(backend.requests()).hasSize(1);
      }
    }
  }

  @Test
  void interimAnswersArePassedOver() throws Exception {
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      assertThat(text(get(backend))).isEqualTo("ok");
    }
  }

  @Test
  void requestsGoOutAsTheyAre() throws Exception {
    try (var backend = HostileBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      transport()
          .exchange(
              request(
                  "PATCH",
                  backend.at("//a%2Fb/;v=1?a[]=1&b=%7C&c"),
                  "\u0000\u00ffx",
                  "X-One",
                  "1",
                  "X-One",
                  "2",
                  "X-Empty",
                  ""),
              LONG);
      String sent = backend.requests().getFirst();
      assertThat(sent).startsWith("PATCH //a%2Fb/;v=1?a[]=1&b=%7C&c HTTP/1.1\r\n");
      assertThat(sent).contains("X-One: 1\r\n").contains("X-One: 2\r\n").contains("X-Empty:");
      assertThat(sent).endsWith("\r\n\r\n\u0000\u00ffx");
    }
  }

  @Test
  void connectionsAreUsedAgain() throws Exception {
    try (var backend = HostileBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      for (int i = 0; i < 5; i++) {
        assertThat(text(get(backend))).isEqualTo("ok");
      }
      assertThat(backend.connections()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatNeverComesEndsAtTheDeadline() throws Exception {
    requireTimeout((request, out) -> pause());
  }

  @Test
  void aHeadThatTricklesEndsAtTheDeadline() throws Exception {
    requireTimeout(
        (request, out) -> {
          out.write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
          return trickle(out);
        });
  }

  @Test
  void aBodyThatTricklesEndsAtTheDeadline() throws Exception {
    requireTimeout(
        (request, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
          return trickle(out);
        });
  }

  @Test
  void addressesThatDoNotAnswerTakeNoLongerThanTheDeadlineTogether() throws Exception {
    var address = InetAddress.getLoopbackAddress();
    var guard =
        new OutboundGuard(
            List.of(),
            host -> new InetAddress[] {address, address, address},
            InstantSource.system());
    opened =
        kind.equals("Socket")
            ? new SocketTransport(CONNECT, guard, InstantSource.system())
            : new ApacheTransport(CONNECT, guard);
    try (var full = new ServerSocket(0, 1, address);
        var held = new Sockets()) {
      held.fill(full);
      var url = URI.create("http://full.test:" + full.getLocalPort() + "/");
      long start = System.nanoTime();
      assertThatThrownBy(() -> transport().exchange(request("GET", url, ""), SHORT))
          .isInstanceOf(TimeoutException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(CONNECT);
    }
  }

  /** As many connections as a listener has room for: further ones hang. */
  private static final class Sockets implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    void fill(ServerSocket listener) throws IOException {
      try {
        while (true) {
          var socket = new Socket();
          sockets.add(socket);
          socket.connect(listener.getLocalSocketAddress(), (int) SHORT.toMillis());
        }
      } catch (SocketTimeoutException full) {
        // As it should be.
      }
    }

    @Override
    public void close() throws IOException {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  private void requireTimeout(HostileBackend.Answer answer) throws Exception {
    try (var backend = HostileBackend.that(answer)) {
      assertThatThrownBy(() -> transport().exchange(request("GET", backend.at("/x"), ""), SHORT))
          .isInstanceOf(TimeoutException.class);
      assertThat(backend.wasLeft()).as("the connection is given up").isTrue();
    }
  }

  /** Until the client is gone: a byte at a time, each well within any timeout of a single read. */
  private static boolean trickle(java.io.OutputStream out)
      throws IOException, InterruptedException {
    for (int i = 0; i < 400; i++) {
      out.write('x');
      out.flush();
      Thread.sleep(25);
    }
    return false;
  }

  private static boolean pause() throws InterruptedException {
    Thread.sleep(1_500);
    return true;
  }

  @Test
  void answersThatAreTooLargeAreNotRead() throws Exception {
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
              return trickle(out);
            })) {
      assertThatThrownBy(() -> get(backend)).isInstanceOf(AnswerTooLargeException.class);
    }
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
              while (true) {
                out.write("1000\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(new byte[4096]);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
              }
            })) {
      assertThatThrownBy(() -> get(backend)).isInstanceOf(AnswerTooLargeException.class);
      assertThat(backend.wasLeft()).as("an endless body is not read to its end").isTrue();
    }
  }

  @Test
  void anAnswerOfExactlyTheLimitIsTaken() throws Exception {
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000))) {
      assertThat(get(backend).body().length()).isEqualTo(100_000);
    }
  }

  @Test
  void aConnectionThatBreaksIsNoAnswer() throws Exception {
    for (String part :
        List.of(
            "",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "not HTTP at all\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")) {
      try (var backend =
          HostileBackend.that(
              (request, out) -> {
                out.write(part.getBytes(StandardCharsets.ISO_8859_1));
                return false;
              })) {
        assertThatThrownBy(() -> get(backend)).as("%s", part).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void anEndlessHeadIsNotRead() throws Exception {
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
              while (true) {
                out.write("X-More: and more and more\r\n".getBytes(StandardCharsets.US_ASCII));
              }
            })) {
      assertThatThrownBy(() -> get(backend)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aHeadOfFewButLongFieldsIsNotRead() throws Exception {
    String field = "X-Long: " + "x".repeat(60_000) + "\r\n";
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + field.repeat(20) + "\r\n")) {
      assertThatThrownBy(() -> get(backend)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFieldOfManyLinesIsNotRead() throws Exception {
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: x\r\n"
                + " x\n".repeat(86_000)
                + "\r\n")) {
      assertThatThrownBy(() -> get(backend)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whoIsInterruptedAbortsTheCall() throws Exception {
    try (var backend = HostileBackend.that((request, out) -> pause())) {
      var outcome = new CompletableFuture<Throwable>();
      var caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  get(backend);
                  outcome.complete(new AssertionError("there was an answer"));
                } catch (Exception expected) {
                  outcome.complete(expected);
                }
              });
      org.awaitility.Awaitility.await().until(() -> !backend.requests().isEmpty());
      caller.interrupt();
      assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(backend.wasLeft()).isTrue();
    }
  }

  @Test
  void nobodyListensIsSaidAsSuch() throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var url = URI.create("http://127.0.0.1:" + port + "/");
    assertThatThrownBy(() -> transport().exchange(request("GET", url, ""), LONG))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void addressesThatTheGuardRefusesAreNotConnectedTo() {
    var url = URI.create("http://169.254.169.254/latest/meta-data");
    assertThatThrownBy(() -> transport().exchange(request("GET", url, ""), SHORT))
        .isInstanceOf(UnknownHostException.class);
  }
}
