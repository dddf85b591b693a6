package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.good;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLimitsTest {
  @ParameterizedTest
  @ValueSource(strings = {"[", "{", "{a: ", "- ", "? "})
  void whatIsNestedTooDeepIsAFault(String opening) {
    assertThat(faults(opening.repeat(100_000), Map.of()))
        .first()
        .asString()
        .contains("nested deeper than 50 levels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &a [*a]",
        "a: &a {b: *a}",
        "server: {host: \"\\U00110000\"}",
        "server: {host: \"\\UFFFFFFFF\"}",
        "server: {host: !<%zz> a}",
        "queue: {embedded_path: \"\\0\"}",
        "processor: {jar: \"\\0\"}",
        "routing: {enabled: true, config_path: \"\\0\"}"
      })
  void whatYamlAllowsAndNobodyCanUseIsAFault(String yaml) {
    assertThat(faults(yaml, Map.of())).isNotEmpty();
  }

  @Test
  void anAliasBombIsAFault() {
    var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i)).append(("*a" + (i - 1) + ", ").repeat(9));
      bomb.append("]\n");
    }
    assertThat(faults(bomb.toString(), Map.of())).isNotEmpty();
  }

  @Test
  void faultsBeyondAHundredAreCounted() {
    var yaml = new StringBuilder("server:\n");
    for (int i = 0; i < 5_000; i++) {
      yaml.append("  port").append(i).append(": 1\n");
    }
    assertThat(faults(yaml.toString(), Map.of()))
        .hasSize(101)
        .last()
        .asString()
        .isEqualTo("config.yaml: 4900 more faults are not listed");
  }

  @Test
  void aFileThatIsTooBigIsAFault(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("big.yaml"), "#".repeat(5 * 1024 * 1024));
    var result = (ConfigResult.Invalid) ConfigLoader.load(Optional.of(file), Map.of());
    assertThat(result.problems())
        .singleElement()
        .extracting(ConfigProblem::detail)
        .isEqualTo("cannot be read: it is larger than 4 MiB");
  }

  @Test
  void aFolderIsAFault(@TempDir Path folder) {
    assertThat(ConfigLoader.load(Optional.of(folder), Map.of()))
        .isInstanceOf(ConfigResult.Invalid.class);
  }

  @Test
  void mergeKeysOfYamlFilesForPythonAreUnderstood() {
    var endpoints =
        good(
                """
                proxy:
                  endpoints:
                    a: &defaults {url: "http://a", timeout: 5}
                    b:
                      <<: *defaults
                      url: http://b
                """,
                Map.of())
            .proxy()
            .endpoints();
    assertThat(endpoints.get("b").url()).hasHost("b");
    assertThat(endpoints.get("b").timeout()).hasSeconds(5);
  }
}
