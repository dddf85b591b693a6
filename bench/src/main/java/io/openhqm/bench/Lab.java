package io.openhqm.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Starts the servers of one scenario in a folder of its own, and stops those that still run. */
final class Lab implements AutoCloseable {
  /**
   * As the launcher has them, so that a comparison compares servers and not collectors and
   * compilers.
   */
  private static final List<String> SERVER_OPTIONS =
      List.of(
          "-XX:+UseParallelGC",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=30",
          "-Xms8m",
          "-XX:MaxNewSize=16m",
          "-XX:TrimNativeHeapInterval=1000",
          "-XX:InlineSmallCode=800",
          "-XX:FreqInlineSize=150",
          "-XX:MaxInlineLevel=9",
          "-XX:+UseCompactObjectHeaders");

  /** How many jobs are worked on at a time. */
  static final int WORKERS = 32;

  private final Path home;
  private final Path folder;
  private final List<Child> children = new ArrayList<>();

  Lab(Path home, String scenario) throws IOException {
    this.home = home;
    this.folder = home.resolve("bench/target/run").resolve(scenario);
    if (Files.exists(folder)) {
      try (var paths = Files.walk(folder)) {
        paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
    Files.createDirectories(folder);
  }

  Path folder() {
    return folder;
  }

  /** OpenHQM as it is delivered; a second one in the same lab goes on with the same file. */
  Child openHqm(int backendPort, String... arguments) throws IOException, InterruptedException {
    int port = Child.freePort();
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        server: {host: 127.0.0.1, port: %d}
        queue: {type: embedded, embedded_path: bench.db}
        cache: {type: embedded}
        worker: {count: %d}
        proxy:
          enabled: true
          endpoints:
            bench: {url: 'http://127.0.0.1:%d/jobs', timeout: 600}
        """
            .formatted(port, WORKERS, backendPort));
    List<String> command = new ArrayList<>(List.of(home.resolve("openhqm").toString(), "serve"));
    command.addAll(List.of("--config", config.toString()));
    command.addAll(List.of(arguments));
    return add(Child.start("openhqm", folder, port, command, "/health"));
  }

  Child backend() throws IOException, InterruptedException {
    return own(FixedBackend.class, "backend", List.of("-XX:+UseSerialGC", "-Xmx256m"));
  }

  Child bareServer() throws IOException, InterruptedException {
    return own(BareServer.class, "bare", SERVER_OPTIONS);
  }

  /** Whether the peer was built, which takes Go, and can run, which takes Redis. */
  boolean hasAsynq() {
    return Files.isExecutable(asynqFile());
  }

  private Path asynqFile() {
    return home.resolve("bench/target/asynq");
  }

  /** The same gateway in Go on asynq, on a Redis that writes as OpenHQM does: before it answers. */
  Asynq asynq(int backendPort, int workers) throws IOException, InterruptedException {
    int redisPort = Child.freePort();
    var redis =
        List.of(
            ("redis-server --port %d --bind 127.0.0.1 --appendonly yes --appendfsync always")
                .formatted(redisPort)
                .split(" "));
    var withFolder = new ArrayList<>(redis);
    withFolder.addAll(List.of("--save", "", "--dir", folder.toString()));
    var store = add(Child.start("redis", folder, redisPort, withFolder, ""));
    int port = Child.freePort();
    var command =
        List.of(
            asynqFile().toString(),
            Integer.toString(port),
            "127.0.0.1:" + redisPort,
            "http://127.0.0.1:%d/jobs".formatted(backendPort),
            Integer.toString(workers));
    return new Asynq(add(Child.start("asynq", folder, port, command, "/health")), store);
  }

  /** A peer of two processes. */
  record Asynq(Child front, Child store) {
    double cpuMillis() {
      return front.cpuMillis() + store.cpuMillis();
    }
  }

  private Child own(Class<?> main, String name, List<String> options)
      throws IOException, InterruptedException {
    int port = Child.freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName(), Integer.toString(port)));
    return add(Child.start(name, folder, port, command, "/health"));
  }

  private static String classPath() {
    var paths = new ArrayList<String>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      paths.add(Path.of(path).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, paths);
  }

  Child add(Child child) {
    children.add(child);
    return child;
  }

  /** What the files of the engine take together. */
  long engineBytes() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("bench.db"))
          .mapToLong(Lab::size)
          .sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (var child : children.reversed()) {
      child.close();
    }
  }
}
