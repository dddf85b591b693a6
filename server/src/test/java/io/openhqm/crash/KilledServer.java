package io.openhqm.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * The real server in a process of its own, which can be killed and started again on what it has
 * stored.
 */
final class KilledServer implements AutoCloseable {
  private final String mode;
  private final Map<String, String> environment;
  private final Path config;
  private final Path log;
  private final int port = freePort();
  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;

  /**
   * @param mode what runs in the process
   * @param engines the sections of the configuration that say where jobs and messages are
   * @param environment beside what this process has
   */
  KilledServer(
      Path folder, String mode, String engines, String backend, Map<String, String> environment)
      throws IOException {
    this.mode = mode;
    this.environment = environment;
    this.config = folder.resolve(mode + ".yaml");
    this.log = folder.resolve(mode + ".log");
    Files.writeString(
        config,
        """
        server: {host: 127.0.0.1, port: %d}
        %s
        proxy:
          enabled: true
          default_endpoint: backend
          endpoints:
            backend: {url: "%s", timeout: 10}
            nobody: {url: "http://127.0.0.1:1", timeout: 10, max_retries: 1, retry_delay_base: 0.05}
        """
            .formatted(port, engines, backend));
    this.process = launch();
    awaitReady();
  }

  /** SIGKILL: nothing in the process gets to run any more. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void startAgain() throws IOException {
    process = launch();
    awaitReady();
  }

  /** Whether there are calls of the backend that a kill cuts off. */
  boolean calls() {
    return !mode.equals("listener");
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private Process launch() throws IOException {
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.openhqm.cli.Main",
                "serve",
                "--mode",
                mode,
                "--config",
                config.toString()));
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private void awaitReady() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(
                    "the server ended with " + process.exitValue() + ": " + Files.readString(log));
              }
              return isReady();
            });
  }

  private boolean isReady() throws InterruptedException {
    try {
      var request =
          HttpRequest.newBuilder(at("/health/ready")).timeout(Duration.ofSeconds(2)).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    process.waitFor();
    client.close();
  }
}
