package io.openhqm.core.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The keys that lead to a setting. */
record KeyPath(List<String> steps) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./$\\[\\]-]{1,100}");

  KeyPath {
    steps = List.copyOf(steps);
  }

  static KeyPath of(String... steps) {
    return new KeyPath(List.of(steps));
  }

  KeyPath then(String step) {
    var longer = new ArrayList<>(steps);
    longer.add(step);
    return new KeyPath(longer);
  }

  /** Whether it can be a name; what cannot may be a piece of a value that slipped. */
  static boolean isName(String step) {
    return NAME.matcher(step).matches();
  }

  /** For messages: steps that are no names are left out. */
  @Override
  public String toString() {
    return steps.stream().map(step -> isName(step) ? step : "…").collect(Collectors.joining("."));
  }
}
