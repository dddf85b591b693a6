package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own: what it takes from its environment. */
class CommandProcessTest {
  private static final String UNKNOWN = "0199c0de-0000-7000-8000-000000000000";

  @TempDir Path folder;

  private record Ended(int code, String out, String err) {}

  private Ended run(Map<String, String> environment, String terminals, String... args)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dopenhqm.terminals=" + terminals,
                "-cp",
                System.getProperty("java.class.path"),
                "io.openhqm.cli.Main"));
    command.addAll(List.of(args));
    var out = folder.resolve("out");
    var err = folder.resolve("err");
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeAll(List.of("NO_COLOR", "OPENHQM_SERVER", "TERM"));
    builder.environment().putAll(environment);
    var process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void theServerCanBeNamedByAVariable() throws Exception {
    var ended = run(Map.of("OPENHQM_SERVER", "http://127.0.0.1:1"), "", "status", UNKNOWN);

    assertThat(ended.code()).isEqualTo(ExitCode.UNAVAILABLE.code());
    assertThat(ended.err()).contains("http://127.0.0.1:1").doesNotContain("\u001b");
  }

  @Test
  void coloursAreForTerminalsAndNotWhereNobodyWantsThem() throws Exception {
    String[] refused = {"status", UNKNOWN, "--server", "http://127.0.0.1:1"};
    // A progress line may stand before it, and is wiped.
    assertThat(run(Map.of(), "out err", refused).err()).contains("\u001b[31mNo answer");
    assertThat(run(Map.of(), "out", refused).err()).startsWith("No answer");
    assertThat(run(Map.of("NO_COLOR", "1"), "out err", refused).err())
        .contains("No answer")
        .doesNotContain("\u001b[31m");

    assertThat(run(Map.of(), "out err", "--help").out()).contains("\u001b[");
    assertThat(run(Map.of("NO_COLOR", "1"), "out err", "--help").out()).doesNotContain("\u001b");
    assertThat(run(Map.of(), "", "submit").err())
        .contains("Missing required parameter")
        .doesNotContain("\u001b");
  }
}
