package io.openhqm.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is told when S3 is busy, broken, silent or away, and how soon: a small server that
 * misbehaves.
 */
final class S3UnavailableTest {
  /** Answers one request. */
  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private static final Bytes BODY = Bytes.utf8("a body");
  private static final Answer FOUND = exchange -> answer(exchange, 200, "a body");

  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Answer otherwise = FOUND;
  private HttpServer server;
  private Engine engine;
  private BlobStore blobs;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
    var endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    engine =
        S3Engines.open(S3Settings.of("bucket", S3Server.REGION), S3Server.client(endpoint).build());
    blobs = engine.blobs().orElseThrow();
  }

  @AfterEach
  void stop() {
    over.countDown();
    engine.close();
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      Optional.ofNullable(answers.poll()).orElse(otherwise).give(exchange);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static Answer error(int status, String code) {
    return exchange ->
        answer(
            exchange,
            status,
            "<Error><Code>%s</Code><Message>at arn:aws</Message></Error>".formatted(code));
  }

  private void silence(HttpExchange exchange) {
    try {
      over.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void breakOff(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100);
    exchange.getResponseBody().write(new byte[50]);
    exchange.getResponseBody().flush();
  }

  @ParameterizedTest
  @CsvSource({
    "503, SlowDown, 3",
    "500, InternalError, 3",
    "503, ServiceUnavailable, 3",
    "403, AccessDenied, 1",
    "404, NoSuchBucket, 1"
  })
  void callsAreRefusedAfterAFewTriesByACodeAndWithoutAWordOfS3s(
      int status, String code, int tries) {
    otherwise = error(status, code);

    for (Runnable call :
        List.<Runnable>of(
            () -> blobs.put("a", BODY), () -> blobs.get("a"), () -> blobs.delete("a"))) {
      calls.set(0);
      assertThatThrownBy(call::run)
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(code)
          .hasMessageNotContaining("arn:aws");
      assertThat(calls).hasValue(tries);
    }
    assertThat(engine.health().up()).isFalse();
  }

  @Test
  void bodyThatIsNotThereIsNoFailure() {
    otherwise = error(404, "NoSuchKey");

    assertThat(blobs.get("a")).isEmpty();
    assertThat(engine.health()).isEqualTo(new Engine.Health(true, "ok"));
    assertThat(calls).hasValue(2);
  }

  @Test
  void afterABusyMomentTheCallIsAnswered() {
    answers.add(error(503, "SlowDown"));
    answers.add(HttpExchange::close);

    assertThat(blobs.get("a")).contains(BODY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"put", "get", "delete"})
  void connectionsThatAllDiedWhileTheProcessStoodStillCostNoCall(String kind) throws Exception {
    int kept = 5;
    var together = new CyclicBarrier(kept);
    var connections = ConcurrentHashMap.<InetSocketAddress>newKeySet();
    otherwise =
        exchange -> {
          boolean used = !connections.add(exchange.getRemoteAddress());
          if (used) {
            return; // unanswered, which closes it
          }
          if (connections.size() <= kept) {
            awaited(together);
          }
          FOUND.give(exchange);
        };
    var first =
        Stream.generate(() -> new FutureTask<Void>(() -> blobs.put("a", BODY), null))
            .limit(kept)
            .toList();
    first.forEach(Thread::startVirtualThread);
    for (var put : first) {
      put.get(20, TimeUnit.SECONDS);
    }

    switch (kind) {
      case "put" -> blobs.put("a", BODY);
      case "get" -> assertThat(blobs.get("a")).contains(BODY);
      default -> blobs.delete("a");
    }

    assertThat(connections).as("the last one is new").hasSize(kept + 1);
  }

  @Test
  void bucketOfWhichNoConnectionLastsIsTold() {
    otherwise = HttpExchange::close;

    assertThatThrownBy(() -> blobs.put("a", BODY))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("look at the network");
    assertThat(calls).as("tries").hasValue(6);
  }

  private static void awaited(CyclicBarrier barrier) throws IOException {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException stopped) {
      throw new IOException(stopped);
    }
  }

  @Test
  void bodyThatBreaksOffIsReadAgainAndNeverCutShort() {
    answers.add(S3UnavailableTest::breakOff);
    assertThat(blobs.get("a")).contains(BODY);

    otherwise = S3UnavailableTest::breakOff;
    assertThatThrownBy(() -> blobs.get("a")).isInstanceOf(UnavailableException.class);
  }

  @Test
  @Timeout(30)
  void silentEndpointIsGivenUpOnInSeconds() {
    otherwise = this::silence;

    assertThatThrownBy(() -> blobs.put("a", BODY))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no answer");
    assertThat(calls).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workerThatIsInterruptedStillKeepsWhatItHas(boolean virtual) throws Exception {
    answers.add(this::silence);
    var keeping =
        new FutureTask<>(
            () -> {
              blobs.put("a", BODY);
              return Thread.currentThread().isInterrupted();
            });

    var thread = virtual ? Thread.ofVirtual().start(keeping) : Thread.ofPlatform().start(keeping);
    await().until(() -> calls.get() > 0);
    thread.interrupt();

    assertThat(keeping.get(20, TimeUnit.SECONDS)).as("its flag is set").isTrue();
    assertThat(calls).hasValueGreaterThanOrEqualTo(2);
  }
}
