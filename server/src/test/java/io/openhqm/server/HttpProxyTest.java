package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openhqm.core.Attempt;
import io.openhqm.core.Auth;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Deadline;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.worker.AnswerMemory;
import io.openhqm.worker.proxy.HttpProxy;
import io.openhqm.worker.proxy.HttpTransport;
import io.openhqm.worker.proxy.OutboundGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a message at its backend, over real connections. */
final class HttpProxyTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final int MAX = 100_000;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @TempDir Path folder;
  private final InstantSource clock = InstantSource.system();
  private final UUID id = new UuidV7(clock, new Random(1)).next();
  private final CountDownLatch found = new CountDownLatch(1);
  private final OutboundGuard guard = new OutboundGuard(List.of(), this::lookup, clock);
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Telemetry telemetry =
      new Telemetry() {
        @Override
        public void backendCalled(String endpoint, int status, Duration took) {
          calls.add(endpoint + " " + status);
        }
      };
  private final AnswerMemory answers = new AnswerMemory(MAX);
  private HttpProxy proxy = proxy(false);

  @AfterEach
  void close() {
    found.countDown();
    proxy.close();
  }

  private HttpProxy proxy(boolean followRedirects) {
    return proxy(followRedirects, new ApacheTransport(LONG, guard));
  }

  private HttpProxy proxy(boolean followRedirects, HttpTransport transport) {
    return new HttpProxy(
        new HttpProxy.Settings(followRedirects),
        transport,
        answers,
        guard,
        telemetry,
        clock,
        new Random(1));
  }

  /** No name but {@code hangs.test} is found, and that one when the test says so. */
  private InetAddress[] lookup(String host) throws UnknownHostException {
    if (host.equals("hangs.test")) {
      try {
        found.await();
      } catch (InterruptedException nobodyDoes) {
        Thread.currentThread().interrupt();
      }
    }
    if (host.endsWith(".test")) {
      throw new UnknownHostException(host);
    }
    return InetAddress.getAllByName(host);
  }

  /** One message to one backend. */
  private final class Call {
    private final URI url;
    private String method = "POST";
    private Bytes payload = Bytes.utf8("{}");
    private Headers headers = Headers.of("Content-Type", "application/json");
    private Optional<String> target = Optional.empty();
    private Duration timeout = LONG;
    private OptionalInt concurrencyMax = OptionalInt.empty();
    private Endpoint.HttpVersion version = Endpoint.HttpVersion.AUTO;

    Call(URI url) {
      this.url = url;
    }

    Call method(String name) {
      method = name;
      return this;
    }

    Call payload(String text) {
      payload = Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    Call headers(String... fields) {
      headers = Headers.of(fields);
      return this;
    }

    Call target(String text) {
      target = Optional.of(text);
      return this;
    }

    Call timeout(Duration time) {
      timeout = time;
      return this;
    }

    Call version(Endpoint.HttpVersion one) {
      version = one;
      return this;
    }

    Call oneAtATime() {
      concurrencyMax = OptionalInt.of(1);
      return this;
    }

    Result send() throws RetryException, PermanentException, InterruptedException {
      var retry = new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of(503));
      var endpoint =
          new Endpoint(
              "orders",
              url,
              "POST",
              timeout,
              Headers.of("X-Fixed", "1"),
              new Auth.None(),
              retry,
              MAX,
              List.of("*"),
              List.of(),
              concurrencyMax,
              version);
      var metadata =
          new Metadata(
              Optional.of("orders"),
              Optional.empty(),
              target,
              Optional.empty(),
              Priority.NORMAL,
              Optional.empty(),
              Bytes.empty());
      var message =
          new Message(id, Body.of(payload), headers, metadata, clock.instant(), Optional.empty());
      return proxy.process(
          new Attempt(
              message,
              1,
              Deadline.after(timeout, clock),
              new Route("orders", Optional.of(endpoint), method, timeout, retry)));
    }

    RetryException retry() {
      return catchThrowableOfType(RetryException.class, this::send);
    }
  }

  private Call to(HostileBackend backend) {
    return new Call(backend.at("/in"));
  }

  private static String text(Result result) {
    var bytes = ((Body.Inline) result.body()).bytes().toArray();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String head(String request) {
    return request.substring(0, request.indexOf("\r\n\r\n") + 2);
  }

  @Test
  void bodiesAndFieldsGoOutAndComeBackAsTheyWere() throws Exception {
    String bytes = "\u0000\u00ff\r\n\u0080";
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 201 Created\r\nX-Colour: gr\u00fcn\u0085\r\nX-Two: 1\r\nX-Two: 2\r\nKeep-Alive:"
                + " timeout=5\r\nContent-Length: 5\r\n\r\n"
                + bytes)) {
      var result =
          to(backend)
              .payload(bytes)
              .headers("Content-Type", "application/x-own", "X-Name", "J\u00fcrgen \u0085")
              .send();
      assertThat(result.statusCode()).isEqualTo(201);
      assertThat(text(result)).isEqualTo(bytes);
      assertThat(result.headers().first("X-Colour")).contains("gr\u00fcn\u0085");
      assertThat(result.headers().all("X-Two")).containsExactly("1", "2");
      assertThat(result.headers().has("Keep-Alive")).isFalse();
      String sent = backend.requests().getFirst();
      assertThat(sent).startsWith("POST /in HTTP/1.1\r\n").endsWith("\r\n\r\n" + bytes);
      assertThat(head(sent))
          .contains("Content-Type: application/x-own\r\n")
          .contains("X-Name: J\u00fcrgen \u0085\r\n")
          .contains("X-Fixed: 1\r\n")
          .contains("X-Correlation-ID: " + id + "\r\n")
          .contains("X-OpenHQM-Attempt: 1\r\n");
      assertThat(calls).containsExactly("orders 201");
    }
  }

  @Test
  void anEmptyBodyKeepsItsType() throws Exception {
    try (var backend = HostileBackend.answering(OK)) {
      to(backend).payload("").headers("Content-Type", "application/xml").send();
      assertThat(backend.requests().getFirst())
          .contains("Content-Type: application/xml\r\n")
          .contains("Content-Length: 0\r\n");
    }
  }

  @Test
  void aBodyOfNullIsOneWhateverTheMethod() throws Exception {
    try (var backend = HostileBackend.answering(OK)) {
      for (String method : List.of("GET", "DELETE", "OPTIONS", "POST")) {
        to(backend).method(method).payload("null").send();
      }
      assertThat(backend.requests())
          .hasSize(4)
          .allSatisfy(
              sent ->
                  assertThat(sent).contains("Content-Type: application/json\r\n").endsWith("null"));
    }
  }

  @Test
  void pathAndQueryOfTheIngressGoBehindTheEndpointsUrlAndNeverOutOfIt() throws Exception {
    try (var backend = HostileBackend.answering(OK)) {
      to(backend).target("/a%2Fb//c?x=1&x=%20").send();
      assertThat(backend.requests().getFirst()).startsWith("POST /in/a%2Fb//c?x=1&x=%20 HTTP/1.1");
      assertThatThrownBy(() -> to(backend).target("/../admin").send())
          .isInstanceOf(PermanentException.class)
          .hasMessage("the path leads out of endpoint 'orders'");
      assertThat(backend.requests()).hasSize(1);
    }
  }

  @Test
  void whatIsBeyondAsciiInAnEndpointsUrlIsSentPercentEncoded() throws Exception {
    try (var backend = HostileBackend.answering(OK)) {
      new Call(backend.at("/adm\u4e2din/x?a=\u00e9")).send();
      assertThat(backend.requests().getFirst())
          .startsWith("POST /adm%E4%B8%ADin/x?a=%C3%A9 HTTP/1.1\r\n");
    }
  }

  @Test
  void connectionsAreUsedAgainAndAHeadDoesNotPutThemOutOfStep() throws Exception {
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              String body = request.startsWith("HEAD") ? "HTTP/1.1 500 Stray\r\n\r\n" : "ok";
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(body.length(), body)
                      .getBytes(StandardCharsets.ISO_8859_1));
              return true;
            })) {
      for (int i = 0; i < 3; i++) {
        assertThat(text(to(backend).send())).isEqualTo("ok");
      }
      assertThat(backend.connections()).isEqualTo(1);
      assertThat(to(backend).method("HEAD").payload("").send().statusCode()).isEqualTo(200);
      var next = to(backend).send();
      assertThat(next.statusCode()).isEqualTo(200);
      assertThat(text(next)).isEqualTo("ok");
    }
  }

  @Test
  void anyAnswerIsAResultUnlessItsStatusAsksForARetry() throws Exception {
    try (var backend =
        HostileBackend.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone")) {
      var result = to(backend).send();
      assertThat(result.statusCode()).isEqualTo(404);
      assertThat(text(result)).isEqualTo("gone");
    }
    try (var backend =
        HostileBackend.answering(
            "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy")) {
      var again = to(backend).retry();
      assertThat(again.after()).contains(Duration.ofSeconds(7));
      assertThat(again.answer().map(HttpProxyTest::text)).contains("busy");
      assertThat(again).hasMessage("endpoint 'orders' answered 503");
    }
    try (var backend = HostileBackend.answering("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(to(backend).retry()).hasMessageContaining("999, which HTTP does not have");
    }
  }

  @Test
  void aBackendThatStallsOrTricklesIsOutOfTimeAtTheDeadline() throws Exception {
    for (String part :
        List.of(
            "", "HTTP/1.1 200 OK\r\nX-Slow: ", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) {
      try (var backend =
          HostileBackend.that(
              (request, out) -> {
                out.write(part.getBytes(StandardCharsets.US_ASCII));
                return trickle(out, part.isEmpty() ? 0 : 5);
              })) {
        var late = to(backend).timeout(SHORT).retry();
        assertThat(late.kind()).isEqualTo(RetryException.Kind.TIMED_OUT);
        assertThat(late).hasMessage("no complete answer from endpoint 'orders' within 400 ms");
        assertThat(backend.wasLeft()).isTrue();
      }
    }
    assertThat(calls).hasSize(3).containsOnly("orders 0");
  }

  /** A few bytes, then nothing, until the client is gone. */
  private boolean trickle(java.io.OutputStream out, int bytes)
      throws IOException, InterruptedException {
    for (int i = 0; i < bytes; i++) {
      out.write('x');
      out.flush();
    }
    return found.await(1_500, TimeUnit.MILLISECONDS) || true;
  }

  @Test
  void anAnswerThatIsTooLargeEndsTheJobWithTheLimitInItsReason() throws Exception {
    for (String length :
        List.of("Content-Length: 100001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n186a1\r\n")) {
      try (var backend =
          HostileBackend.answering("HTTP/1.1 200 OK\r\n" + length + "x".repeat(MAX + 1))) {
        assertThatThrownBy(() -> to(backend).send())
            .isInstanceOf(PermanentException.class)
            .hasMessageContaining("is larger than 100000 bytes")
            .hasMessageContaining("max_response_size");
      }
    }
  }

  @Test
  void aLargeAnswerForWhichThereIsNoMemoryInTimeSaysSoAndASmallOneNeedsNone() throws Exception {
    var holds = new CountDownLatch(1);
    Thread.startVirtualThread(
        () -> {
          try {
            answers.take(1, Duration.ZERO);
            holds.countDown();
          } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
          }
        });
    holds.await();
    String large = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(MAX);
    try (var backend = HostileBackend.answering(large);
        var other = HostileBackend.answering(OK)) {
      var late = to(backend).timeout(SHORT).retry();
      assertThat(late.kind()).isEqualTo(RetryException.Kind.TIMED_OUT);
      assertThat(late)
          .hasMessageStartingWith("no complete answer from endpoint 'orders' within 400 ms, as ")
          .hasMessageContaining("memory")
          .hasMessageContaining("max_response_size");
      assertThat(backend.wasLeft()).isTrue();
      assertThat(text(to(other).send())).isEqualTo("ok");
    }
  }

  @Test
  void redirectsAreResultsUnlessTheyAreToBeFollowed() throws Exception {
    try (var backend = redirecting("/elsewhere", 307)) {
      assertThat(to(backend).send().statusCode()).isEqualTo(307);
      assertThat(backend.requests()).hasSize(1);
      follow();
      assertThat(text(to(backend).payload("again").send())).isEqualTo("ok");
      assertThat(backend.requests().getLast())
          .startsWith("POST /elsewhere HTTP/1.1")
          .endsWith("again");
    }
  }

  @Test
  void redirectsThatChangeTheMethodOrTheOriginOrNeverEndAreResults() throws Exception {
    follow();
    try (var other = HostileBackend.answering(OK);
        var away = redirecting(other.at("/").toString(), 308);
        var found = redirecting("/elsewhere", 302);
        var loop = redirecting("/in", 307)) {
      assertThat(to(away).send().statusCode()).isEqualTo(308);
      assertThat(other.requests()).isEmpty();
      assertThat(to(found).send().statusCode()).isEqualTo(302);
      assertThat(text(to(found).method("GET").payload("").send())).isEqualTo("ok");
      assertThat(to(loop).send().statusCode()).isEqualTo(307);
      assertThat(loop.requests()).hasSize(6);
    }
  }

  private void follow() {
    proxy.close();
    proxy = proxy(true);
  }

  private static HostileBackend redirecting(String location, int status) {
    return HostileBackend.that(
        (request, out) -> {
          String answer =
              request.contains(" /in ")
                  ? "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
                      .formatted(status, location)
                  : OK;
          out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
          return true;
        });
  }

  @Test
  void whyThereIsNoAnswerIsSaidInWordsThatHoldNoUrl() throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var refused = new Call(URI.create("http://127.0.0.1:" + port + "/in?token=secret")).retry();
    assertThat(refused)
        .hasMessage(
            "could not connect to endpoint 'orders' at 127.0.0.1:"
                + port
                + ": connection refused or unreachable");
    assertThat(refused.kind()).isEqualTo(RetryException.Kind.NO_ANSWER);
    assertThat(new Call(URI.create("http://nobody.test/?token=secret")).retry())
        .hasMessage("the host of endpoint 'orders' has no address (DNS)");
    try (var backend = HostileBackend.that((request, out) -> false)) {
      assertThat(to(backend).retry()).hasMessageContaining("broke before the answer was complete");
    }
    try (var backend = HostileBackend.answering("not TLS\r\n\r\n")) {
      var url = URI.create(backend.at("/?token=secret").toString().replace("http:", "https:"));
      assertThat(new Call(url).timeout(Duration.ofSeconds(5)).retry())
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void whichCertificateIsNotAcceptedAndWhyIsSaid() throws Exception {
    var own = TestCertificate.of("own.test", folder).context();
    var none = TestCertificate.of("none.test", folder).context();
    try (var socket = own.getServerSocketFactory().createServerSocket(0)) {
      Thread.startVirtualThread(() -> shakeHands((SSLServerSocket) socket));
      for (var version : Endpoint.HttpVersion.values()) {
        for (var trust : List.of(own, none)) {
          proxy.close();
          proxy = proxy(false, new ApacheTransport(LONG, guard, () -> trust));
          var call =
              new Call(URI.create("https://localhost:" + socket.getLocalPort() + "/?token=secret"));
          assertThat(call.version(version).retry())
              .hasMessageStartingWith(
                  "no TLS connection to endpoint 'orders' at localhost:"
                      + socket.getLocalPort()
                      + ": its certificate is not accepted (")
              .hasMessageContaining(trust == own ? "localhost" : "unable to find valid certif")
              .hasMessageContaining("javax.net.ssl.trustStore")
              .hasMessageNotContaining("secret");
        }
      }
    }
  }

  private static void shakeHands(SSLServerSocket socket) {
    while (!socket.isClosed()) {
      try (var connection = (SSLSocket) socket.accept()) {
        connection.startHandshake();
      } catch (IOException refused) {
        // By the client, as it should.
      }
    }
  }

  @Test
  void aLookupThatHangsEndsAtTheDeadline() {
    var late = new Call(URI.create("http://hangs.test/")).timeout(SHORT).retry();
    assertThat(late.kind()).isEqualTo(RetryException.Kind.TIMED_OUT);
    assertThat(late)
        .hasMessage("the address of endpoint 'orders' was not found (DNS) within 400 ms");
  }

  @Test
  void anAddressThatIsNotCalledEndsTheJob() {
    assertThatThrownBy(() -> new Call(URI.create("http://169.254.169.254/latest")).send())
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("endpoint 'orders' is not called");
  }

  @Test
  void beyondItsLimitABackendIsNotCalledAndNothingIsSpent() throws Exception {
    try (var backend =
        HostileBackend.that(
            (request, out) -> {
              found.await();
              out.write(OK.getBytes(StandardCharsets.US_ASCII));
              return true;
            })) {
      var first = new CompletableFuture<String>();
      Thread.startVirtualThread(
          () -> {
            try {
              first.complete(text(to(backend).oneAtATime().send()));
            } catch (Exception failed) {
              first.completeExceptionally(failed);
            }
          });
      Awaitility.await().until(() -> !backend.requests().isEmpty());
      var turnedAway = to(backend).oneAtATime().retry();
      assertThat(turnedAway.kind()).isEqualTo(RetryException.Kind.NOT_TRIED);
      assertThat(backend.requests()).hasSize(1);
      found.countDown();
      assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
      assertThat(text(to(backend).oneAtATime().send())).isEqualTo("ok");
    }
  }

  @Test
  void whoIsInterruptedLetsGoOfTheBackend() throws Exception {
    try (var backend = HostileBackend.that((request, out) -> found.await(5, TimeUnit.SECONDS))) {
      var outcome = new CompletableFuture<Throwable>();
      var caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  to(backend).send();
                  outcome.complete(new AssertionError("there was an answer"));
                } catch (Exception expected) {
                  outcome.complete(expected);
                }
              });
      Awaitility.await().until(() -> !backend.requests().isEmpty());
      caller.interrupt();
      assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }
  }
}
