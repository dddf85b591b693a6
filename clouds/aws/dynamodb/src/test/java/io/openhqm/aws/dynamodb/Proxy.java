package io.openhqm.aws.dynamodb;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Stands between a client and DynamoDB and does what a network and a busy service do. */
final class Proxy implements AutoCloseable {
  private static final Set<String> OWN = Set.of("connection", "content-length", "host", "upgrade");

  /** What becomes of one call. */
  sealed interface Fate {
    /** It is carried out, and the connection breaks before its answer is through. */
    record AnswerLost() implements Fate {}

    /** It is not carried out: its connection was dead. */
    record Dead() implements Fate {}

    /** The connection stays open and nothing comes. */
    record Silence() implements Fate {}

    /** It is not carried out and answered so. */
    record Answered(int status, String code, String more) implements Fate {}
  }

  private final URI behind;
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String operation = "";
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile Optional<Fate> always = Optional.empty();

  Proxy(URI behind) throws IOException {
    this.behind = behind;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next calls meet these, one each; those after them go through. */
  void next(Fate... some) {
    nextOf("", some);
  }

  /** The same for calls of one operation. */
  void nextOf(String name, Fate... some) {
    operation = name;
    fates.addAll(List.of(some));
  }

  void always(Fate fate) {
    always = Optional.of(fate);
  }

  void heal() {
    fates.clear();
    always = Optional.empty();
  }

  static Fate throttled() {
    return new Fate.Answered(400, "ProvisionedThroughputExceededException", "");
  }

  static Fate broken() {
    return new Fate.Answered(500, "InternalServerError", "");
  }

  /** The operations that were called, each try on its own. */
  List<String> calls() {
    return calls;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    String called = target.substring(target.indexOf('.') + 1);
    calls.add(called);
    var fate =
        Optional.of(called)
            .filter(name -> name.endsWith(operation))
            .map(name -> fates.poll())
            .or(() -> always);
    try (exchange) {
      if (fate.isEmpty()) {
        answer(exchange, forward(exchange, body));
        return;
      }
      switch (fate.get()) {
        case Fate.AnswerLost lost -> forward(exchange, body);
        case Fate.Dead dead -> {}
        case Fate.Silence silence -> awaitClose();
        case Fate.Answered(int status, String code, String more) -> {
          byte[] json =
              """
              {"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"at the proxy"%s}
              """
                  .formatted(code, more)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
          exchange.sendResponseHeaders(status, json.length);
          exchange.getResponseBody().write(json);
        }
      }
    }
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException {
    var request =
        HttpRequest.newBuilder(behind.resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!OWN.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException over) {
      throw new IOException(over);
    }
  }

  private static void answer(HttpExchange exchange, HttpResponse<byte[]> response)
      throws IOException {
    response
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!OWN.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
              }
            });
    byte[] body = response.body();
    exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    client.close();
  }
}
