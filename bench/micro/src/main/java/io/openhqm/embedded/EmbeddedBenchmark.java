package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.UuidV7;
import io.openhqm.micro.MicroBenchmark;
import io.openhqm.micro.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Jobs that are stored: in a file of the folder for temporary files, synced before each return. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class EmbeddedBenchmark extends MicroBenchmark {
  private final Path folder = folder();
  private final Engine engine =
      EmbeddedEngines.open(EmbeddedSettings.of(folder.resolve("bench.db")), Samples.CLOCK);
  private final Intake intake = engine.intake().orElseThrow();
  private final UuidV7 ids =
      new UuidV7(Samples.CLOCK, () -> ThreadLocalRandom.current().nextLong());

  private static Path folder() {
    try {
      return Files.createTempDirectory("openhqm-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the engine and deletes its file. */
  @TearDown
  public void close() throws IOException {
    engine.close();
    try (var files = Files.list(folder)) {
      files.forEach(file -> file.toFile().delete());
    }
    Files.delete(folder);
  }

  /** Each commit is for one job: what the disk can do. */
  @Benchmark
  @Threads(1)
  public JobStore.Creation acceptAlone() {
    return accept();
  }

  /** Commits are shared. */
  @Benchmark
  @Threads(8)
  public JobStore.Creation acceptAmong8() {
    return accept();
  }

  /** As many as the load driver has connections. */
  @Benchmark
  @Threads(64)
  public JobStore.Creation acceptAmong64() {
    return accept();
  }

  private JobStore.Creation accept() {
    var now = Samples.now();
    var message = Samples.message(ids.next());
    return intake.accept(Job.pending(message.id(), now, now, Optional.empty()), message, now);
  }
}
