package io.openhqm.server;

/** The server cannot start, for a reason that the message tells the operator, with what to do. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }
}
