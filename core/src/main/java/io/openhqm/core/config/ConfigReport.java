package io.openhqm.core.config;

import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigResult.ShownValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects faults and the values in force while a configuration is read, by one thread. */
final class ConfigReport {
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ShownValue> values = new ArrayList<>();

  List<ConfigProblem> problems() {
    return problems;
  }

  List<ShownValue> values() {
    return values;
  }

  void problem(Place place, String key, String detail) {
    problems.add(new ConfigProblem(place.toString(), key, detail));
  }

  /** Notes what is in force; the text is already masked where it is secret. */
  void value(String key, Optional<String> text, Optional<Entry> entry) {
    var place = entry.map(found -> found.value().place().toString()).orElse("default");
    values.add(new ShownValue(key, text.map(Yaml::scalarOrFlow).orElse("null"), place));
  }
}
