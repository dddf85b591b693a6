package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Changes good files and variables at random: what comes back is always a result, and no message of
 * it holds a secret. {@code zqfile} begins every secret in a file, {@code zqenv} every value of a
 * variable.
 */
class ConfigFuzzTest {
  private static final int ROUNDS = Integer.getInteger("openhqm.fuzz.rounds", 4_000);
  private static final long SEED = Long.getLong("openhqm.fuzz.seed", 20_261);
  private static final Map<String, String> ENVIRONMENT = Map.of("API_TOKEN", "zqenv-token");
  private static final String ODD = ":-[]{}\"'&*!|>%@`#,?=<\\$ \n\n\t\0ä🙂0~.";

  private static final List<String> VALUES =
      List.of(
          "zqenv",
          "zqenv: 1",
          "{\"a\": \"zqenv\"}",
          "[\"zqenv\", 1]",
          "[zqenv",
          "{zqenv}",
          "[*zqenv]",
          "{\"a\": {\"url\": \"http://u:zqenv@h\", \"auth_token\": \"zqenv\", \"timeout\": \"zqenv\"}}",
          "http://u:zqenv@h:99999",
          "${zqenv}",
          "\0zqenv",
          "",
          "7",
          "true");

  private static String resource(String name) throws IOException {
    try (InputStream in = ConfigFuzzTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"secrets.yaml", "python.yaml", "example"})
  void noChangeOfAFileThrowsOrTellsASecret(String name) throws IOException {
    String file =
        name.equals("example")
            ? Files.readString(Path.of("..", "config.example.yaml"))
            : resource(name);
    assertThat(read(file, ENVIRONMENT)).isInstanceOf(ConfigResult.Loaded.class);
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      check(changed(file, random), ENVIRONMENT, round);
    }
  }

  @Test
  void noVariableThrowsOrIsTold() throws IOException {
    String file = resource("secrets.yaml");
    var names = names();
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      var environment = new TreeMap<>(ENVIRONMENT);
      for (int i = random.nextInt(4); i >= 0; i--) {
        String name = names.get(random.nextInt(names.size()));
        String variable = random.nextInt(4) == 0 ? changedName(name, random) : name;
        environment.put(variable, VALUES.get(random.nextInt(VALUES.size())));
      }
      check(random.nextBoolean() ? file : "", environment, round);
    }
  }

  private static void check(String yaml, Map<String, String> environment, int round) {
    switch (read(yaml, environment)) {
      case ConfigResult.Loaded loaded -> {
        String shown = ConfigShow.render(loaded);
        assertThat(read(shown, Map.of()))
            .as("seed %d, round %d: what is shown loads%n%s%n%s", SEED, round, yaml, shown)
            .isInstanceOf(ConfigResult.Loaded.class);
      }
      case ConfigResult.Invalid invalid -> {
        assertThat(invalid.problems()).isNotEmpty();
        for (var problem : invalid.problems()) {
          String line = problem.toLine();
          assertThat(line)
              .as("seed %d, round %d%n%s%n%s", SEED, round, yaml, environment)
              .doesNotContain("zqfile", "zqenv")
              .doesNotContain("\n", "\r", "\0")
              .hasSizeLessThan(600);
        }
      }
    }
  }

  private static String changed(String file, Random random) {
    var text = new StringBuilder(file);
    for (int change = random.nextInt(5); change >= 0; change--) {
      if (random.nextInt(4) == 0) {
        changeLine(text, random);
      } else {
        changeCharacter(text, random);
      }
    }
    return text.toString();
  }

  private static void changeCharacter(StringBuilder text, Random random) {
    int at = random.nextInt(text.length());
    switch (random.nextInt(3)) {
      case 0 -> text.deleteCharAt(at);
      case 1 -> text.insert(at, ODD.charAt(random.nextInt(ODD.length())));
      default -> text.setCharAt(at, ODD.charAt(random.nextInt(ODD.length())));
    }
  }

  private static void changeLine(StringBuilder text, Random random) {
    var lines = new ArrayList<>(text.toString().lines().toList());
    int at = random.nextInt(lines.size());
    String line = lines.get(at);
    switch (random.nextInt(5)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(random.nextInt(lines.size()), line);
      case 2 -> lines.set(at, "  " + line);
      case 3 -> lines.set(at, line.strip());
      default -> lines.set(at, line.substring(0, random.nextInt(line.length() + 1)));
    }
    text.setLength(0);
    text.append(String.join("\n", lines)).append('\n');
  }

  private static List<String> names() {
    var names = new ArrayList<>(Variables.SHORT.keySet());
    for (var section : List.copyOf(Settings.SECTIONS.keySet())) {
      for (var setting : Settings.SECTIONS.getOrDefault(section, List.of())) {
        names.add(Variables.name(section, setting));
      }
    }
    for (var setting : ProxySettings.ENDPOINT) {
      names.add(ReferenceTables.variable("endpoint", setting).replace("NAME", "TOKEN"));
    }
    names.add("OPENHQM_QUEUE__CONNECTION__REDIS");
    names.add("OPENHQM_QUEUE__CONNECTION__REDIS__URL");
    names.add("OPENHQM_QUEUE__CONNECTION__CUSTOM__CONFIG__A__B");
    names.add("OPENHQM_PROXY__ENDPOINTS__FIELDS__HEADERS__X");
    names.add("OPENHQM_PROXY__ENDPOINTS__NEW");
    return names;
  }

  private static String changedName(String name, Random random) {
    var text = new StringBuilder(name);
    int at = random.nextInt(text.length());
    switch (random.nextInt(3)) {
      case 0 -> text.deleteCharAt(at);
      case 1 -> text.insert(at, '_');
      default -> text.setCharAt(at, (char) ('A' + random.nextInt(26)));
    }
    return text.toString();
  }
}
