package io.openhqm.crash;

import io.helidon.http.HeaderValues;
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
import java.util.concurrent.locks.LockSupport;

/** A real HTTP backend that answers what it was sent, and notes in which life of the server. */
final class CountingBackend implements AutoCloseable {
  private final Map<String, List<Integer>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger life = new AtomicInteger();
  private final WebServer server =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .shutdownHook(false)
          .routing(HttpRouting.builder().any(this::answer))
          .build()
          .start();

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  /** From now on calls belong to the next life of the server. */
  void nextLife() {
    life.incrementAndGet();
  }

  /** By body: the life of the server in which each call of it came. */
  Map<String, List<Integer>> calls() {
    return calls;
  }

  private void answer(ServerRequest request, ServerResponse response) {
    String body = request.content().as(String.class);
    calls.computeIfAbsent(body, any -> new CopyOnWriteArrayList<>()).add(life.get());
    // Calls take a little, so that each kill finds some under way.
    LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
    response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
    response.send("{\"answer\":" + body + "}");
  }

  @Override
  public void close() {
    server.stop();
  }
}
