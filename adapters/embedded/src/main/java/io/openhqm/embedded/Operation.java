package io.openhqm.embedded;

import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thing to write, done by the writer's thread in a transaction that it shares with others. It
 * reads what it decides by inside that transaction, so that it sees those before it.
 */
abstract class Operation {
  private static final int OPEN = 0;
  private static final int DONE = 1;
  private static final int FAILED = 2;

  private final Thread owner = Thread.currentThread();
  private @Nullable RuntimeException failure;
  private volatile int outcome = OPEN;

  /** The one that was handed in before it, while it waits for the writer. */
  @Nullable Operation before;

  /** Reads and writes; may be called again after its transaction was rolled back. */
  abstract void run(Sql sql) throws SQLException;

  /** Makes known in memory what is committed. Called under the board's lock; must not throw. */
  void committed() {}

  /**
   * Undoes what {@link #run} or the caller marked in memory. Called under the board's lock; must
   * not throw.
   */
  void failed() {}

  /** Whether it makes the file grow; tried last when the disk is full. */
  boolean grows() {
    return false;
  }

  final void succeed() {
    outcome = DONE;
    LockSupport.unpark(owner);
  }

  /** Unless its outcome is known already. */
  final void failIfOpen(RuntimeException why) {
    if (outcome == OPEN) {
      fail(why);
    }
  }

  final void fail(RuntimeException why) {
    failure = why;
    outcome = FAILED;
    LockSupport.unpark(owner);
  }

  /** Waits for the commit, interrupted or not: what became of a write must be known. */
  final void await() {
    boolean interrupted = false;
    while (outcome == OPEN) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    var why = failure;
    if (why != null) {
      // Thrown in several threads, so each gets one of its own.
      throw Failures.again(why);
    }
  }
}
