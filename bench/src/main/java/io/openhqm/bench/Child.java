package io.openhqm.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own. */
final class Child implements AutoCloseable {
  private final String name;
  private final Process process;
  private final int port;
  private final Path log;
  private final long started = System.nanoTime();
  private double readyMillis;

  private Child(String name, Process process, int port, Path log) {
    this.name = name;
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /**
   * Starts it and returns at the first 200 of {@code healthPath}; empty: when it is connected to.
   */
  static Child start(String name, Path folder, int port, List<String> command, String healthPath)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path log = folder.resolve(name + ".log");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
    var child = new Child(name, builder.start(), port, log);
    Runtime.getRuntime().addShutdownHook(new Thread(child.process::destroyForcibly));
    try {
      child.awaitHealth(healthPath);
      return child;
    } catch (IOException | RuntimeException e) {
      child.kill();
      throw e;
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitHealth(String path) throws IOException, InterruptedException {
    byte[] request = Requests.get(path);
    long until = started + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < until) {
      if (!process.isAlive()) {
        throw new IOException(name + " did not start: " + Files.readString(log));
      }
      try (var connection = new Connection(port)) {
        if (path.isEmpty() || connection.call(request) == 200) {
          readyMillis = (System.nanoTime() - started) / 1e6;
          return;
        }
      } catch (IOException notYet) {
        // asked again below
      }
      Thread.sleep(2);
    }
    throw new IOException(name + " is not healthy after a minute: " + Files.readString(log));
  }

  /** From the start of the process to the first 200, in milliseconds. */
  double readyMillis() {
    return readyMillis;
  }

  long startedNanos() {
    return started;
  }

  int port() {
    return port;
  }

  Driver driver() {
    return new Driver(port);
  }

  String get(String path) throws IOException {
    try (var connection = new Connection(port)) {
      Driver.expect(200, connection.call(Requests.get(path)), connection);
      return connection.body();
    }
  }

  /** The sum of a metric over all its labels that contain {@code labels}. */
  double metric(String metric, String labels) throws IOException {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .filter(line -> line.contains(labels))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** User and system time of the process so far. */
  double cpuMillis() {
    return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
  }

  /** Resident memory, in MiB. */
  double residentMiB() throws IOException {
    var file = Path.of("/proc/" + process.pid() + "/smaps_rollup");
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("Rss:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("no Rss in " + file);
  }

  /** As the power cut does it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As an operator does it. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(40, TimeUnit.SECONDS)) {
      kill();
    }
  }
}
