package io.openhqm.core;

/**
 * No attempt will ever succeed: the job ends as {@code FAILED} at once. The message is shown to
 * clients and must hold no credential.
 */
public final class PermanentException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what happened, to what, and what to do. */
  public PermanentException(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
