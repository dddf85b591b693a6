package io.openhqm.core;

/**
 * An engine cannot be opened or is damaged. The message says what is wrong, with what, and what to
 * do.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message for the operator
   */
  public EngineException(String message) {
    super(message);
  }

  /** The same with its cause. */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
