package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShutdownTest {
  @TempDir Path folder;

  @Test
  void whatWasStartedLastIsClosedFirstAndOnlyOnce() throws InterruptedException {
    var closed = new ArrayList<String>();
    var shutdown = new Shutdown();
    shutdown.closes(() -> closed.add("log"));
    shutdown.closes(() -> closed.add("server"));
    assertThat(closed).isEmpty();
    assertThat(shutdown.isDoneIn(Duration.ZERO)).isFalse();

    shutdown.begin();
    shutdown.begin();

    assertThat(shutdown.isDoneIn(Duration.ZERO)).isTrue();
    assertThat(closed).containsExactly("server", "log");
  }

  @Test
  void whatIsStartedAfterwardsIsClosedAtOnce() {
    var closed = new ArrayList<String>();
    var shutdown = new Shutdown();
    shutdown.begin();

    shutdown.closes(() -> closed.add("server"));

    assertThat(closed).containsExactly("server");
  }

  /** Runs a command in a process that was told to end before, and ends when the command has. */
  static final class ToldBefore {
    private ToldBefore() {}

    public static void main(String[] args) throws InterruptedException {
      var told = new CountDownLatch(1);
      var command = Thread.currentThread();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    told.countDown();
                    join(command);
                  }));
      new Thread(() -> System.exit(0)).start();
      told.await();
      System.out.println("ended with " + Main.commandLine(args).execute(args));
    }

    private static void join(Thread command) {
      try {
        command.join();
      } catch (InterruptedException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo --port 0", "serve --port 0"})
  void whoIsToldToEndWhileItStartsSaysNothingOfItAndLeavesNothingBehind(String line)
      throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + Files.createDirectory(folder.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                ToldBefore.class.getName()));
    command.addAll(List.of(line.split(" ")));
    var out = folder.resolve("out");
    var err = folder.resolve("err");
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(Files.readString(out)).contains("ended with ");
    assertThat(Files.readString(err)).doesNotContain("Shutdown in progress", "Exception");
    try (var left = Files.list(folder.resolve("tmp"))) {
      assertThat(left).noneMatch(file -> file.toString().contains("openhqm-demo"));
    }
  }
}
