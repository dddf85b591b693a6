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
import org.awaitility.Awaitility;

/** The real server in a process of its own, which can be killed and started again on its file. */
final class KilledServer implements AutoCloseable {
  private final Path folder;
  private final Path config;
  private final int port = freePort();
  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;

  KilledServer(Path folder, String backend) throws IOException {
    this.folder = folder;
    this.config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        server: {host: 127.0.0.1, port: %d}
        queue: {type: embedded, embedded_path: crash.db}
        worker: {count: 16}
        proxy:
          enabled: true
          default_endpoint: backend
          endpoints:
            backend: {url: "%s", timeout: 10}
            nobody: {url: "http://127.0.0.1:1", timeout: 10, max_retries: 1, retry_delay_base: 0.05}
        """
            .formatted(port, backend));
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

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private Process launch() throws IOException {
    var log = folder.resolve("server.log").toFile();
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.openhqm.cli.Main",
                "serve",
                "--config",
                config.toString()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
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
                    "the server ended with "
                        + process.exitValue()
                        + ": "
                        + Files.readString(folder.resolve("server.log")));
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
