package io.openhqm.core.config;

/**
 * One fault in a configuration, or something that is none but hardly meant. Holds no value of a
 * setting that may be secret.
 *
 * @param place where: file, line and column, or the variable
 * @param key the path of the setting, empty where the fault is not in one
 * @param detail what was found, what was expected, and the nearest known key
 */
public record ConfigProblem(String place, String key, String detail) {
  /** One line for people. */
  public String toLine() {
    return place + ": " + (key.isEmpty() ? "" : key + ": ") + detail;
  }
}
