package io.openhqm.server;

import static io.openhqm.worker.proxy.HttpTransport.SMALL_ANSWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
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
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** A real backend, by each protocol that a transport speaks with it. */
@ParameterizedClass
@CsvSource({
  "Apache, https, AUTO, 2.0",
  "Apache, https, HTTP_2, 2.0",
  "Apache, https, HTTP_1_1, 1.1",
  "Apache, http, AUTO, 1.1",
  "Apache, http, HTTP_2, 2.0",
  "Socket, https, AUTO, 1.1",
  "Socket, https, HTTP_2, 2.0",
  "Socket, https, HTTP_1_1, 1.1",
  "Socket, http, HTTP_2, 1.1",
})
final class ProtocolsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final int MAX = 100_000;

  @TempDir static Path folder;
  private static SSLContext trusted;
  private static SSLContext foreign;

  @Parameter(0)
  String kind;

  @Parameter(1)
  String scheme;

  @Parameter(2)
  HttpVersion asked;

  @Parameter(3)
  String spoken;

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Set<Integer> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch whole = new CountDownLatch(1);

  /** Where every name leads to. */
  private final AtomicReference<InetAddress> address =
      new AtomicReference<>(InetAddress.getLoopbackAddress());

  private final OutboundGuard guard =
      new OutboundGuard(
          List.of(), host -> new InetAddress[] {address.get()}, InstantSource.system());
  private HttpTransport.Room room = bytes -> {};
  private HttpTransport transport;
  private WebServer server;

  @BeforeAll
  static void makeCertificate() throws Exception {
    trusted = TestCertificate.of("localhost", folder).context();
    foreign = TestCertificate.of("foreign.test", folder).context();
  }

  @BeforeEach
  void start() {
    server = server(trusted, true);
    transport = transport(trusted);
  }

  @AfterEach
  void stop() {
    over.countDown();
    transport.close();
    server.stop();
  }

  private HttpTransport transport(SSLContext trust) {
    return transport(trust, LONG);
  }

  private HttpTransport transport(SSLContext trust, Duration connectTimeout) {
    return kind.equals("Socket")
        ? new SocketTransport(connectTimeout, guard, InstantSource.system(), () -> trust)
        : new ApacheTransport(connectTimeout, guard, () -> trust);
  }

  private WebServer server(SSLContext own, boolean http2) {
    var builder =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .routing(HttpRouting.builder().any(this::answer));
    if (scheme.equals("https")) {
      builder.tls(tls -> tls.sslContext(own));
    }
    if (!http2) {
      builder.protocolsDiscoverServices(false).addProtocol(Http1Config.create());
    }
    return builder.build().start();
  }

  private void answer(ServerRequest request, ServerResponse response) throws Exception {
    byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    var prologue = request.prologue();
    String path = request.path().rawPath();
    seen.add(prologue.protocolVersion() + " " + prologue.method() + " " + path);
    connections.add(request.remotePeer().port());
    switch (path) {
      case "/silent" -> over.await();
      case "/trickling" -> write(response, new byte[1], 25);
      case "/endless" -> write(response, new byte[4096], 0);
      case "/moved" -> {
        response.status(Status.FOUND_302).header("Location", "/echo").send("moved");
      }
      case "/missing" -> response.status(Status.NOT_FOUND_404).send("gone");
      case "/echo" -> response.send(body);
      case String unannounced when unannounced.startsWith("/unannounced/") -> {
        try (OutputStream out = response.outputStream()) {
          out.write(new byte[4096]);
          out.flush();
          out.write(new byte[Integer.parseInt(unannounced.substring(13)) - 4096]);
        }
      }
      default -> {
        int length = Integer.parseInt(path.substring(1));
        if (prologue.method() == Method.HEAD) {
          response.header(HeaderNames.CONTENT_LENGTH, path.substring(1)).send();
        } else {
          response.send(new byte[length]);
          whole.countDown();
        }
      }
    }
  }

  /** The same again and again, until the client is gone. */
  private void write(ServerResponse response, byte[] part, int pauseMillis)
      throws InterruptedException {
    try (OutputStream out = response.outputStream()) {
      while (!over.await(pauseMillis, TimeUnit.MILLISECONDS)) {
        out.write(part);
        out.flush();
      }
    } catch (IOException | RuntimeException clientIsGone) {
      left.countDown();
    }
  }

  private Answer send(String method, String path, byte[] body, Duration time) throws Exception {
    var url = URI.create(scheme + "://localhost:" + server.port() + path);
    return transport.exchange(
        new Request(method, url, asked, Headers.none(), Bytes.wrap(body), MAX, room), time);
  }

  private Answer get(String path) throws Exception {
    return send("GET", path, new byte[0], LONG);
  }

  @Test
  void bodiesComeAndGoByteForByteOverTheProtocolThatIsAskedFor() throws Exception {
    byte[] bytes = new byte[MAX];
    new Random(1).nextBytes(bytes);
    assertThat(send("POST", "/echo", bytes, LONG).body().toArray()).isEqualTo(bytes);
    assertThat(seen).containsExactly(spoken + " POST /echo");
  }

  @Test
  void overTlsHttp11IsSpokenWithABackendThatSpeaksNothingElse() throws Exception {
    server.stop();
    server = server(trusted, false);
    if (scheme.equals("https")) {
      assertThat(get("/echo").status()).isEqualTo(200);
      assertThat(seen).containsExactly("1.1 GET /echo");
    }
  }

  @Test
  void connectionsAreUsedAgain() throws Exception {
    for (int i = 0; i < 5; i++) {
      byte[] body = {(byte) i};
      assertThat(send("PUT", "/echo", body, LONG).body().toArray()).isEqualTo(body);
    }
    assertThat(connections).hasSize(1);
  }

  @Test
  void aHeadHasNoBodyAndTheNextAnswerIsTheNextRequests() throws Exception {
    var head = send("HEAD", "/1000", new byte[0], LONG);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body().isEmpty()).isTrue();
    assertThat(get("/7").body().length()).isEqualTo(7);
  }

  @Test
  void answersOfAnyStatusAndWithoutABodyAreTakenWhole() throws Exception {
    var missing = send("POST", "/missing", new byte[MAX], LONG);
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.body().toUtf8()).isEqualTo("gone");
    assertThat(get("/echo").body().isEmpty()).isTrue();
  }

  @Test
  void redirectsArePassedOn() throws Exception {
    var moved = get("/moved");
    assertThat(moved.status()).isEqualTo(302);
    assertThat(moved.headers().first("Location")).contains("/echo");
    assertThat(moved.body().toUtf8()).isEqualTo("moved");
    assertThat(seen).hasSize(1);
  }

  @Test
  void anAnswerThatStallsOrTricklesEndsAtTheDeadlineAndHoldsUpNoOther() throws Exception {
    for (String path : List.of("/silent", "/trickling")) {
      assertThatThrownBy(() -> send("GET", path, new byte[0], SHORT))
          .isInstanceOf(TimeoutException.class);
      assertThat(get("/1").body().length()).isEqualTo(1);
    }
    requireGivenUp();
  }

  @Test
  void anAnswerUpToTheLimitIsTakenAndOfALargerOneNoMoreIsRead() throws Exception {
    assertThat(get("/" + MAX).body().length()).isEqualTo(MAX);
    for (String path : List.of("/" + (MAX + 1), "/endless")) {
      assertThatThrownBy(() -> get(path)).isInstanceOf(AnswerTooLargeException.class);
    }
    requireGivenUp();
    assertThat(get("/1").body().length()).isEqualTo(1);
  }

  @Test
  void aLargeAnswerIsReadOnOnceThereIsRoomForIt() throws Exception {
    for (int length : List.of(SMALL_ANSWER + 1, 66_000, 81_921, MAX)) {
      var taken = new CompletableFuture<Long>();
      room =
          bytes -> {
            whole.await(200, TimeUnit.MILLISECONDS); // or as much of it as there is way for
            taken.complete(bytes);
          };
      assertThat(get("/" + length).body().length()).isEqualTo(length);
      assertThat(taken.getNow(0L)).isEqualTo(length);
    }
  }

  @Test
  void aLargeAnswerOfUnknownLengthTakesRoomForWhatItMayHave() throws Exception {
    for (int length : List.of(SMALL_ANSWER, SMALL_ANSWER + 1, MAX)) {
      var taken = new CompletableFuture<Long>();
      room = taken::complete;
      assertThat(get("/unannounced/" + length).body().length()).isEqualTo(length);
      assertThat(taken.getNow(0L)).isEqualTo(length > SMALL_ANSWER ? MAX : 0);
    }
  }

  @Test
  void whoFindsNoRoomAbortsTheCallAndTheNextIsNotHeldUp() throws Exception {
    room =
        bytes -> {
          throw new TimeoutException("none in time");
        };
    assertThatThrownBy(() -> get("/" + MAX)).isInstanceOf(TimeoutException.class);
    room =
        bytes -> {
          throw new InterruptedException("cancelled");
        };
    assertThatThrownBy(() -> get("/endless")).isInstanceOf(InterruptedException.class);
    requireGivenUp();
    assertThat(get("/" + SMALL_ANSWER).body().length()).isEqualTo(SMALL_ANSWER);
  }

  /** Over HTTP/2 only the stream is, of which the backend's library does not tell who writes. */
  private void requireGivenUp() throws InterruptedException {
    if (spoken.equals("1.1")) {
      assertThat(left.await(10, TimeUnit.SECONDS)).as("the answer is given up").isTrue();
    }
  }

  @Test
  void whoIsInterruptedAbortsTheCall() throws Exception {
    var outcome = new CompletableFuture<Throwable>();
    var caller =
        Thread.startVirtualThread(
            () -> {
              try {
                get("/silent");
                outcome.complete(new AssertionError("there was an answer"));
              } catch (Exception expected) {
                outcome.complete(expected);
              }
            });
    Awaitility.await().until(() -> !seen.isEmpty());
    caller.interrupt();
    assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aBackendThatDoesNotAgreeOnTlsInTimeIsNotConnectedTo() throws Exception {
    if (scheme.equals("https")) {
      transport.close();
      transport = transport(trusted, SHORT);
      try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        var url = URI.create("https://localhost:" + silent.getLocalPort() + "/");
        var request = new Request("GET", url, asked, Headers.none(), Bytes.empty(), MAX, room);
        assertThatThrownBy(() -> transport.exchange(request, LONG))
            .isInstanceOf(HttpConnectTimeoutException.class);
      }
    }
  }

  @Test
  void onceItIsClosedThereIsNoCall() {
    transport.close();
    assertThatThrownBy(() -> get("/1")).isInstanceOf(IOException.class);
    assertThat(seen).isEmpty();
  }

  @Test
  void aCertificateThatIsNotTrustedIsNotAccepted() {
    if (scheme.equals("https")) {
      transport.close();
      transport = transport(foreign);
      assertThatThrownBy(() -> get("/echo")).isInstanceOf(SSLException.class);
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherHostIsNotAccepted() {
    if (scheme.equals("https")) {
      server.stop();
      server = server(foreign, true);
      transport.close();
      transport = transport(foreign);
      assertThatThrownBy(() -> get("/echo")).isInstanceOf(SSLException.class);
      assertThat(seen).isEmpty();
    }
  }

  /** The JDK's client, over which the functions speak HTTP/2, looks names up by itself. */
  private boolean isPinned() {
    return !(kind.equals("Socket") && spoken.equals("2.0"));
  }

  @Test
  void theAddressThatWasDecidedOnIsConnectedToThoughItsNameLeadsElsewhereByNow() throws Exception {
    if (isPinned()) {
      assertThat(guard.admitted("localhost")).containsExactly(address.get());
      address.set(InetAddress.getByName("169.254.169.254"));
      assertThat(get("/1").status()).isEqualTo(200);
    }
  }

  @Test
  void anAddressThatTheGuardRefusesIsNotConnectedTo() throws Exception {
    if (isPinned()) {
      address.set(InetAddress.getByName("169.254.169.254"));
      assertThatThrownBy(() -> get("/1")).isInstanceOf(UnknownHostException.class);
      assertThat(seen).isEmpty();
    }
  }
}
