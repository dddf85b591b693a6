package io.openhqm.aws.worker;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** An HTTP service behind the worker: it answers what it was asked, after what a test has it do. */
final class Backend implements AutoCloseable {
  private final HttpServer server;
  private final CountDownLatch released = new CountDownLatch(1);

  /** The bodies that came, in their order. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  /** The status codes of the next answers to a body, 200 after those. */
  final Map<String, Queue<Integer>> answers = new ConcurrentHashMap<>();

  Backend() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          String text = new String(body, java.nio.charset.StandardCharsets.UTF_8);
          calls.add(text);
          if (text.contains("slow")) {
            await();
          }
          var next = answers.getOrDefault(text, new ConcurrentLinkedQueue<>()).poll();
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(
              next == null ? 200 : next, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private void await() {
    try {
      released.await();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next answers to {@code body}. */
  void answers(String body, Integer... statusCodes) {
    answers.put(body, new ConcurrentLinkedQueue<>(List.of(statusCodes)));
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
  }
}
