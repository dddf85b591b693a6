package io.openhqm.core.config;

import java.util.List;

/** What came of reading a configuration. */
public sealed interface ConfigResult {
  /**
   * It is good.
   *
   * @param config typed
   * @param values every setting with where it came from, for {@code config show}
   * @param notes what is no fault but hardly meant, such as a setting without effect
   */
  record Loaded(OpenHqmConfig config, List<ShownValue> values, List<ConfigProblem> notes)
      implements ConfigResult {
    public Loaded {
      values = List.copyOf(values);
      notes = List.copyOf(notes);
    }
  }

  /** It is not: all faults at once. */
  record Invalid(List<ConfigProblem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }

  /**
   * A setting as it is in force.
   *
   * @param path the keys that lead to it, in the flat dialect
   * @param yaml its value as YAML on one line, masked where it is secret
   * @param place where it came from; {@code default} where nobody set it
   */
  record ShownValue(List<String> path, String yaml, String place) {
    public ShownValue {
      path = List.copyOf(path);
    }
  }
}
