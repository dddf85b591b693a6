package io.openhqm.aws.lambda.testing;

import io.openhqm.aws.lambda.testing.RuntimeStub.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A function in a process of its own that speaks with Lambda's Runtime API by the real runtime
 * interface client.
 */
public final class RuntimeApi implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final RuntimeStub lambda;
  private final Path log;
  private final Process function;

  private RuntimeApi(RuntimeStub lambda, Path log, Process function) {
    this.lambda = lambda;
    this.log = log;
    this.function = function;
  }

  /**
   * Starts a function on this class path.
   *
   * @param handler as in a template
   */
  public static RuntimeApi start(String handler, Map<String, String> environment)
      throws IOException {
    var lambda = new RuntimeStub();
    var log = Files.createTempFile("function", ".log");
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
            handler);
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    var taskRoot = Path.of(System.getProperty("java.io.tmpdir"));
    builder.environment().putAll(lambda.environment(handler, taskRoot));
    builder.environment().putAll(environment);
    return new RuntimeApi(lambda, log, builder.start());
  }

  /** What the function answers to {@code event}, or what it says of a start that failed. */
  public Answer invoke(byte[] event) throws InterruptedException, IOException {
    lambda.send(event);
    var answer = lambda.answer(PATIENCE);
    if (answer.isEmpty()) {
      throw new AssertionError("no answer; the function's log:\n" + log());
    }
    return answer.get();
  }

  /** Returns when the function is ready for the snapshot from which it is restored later. */
  public void awaitSnapshot() throws InterruptedException, IOException {
    if (!lambda.awaitSnapshot(PATIENCE)) {
      throw new AssertionError("no snapshot; the function's log:\n" + log());
    }
  }

  /** Lets it go on as after a restore. */
  public void restore() {
    lambda.restore();
  }

  /** What the function has written so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    function.destroyForcibly();
    lambda.close();
  }
}
