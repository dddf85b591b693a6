package io.openhqm.core;

/**
 * Where a job stands: {@code PENDING → PROCESSING → COMPLETED | FAILED | TIMEOUT}, and {@code
 * CANCELLED}; a retry goes back to {@code PENDING}.
 */
public enum JobStatus {
  PENDING,
  PROCESSING,
  COMPLETED,
  FAILED,
  TIMEOUT,
  CANCELLED;

  /** Whether a job in this status never changes again. */
  public boolean isTerminal() {
    return switch (this) {
      case PENDING, PROCESSING -> false;
      case COMPLETED, FAILED, TIMEOUT, CANCELLED -> true;
    };
  }
}
