package io.openhqm.bench.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lambda's side of its Runtime API, and one function in a fresh process that speaks with it by the
 * real runtime interface client.
 */
final class Lambda implements AutoCloseable {
  private static final String PATH = "/2018-06-01/runtime/";

  /** As the managed runtime starts Java, and as our bootstrap does. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx400m",
          "--enable-native-access=ALL-UNNAMED");

  /**
   * What a start took.
   *
   * @param initMillis from the start of the process to its asking for an event
   * @param firstMillis from the event to its answer
   * @param cpuMillis user and system time of the process, until the answer
   */
  record Start(double initMillis, double firstMillis, double cpuMillis) {
    double bothMillis() {
      return initMillis + firstMillis;
    }
  }

  private record Answer(String path, String body, long nanos) {}

  private final HttpServer server;
  private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final Path log;
  private final Process process;
  private final long started;

  /**
   * Starts it.
   *
   * @param before what the command begins with, such as a program that binds it to a processor
   * @param flags of Java, besides those of the runtime
   */
  Lambda(
      Candidate candidate,
      Map<String, String> environment,
      List<String> before,
      List<String> flags,
      Path log)
      throws IOException {
    this.log = log;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(PATH, this::handle);
    server.start();
    var command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(flags);
    command.add("-cp");
    command.add(candidate.classPath());
    command.add("com.amazonaws.services.lambda.runtime.api.client.AWSLambda");
    command.add(candidate.handler());
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // The client of the Runtime API puts what lies in the working folder onto the class path.
    builder.directory(Files.createDirectories(log.resolveSibling("none")).toFile());
    var variables = builder.environment();
    variables.keySet().removeIf(name -> name.startsWith("OPENHQM_") || name.startsWith("AWS_"));
    variables.putAll(platform(candidate.handler()));
    variables.putAll(environment);
    variables.putAll(candidate.variables());
    started = System.nanoTime();
    process = builder.start();
  }

  private Map<String, String> platform(String handler) {
    var variables = new HashMap<String, String>();
    variables.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + server.getAddress().getPort());
    variables.put("_HANDLER", handler);
    variables.put("LAMBDA_TASK_ROOT", log.resolveSibling("none").toString());
    variables.put("AWS_REGION", Peers.REGION);
    variables.put("AWS_ACCESS_KEY_ID", "test");
    variables.put("AWS_SECRET_ACCESS_KEY", "test");
    variables.put("AWS_LAMBDA_FUNCTION_NAME", "function");
    variables.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
    variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "group");
    variables.put("AWS_LAMBDA_LOG_STREAM_NAME", "stream");
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    return variables;
  }

  private void handle(HttpExchange exchange) throws IOException {
    long now = System.nanoTime();
    String path = exchange.getRequestURI().getPath().substring(PATH.length());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("invocation/next")) {
      asked.add(now);
      next(exchange);
    } else {
      answers.add(new Answer(path, new String(body, java.nio.charset.StandardCharsets.UTF_8), now));
      exchange.sendResponseHeaders(202, -1);
      exchange.close();
    }
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
    headers.add("Lambda-Runtime-Aws-Request-Id", "request-" + System.nanoTime());
    headers.add("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + 60_000));
    headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:f");
    headers.add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, event.length);
    exchange.getResponseBody().write(event);
    exchange.close();
  }

  /** What it answers to {@code event}. */
  String invoke(byte[] event) throws IOException, InterruptedException {
    events.add(event);
    return answer().body();
  }

  private Answer answer() throws IOException, InterruptedException {
    var answer = answers.poll(60, TimeUnit.SECONDS);
    if (answer == null || !answer.path().endsWith("/response")) {
      throw new IOException("the function failed: " + answer + "\n" + Files.readString(log));
    }
    return answer;
  }

  /** Takes the time until it asks for an event, and then until it has answered it. */
  Start measure(byte[] event, String expected) throws IOException, InterruptedException {
    var ready = asked.poll(60, TimeUnit.SECONDS);
    if (ready == null) {
      throw new IOException("the function does not start:\n" + Files.readString(log));
    }
    long sent = System.nanoTime();
    events.add(event);
    var answer = answer();
    double cpu = process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
    if (!answer.body().contains(expected)) {
      throw new IOException("not the answer that was expected: " + answer.body());
    }
    return new Start((ready - started) / 1e6, (answer.nanos() - sent) / 1e6, cpu);
  }

  /** Lets Java end in order, which writes what is written at an end. */
  void end() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IOException("the function does not end:\n" + Files.readString(log));
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
    server.stop(0);
    ((ExecutorService) server.getExecutor()).shutdownNow();
  }
}
