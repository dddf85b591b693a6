package io.openhqm.aws.lambda;

import java.util.List;

/**
 * A function cannot start as it is configured. Holds no value that may be secret. It has no stack
 * trace, which would tell an operator nothing.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /**
   * @param problems each says what is wrong, where, and what to do
   */
  public ConfigurationException(List<String> problems) {
    super(String.join("; ", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** All that is wrong. */
  public List<String> problems() {
    return problems;
  }
}
