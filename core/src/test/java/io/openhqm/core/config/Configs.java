package io.openhqm.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads texts as configurations, for tests. */
final class Configs {
  private Configs() {}

  static ConfigResult read(String yaml, Map<String, String> environment) {
    return ConfigLoader.loadText(yaml, "config.yaml", Path.of(""), environment);
  }

  static ConfigResult.Loaded loaded(String yaml, Map<String, String> environment) {
    var result = read(yaml, environment);
    assertThat(result).as(yaml).isInstanceOf(ConfigResult.Loaded.class);
    return (ConfigResult.Loaded) result;
  }

  static OpenHqmConfig good(String yaml, Map<String, String> environment) {
    return loaded(yaml, environment).config();
  }

  static List<String> notes(String yaml, Map<String, String> environment) {
    return loaded(yaml, environment).notes().stream().map(ConfigProblem::toLine).toList();
  }

  static List<String> faults(String yaml, Map<String, String> environment) {
    var result = read(yaml, environment);
    assertThat(result).as(yaml).isInstanceOf(ConfigResult.Invalid.class);
    return ((ConfigResult.Invalid) result).problems().stream().map(ConfigProblem::toLine).toList();
  }
}
