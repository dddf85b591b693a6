package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;

/** Says which names there are, where one was given that is none. */
final class Names {
  private Names() {}

  /**
   * @param what what the name should be of
   * @param shown the name as it may be told
   * @param where where it was looked for, with a blank before it; may be empty
   */
  static String unknown(
      String what, String shown, String name, String where, Collection<String> known) {
    return "there is no "
        + what
        + " "
        + shown
        + where
        + Nearest.hint(name, known)
        + list(Optional.of(known));
  }

  /** All that there are, or nothing where that is not known. */
  static String list(Optional<? extends Collection<String>> known) {
    return known.map(names -> "; there are: " + String.join(", ", new TreeSet<>(names))).orElse("");
  }
}
