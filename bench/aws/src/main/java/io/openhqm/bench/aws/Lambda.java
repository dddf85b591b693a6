package io.openhqm.bench.aws;

import io.openhqm.aws.lambda.testing.RuntimeStub;
import io.openhqm.aws.lambda.testing.RuntimeStub.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One function in a fresh process that speaks with Lambda's Runtime API by the real runtime
 * interface client.
 */
final class Lambda implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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

  private final RuntimeStub lambda = new RuntimeStub();
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
    var taskRoot = Files.createDirectories(log.resolveSibling("none"));
    builder.directory(taskRoot.toFile());
    var variables = builder.environment();
    variables.keySet().removeIf(name -> name.startsWith("OPENHQM_") || name.startsWith("AWS_"));
    variables.putAll(lambda.environment(candidate.handler(), taskRoot));
    variables.putAll(environment);
    variables.putAll(candidate.variables());
    started = System.nanoTime();
    process = builder.start();
  }

  /** What it answers to {@code event}. */
  String invoke(byte[] event) throws IOException, InterruptedException {
    lambda.send(event);
    return answer().body();
  }

  private Answer answer() throws IOException, InterruptedException {
    var answer = lambda.answer(PATIENCE);
    if (answer.filter(any -> any.path().endsWith("/response")).isEmpty()) {
      throw new IOException("the function failed: " + answer + "\n" + Files.readString(log));
    }
    return answer.get();
  }

  /** Takes the time until it asks for an event, and then until it has answered it. */
  Start measure(byte[] event, String expected) throws IOException, InterruptedException {
    var ready = lambda.asked(PATIENCE);
    if (ready.isEmpty()) {
      throw new IOException("the function does not start:\n" + Files.readString(log));
    }
    long sent = System.nanoTime();
    lambda.send(event);
    var answer = answer();
    double cpu = process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
    if (!answer.body().contains(expected)) {
      throw new IOException("not the answer that was expected: " + answer.body());
    }
    return new Start((ready.get() - started) / 1e6, (answer.nanoTime() - sent) / 1e6, cpu);
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
    lambda.close();
  }
}
