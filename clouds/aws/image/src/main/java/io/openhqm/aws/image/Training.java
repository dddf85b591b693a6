package io.openhqm.aws.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Runs a function on the runtime interface client as Lambda would, with some events, so that Java
 * learns which classes it takes. There is no AWS: this plays the {@link Services} that the function
 * calls, and a backend, so that a job goes its whole way.
 */
public final class Training {
  private static final String PATH = "/2018-06-01/runtime/";
  private static final int PATIENCE_SECONDS = 60;

  private final HttpServer server;
  private final String expected;
  private final List<byte[]> events;
  private final CountDownLatch answered;
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  private Training(String expected, List<byte[]> events) throws IOException {
    this.expected = expected;
    this.events = new ArrayList<>(events);
    this.answered = new CountDownLatch(events.size());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(PATH, this::runtime);
    server.createContext("/", new Services()::answer);
    server.start();
  }

  /**
   * {@code CACHE START HANDLER EXPECTED EVENT ...}: the file to write, the command, what each of
   * its answers must hold, and files of events.
   */
  public static void main(String[] args) throws Exception {
    var events = new ArrayList<byte[]>();
    for (int i = 4; i < args.length; i++) {
      events.add(Files.readAllBytes(Path.of(args[i])));
    }
    new Training(args[3], events).run(Path.of(args[0]), List.of(args[1], args[2]));
    System.exit(0);
  }

  private void run(Path cache, List<String> command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment(command.getLast()));
    builder.environment().put("AOT_CACHE_OUTPUT", cache.toString());
    var function = builder.start();
    boolean done = answered.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    // In order, as Java writes the cache when it ends.
    function.destroy();
    boolean ended = function.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!done || !wrong.isEmpty()) {
      function.destroyForcibly();
      throw new IOException(
          "the function did not answer each event with "
              + expected
              + " but: "
              + String.join("; ", wrong)
              + "; what it wrote stands above");
    }
    if (!ended || !Files.exists(cache)) {
      function.destroyForcibly();
      throw new IOException("no AOT cache was written to " + cache);
    }
  }

  private Map<String, String> environment(String handler) {
    String here = "127.0.0.1:" + server.getAddress().getPort();
    return Map.ofEntries(
        Map.entry("AWS_LAMBDA_RUNTIME_API", here),
        Map.entry("AWS_ENDPOINT_URL", "http://" + here),
        Map.entry("AWS_REGION", "us-east-1"),
        Map.entry("AWS_ACCESS_KEY_ID", "nobody"),
        Map.entry("AWS_SECRET_ACCESS_KEY", "nobody"),
        Map.entry("AWS_LAMBDA_FUNCTION_NAME", "training"),
        Map.entry("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        Map.entry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        Map.entry("AWS_LAMBDA_LOG_GROUP_NAME", "training"),
        Map.entry("AWS_LAMBDA_LOG_STREAM_NAME", "training"),
        Map.entry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        Map.entry("_HANDLER", handler),
        Map.entry("OPENHQM_QUEUE__TYPE", "sqs"),
        Map.entry("OPENHQM_QUEUE__SQS_QUEUE_URL", "http://" + here + "/0/requests"),
        Map.entry("OPENHQM_QUEUE__SQS_DLQ_URL", "http://" + here + "/0/dead"),
        Map.entry("OPENHQM_GIVEN_UP_QUEUE_URL", "http://" + here + "/0/given-up"),
        Map.entry("OPENHQM_CACHE__TYPE", "dynamodb"),
        Map.entry("OPENHQM_CACHE__DYNAMODB_TABLE", "jobs"),
        Map.entry("OPENHQM_CACHE__DYNAMODB_INDEX_LEASES", "false"),
        Map.entry("OPENHQM_BLOBS__TYPE", "s3"),
        Map.entry("OPENHQM_BLOBS__S3_BUCKET", "bodies"),
        Map.entry("OPENHQM_PROXY__ENABLED", "true"),
        Map.entry("OPENHQM_PROXY__DEFAULT_ENDPOINT", "http://" + here + Services.BACKEND));
  }

  private void runtime(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String path = exchange.getRequestURI().getPath();
    if (path.endsWith("/next")) {
      next(exchange);
      return;
    }
    exchange.sendResponseHeaders(202, -1);
    exchange.close();
    if (!path.endsWith("/response") || !body.contains(expected)) {
      wrong.add(body);
    }
    if (path.endsWith("/init/error")) {
      events.forEach(event -> answered.countDown());
    }
    answered.countDown();
  }

  private void next(HttpExchange exchange) throws IOException {
    byte[] event;
    synchronized (this) {
      if (events.isEmpty()) {
        return; // it waits, as it does where nobody calls
      }
      event = events.removeFirst();
    }
    var headers = exchange.getResponseHeaders();
    headers.add("Lambda-Runtime-Aws-Request-Id", "training-" + events.size());
    headers.add("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + 30_000));
    headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:0:function:f");
    headers.add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, event.length);
    exchange.getResponseBody().write(event);
    exchange.close();
  }
}
