package io.openhqm.transforms;

/**
 * How much an evaluation may do. The libraries know no bounds of their own, so they are checked
 * where they let us in: an expression that never ends costs a job, not a worker. For one thread.
 */
final class Budget {
  /** What every evaluation may do at least; more for large messages. */
  static final int STEPS_MIN = 1_000_000;

  private long left;

  /**
   * @param messageBytes the size of what is looked into
   */
  Budget(int messageBytes) {
    this.left = STEPS_MIN + (long) messageBytes;
  }

  /**
   * Counts one more call or value.
   *
   * @throws SpentException if that was one too many, or the thread was told to stop
   */
  void spend() {
    if (--left < 0) {
      throw new SpentException(false);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new SpentException(true);
    }
  }

  /** Goes through the library, which catches only its own exceptions. */
  static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean interrupted;

    SpentException(boolean interrupted) {
      super("the budget is spent", null, false, false);
      this.interrupted = interrupted;
    }

    /** Whether the thread was told to stop; otherwise the expression went on for too long. */
    boolean isInterrupted() {
      return interrupted;
    }
  }
}
