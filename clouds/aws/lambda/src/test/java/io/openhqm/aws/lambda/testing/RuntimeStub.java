package io.openhqm.aws.lambda.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Lambda's side of its Runtime API, small, for one function. Safe for use by many threads. */
public final class RuntimeStub implements AutoCloseable {
  private static final String PATH = "/2018-06-01/runtime/";

  /**
   * What came back.
   *
   * @param path after {@code /runtime/}; ends in {@code /response} where all went well
   * @param nanoTime when it came
   */
  public record Answer(String path, String body, long nanoTime) {}

  private final HttpServer server;
  private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final CountDownLatch snapshot = new CountDownLatch(1);
  private final CountDownLatch restored = new CountDownLatch(1);
  private final AtomicInteger invocations = new AtomicInteger();

  /** Listens on a free port. */
  public RuntimeStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(PATH, this::handle);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  /**
   * What Lambda tells the process of a function.
   *
   * @param handler as in a template
   * @param taskRoot where the function is
   */
  public Map<String, String> environment(String handler, Path taskRoot) {
    var environment = new HashMap<String, String>();
    environment.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + server.getAddress().getPort());
    environment.put("_HANDLER", handler);
    environment.put("LAMBDA_TASK_ROOT", taskRoot.toString());
    environment.put("AWS_REGION", "eu-central-1");
    environment.put("AWS_ACCESS_KEY_ID", "test");
    environment.put("AWS_SECRET_ACCESS_KEY", "test");
    environment.put("AWS_LAMBDA_FUNCTION_NAME", "function");
    environment.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    environment.put("AWS_LAMBDA_LOG_GROUP_NAME", "group");
    environment.put("AWS_LAMBDA_LOG_STREAM_NAME", "stream");
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    return environment;
  }

  private void handle(HttpExchange exchange) throws IOException {
    long now = System.nanoTime();
    String path = exchange.getRequestURI().getPath().substring(PATH.length());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("invocation/next")) {
      asked.add(now);
      next(exchange);
      return;
    }
    if (path.equals("restore/next")) {
      restore(exchange);
      return;
    }
    answers.add(new Answer(path, new String(body, UTF_8), now));
    exchange.sendResponseHeaders(202, -1);
    exchange.close();
  }

  private void restore(HttpExchange exchange) throws IOException {
    snapshot.countDown();
    try {
      restored.await();
      exchange.sendResponseHeaders(200, -1);
    } catch (InterruptedException closed) {
      // nobody waits for it
    }
    exchange.close();
  }

  private void next(HttpExchange exchange) throws IOException {
    byte[] event;
    try {
      event = events.take();
    } catch (InterruptedException closed) {
      exchange.close();
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.add("Lambda-Runtime-Aws-Request-Id", "request-" + invocations.incrementAndGet());
    headers.add("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + 30_000));
    headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:f");
    headers.add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, event.length);
    exchange.getResponseBody().write(event);
    exchange.close();
  }

  /** Hands it to the function as soon as that asks for one. */
  public void send(byte[] event) {
    events.add(event);
  }

  /** What the function answers next, or what it says of a start that failed. */
  public Optional<Answer> answer(Duration atMost) throws InterruptedException {
    return Optional.ofNullable(answers.poll(atMost.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** When the function asked for an event, by {@link System#nanoTime}. */
  public Optional<Long> asked(Duration atMost) throws InterruptedException {
    return Optional.ofNullable(asked.poll(atMost.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Whether the function is ready for the snapshot from which it is restored later. */
  public boolean awaitSnapshot(Duration atMost) throws InterruptedException {
    return snapshot.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Lets it go on as after a restore. */
  public void restore() {
    restored.countDown();
  }

  @Override
  public void close() {
    server.stop(0);
    ((ExecutorService) server.getExecutor()).shutdownNow();
  }
}
