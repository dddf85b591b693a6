package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ConfigCommandsTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String command, Path file, String... more) {
    var all = new ArrayList<>(List.of("config", command, "--config", file.toString()));
    all.addAll(List.of(more));
    String[] args = all.toArray(String[]::new);
    return Main.commandLine(args)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("openhqm.yaml"), yaml);
  }

  @Test
  void aGoodConfigurationIsCalledGood() throws IOException {
    var file = file("server: {port: 0}");
    assertThat(run("check", file)).isZero();
    assertThat(out).hasToString(file + ": ok" + System.lineSeparator());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void namesThatNothingHasAreMistakesAsTheyAreAtTheStart() throws IOException {
    var file = file("queue: {type: embeded}\nprocessor: {name: thumbnial}");
    String[] expected = {
      file
          + ":1:15: queue.type: there is no engine 'embeded' on the class path; did you mean"
          + " 'embedded'?; there are: ",
      file + ":2:19: processor.name: there is no processor 'thumbnial'; there are: echo",
      "2 faults in the configuration."
    };
    for (String command : new String[] {"config check", "serve"}) {
      err.getBuffer().setLength(0);
      String[] args = (command + " --config " + file).split(" ");
      int code =
          Main.commandLine(args)
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(args);
      assertThat(code).isEqualTo(ExitCode.CONFIGURATION.code());
      var lines = err.toString().lines().toList();
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0)).startsWith(expected[0]).contains("embedded, ", "memory");
      assertThat(lines.get(1)).isEqualTo(expected[1]);
      assertThat(lines.get(2)).isEqualTo(expected[2]);
    }
  }

  @Test
  void whatHasNoEffectIsSaidAndIsNoMistake() throws IOException {
    var file =
        file(
            """
            proxy: {enabled: true, endpoints: {a: {url: http://a}}}
            routing: {enabled: true, config_dict: {routes: [{match_value: x, endpoint: a}]}}
            """);
    assertThat(run("check", file)).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "note: "
                + file
                + ":2:63: routing.config.routes[0].match_value: has no effect: a route without"
                + " match_field, or with is_default, takes everything",
            file + ": ok");
  }

  @Test
  void everyMistakeIsOneLineOnStandardErrorAndTheExitCodeSaysSo() throws IOException {
    var file = file("server: {prot: 0}\nqueue: {mqtt_password: [hidden-1], mqtt_qos: hidden 2}\n");
    assertThat(run("check", file)).isEqualTo(ExitCode.CONFIGURATION.code());
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .containsExactly(
            file + ":1:10: server.prot: there is no such setting; did you mean 'port'?",
            file + ":2:24: queue.mqtt_password: expected a text",
            file
                + ":2:46: queue.mqtt_qos: expected a whole number from 0 to 2 but found a value"
                + " that is not shown",
            "3 faults in the configuration.");
  }

  @Test
  void whatIsInForceIsShownWithItsPlacesAndWithoutCredentials() throws IOException {
    var file = file("queue: {mqtt_password: hidden-1}\nworker: {count: 7}");
    assertThat(run("show", file)).isZero();
    assertThat(out.toString())
        .contains("count: 7  # " + file + ":2:17", "port: 8000  # default")
        .contains("password: \"********\"")
        .doesNotContain("hidden");
  }

  @Test
  void whatIsShownIsAConfigurationAgain() throws IOException {
    assertThat(run("show", file("queue: {redis_url: 'redis://cache:1'}"))).isZero();
    String first = out.toString();
    out.getBuffer().setLength(0);
    assertThat(run("show", file(first))).as(first).isZero();
    assertThat(out.toString().replaceAll("# .*", "")).isEqualTo(first.replaceAll("# .*", ""));
  }

  @Test
  void programsReadItAsJson() throws IOException {
    var good =
        file(
            "queue: {mqtt_password: hidden-1, kafka_bootstrap_servers: [a, b]}\nworker: {count: 7}");
    assertThat(run("show", good, "--json")).isZero();
    var shown = JsonMapper.shared().readTree(out.toString());
    assertThat(shown.at("/settings/worker/count").asInt()).isEqualTo(7);
    assertThat(shown.at("/settings/worker/count").isNumber()).isTrue();
    assertThat(shown.at("/settings/proxy/enabled").isBoolean()).isTrue();
    assertThat(shown.at("/settings/queue/connection/kafka/bootstrap_servers").toString())
        .isEqualTo("[\"a\",\"b\"]");
    assertThat(shown.at("/places").path("worker.count").asString()).isEqualTo(good + ":2:17");
    assertThat(out.toString()).doesNotContain("hidden").contains("********");

    out.getBuffer().setLength(0);
    assertThat(run("check", good, "--json")).isZero();
    assertThat(JsonMapper.shared().readTree(out.toString()).path("valid").asBoolean()).isTrue();

    out.getBuffer().setLength(0);
    var bad = file("server: {prot: 0}");
    assertThat(run("check", bad, "--json")).isEqualTo(ExitCode.CONFIGURATION.code());
    var verdict = JsonMapper.shared().readTree(out.toString());
    assertThat(verdict.path("valid").asBoolean(true)).isFalse();
    assertThat(verdict.at("/faults/0/place").asString()).isEqualTo(bad + ":1:10");
    assertThat(verdict.at("/faults/0/key").asString()).isEqualTo("server.prot");
    assertThat(verdict.at("/faults/0/detail").asString()).contains("did you mean 'port'?");
  }

  @Test
  void aFileThatIsNotThereIsAMistake() {
    var missing = folder.resolve("none.yaml");
    assertThat(run("check", missing)).isEqualTo(ExitCode.CONFIGURATION.code());
    assertThat(err.toString()).startsWith(missing + ": cannot be read: there is no such file");
  }

  @Test
  void theOptionIsStrongerThanTheVariableAndAnEmptyVariableIsNone() {
    var named = Path.of("named.yaml");
    assertThat(ConfigCommands.file(Optional.of(named), Map.of("OPENHQM_CONFIG", "other.yaml")))
        .contains(named);
    assertThat(ConfigCommands.file(Optional.empty(), Map.of("OPENHQM_CONFIG", "other.yaml")))
        .contains(Path.of("other.yaml"));
    assertThat(ConfigCommands.file(Optional.empty(), Map.of("OPENHQM_CONFIG", " "))).isEmpty();
  }
}
