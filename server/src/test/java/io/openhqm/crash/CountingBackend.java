package io.openhqm.crash;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** A real HTTP backend that answers what it was sent, and notes when and in which life. */
final class CountingBackend implements AutoCloseable {
  private static final Pattern NUMBER = Pattern.compile("\\{\"number\":([0-9]+)");

  private final Duration takes;
  private final Map<Integer, List<Call>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger life = new AtomicInteger();
  private final AtomicLong turns = new AtomicLong();
  private final WebServer server =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .shutdownHook(false)
          .routing(HttpRouting.builder().any(this::answer))
          .build()
          .start();

  /**
   * @param takes how long a call is under way
   */
  CountingBackend(Duration takes) {
    this.takes = takes;
  }

  /**
   * @param life of the process that called
   * @param turn its number among all calls, by when they began
   * @param nanoTime when it came
   */
  record Call(int life, long turn, long nanoTime) {}

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  /** From now on calls belong to the next life of the process that makes them. */
  void nextLife() {
    life.incrementAndGet();
  }

  /** By number of the submission, each call of it. */
  Map<Integer, List<Call>> calls() {
    return calls;
  }

  private void answer(ServerRequest request, ServerResponse response) {
    long now = System.nanoTime();
    String body;
    try {
      body = request.content().as(String.class);
    } catch (RuntimeException cutOff) {
      // The server died while it sent.
      response.status(Status.BAD_REQUEST_400).send();
      return;
    }
    var number = NUMBER.matcher(body);
    if (!number.lookingAt()) {
      throw new IllegalArgumentException("nobody submitted " + body);
    }
    calls
        .computeIfAbsent(Integer.valueOf(number.group(1)), any -> new CopyOnWriteArrayList<>())
        .add(new Call(life.get(), turns.getAndIncrement(), now));
    LockSupport.parkNanos(takes.toNanos());
    response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
    response.send("{\"answer\":" + body + "}");
  }

  @Override
  public void close() {
    server.stop();
  }
}
