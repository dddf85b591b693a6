package io.openhqm.core;

import java.time.Duration;

/**
 * An engine gave no answer, is full, or cannot write. Whether what was asked for happened is not
 * known unless the caller is told so. Answered with 503 and {@code Retry-After}.
 */
public final class UnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * @param retryAfter when to come again; at least a second is told to the client
   */
  public UnavailableException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** The same with its cause, which is logged and never shown to a client. */
  public UnavailableException(String message, Duration retryAfter, Throwable cause) {
    super(message, cause);
    this.retryAfter = retryAfter;
  }

  /** When to come again. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
