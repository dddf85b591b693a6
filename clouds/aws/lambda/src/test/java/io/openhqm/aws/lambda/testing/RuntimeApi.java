package io.openhqm.aws.lambda.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lambda's side of its Runtime API, small, and a function in a process of its own that speaks with
 * it by the real runtime interface client.
 */
public final class RuntimeApi implements AutoCloseable {
  private static final String PATH = "/2018-06-01/runtime/";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What came back.
   *
   * @param path after {@code /runtime/}; ends in {@code /response} where all went well
   */
  public record Answer(String path, String body) {}

  private final HttpServer server;
  private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final CountDownLatch snapshot = new CountDownLatch(1);
  private final CountDownLatch restored = new CountDownLatch(1);
  private final AtomicInteger invocations = new AtomicInteger();
  private final Path log;
  private final Process function;

  private RuntimeApi(HttpServer server, Path log, Process function) {
    this.server = server;
    this.log = log;
    this.function = function;
    server.createContext(PATH, this::handle);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  /**
   * Starts a function on this class path.
   *
   * @param handler as in a template
   */
  public static RuntimeApi start(String handler, Map<String, String> environment)
      throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var log = Files.createTempFile("function", ".log");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                handler));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment(server.getAddress().getPort(), handler));
    builder.environment().putAll(environment);
    return new RuntimeApi(server, log, builder.start());
  }

  private static Map<String, String> environment(int port, String handler) {
    var environment = new HashMap<String, String>();
    environment.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + port);
    environment.put("_HANDLER", handler);
    environment.put("LAMBDA_TASK_ROOT", System.getProperty("java.io.tmpdir"));
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
    String path = exchange.getRequestURI().getPath().substring(PATH.length());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("invocation/next")) {
      next(exchange);
      return;
    }
    if (path.equals("restore/next")) {
      restore(exchange);
      return;
    }
    answers.add(new Answer(path, new String(body, UTF_8)));
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

  /** What the function answers to {@code event}, or what it says of a start that failed. */
  public Answer invoke(byte[] event) throws InterruptedException, IOException {
    events.add(event);
    var answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer; the function's log:\n" + log());
    }
    return answer;
  }

  /** Returns when the function is ready for the snapshot from which it is restored later. */
  public void awaitSnapshot() throws InterruptedException, IOException {
    if (!snapshot.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("no snapshot; the function's log:\n" + log());
    }
  }

  /** Lets it go on as after a restore. */
  public void restore() {
    restored.countDown();
  }

  /** What the function has written so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    function.destroyForcibly();
    server.stop(0);
    ((java.util.concurrent.ExecutorService) server.getExecutor()).shutdownNow();
  }
}
