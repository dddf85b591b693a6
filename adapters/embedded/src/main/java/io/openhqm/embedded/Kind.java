package io.openhqm.embedded;

/**
 * The bits of the column {@code kind}, and the values of the column {@code ready} that are not a
 * priority. Part of the file's layout.
 */
final class Kind {
  /** The row is a job. */
  static final int JOB = 1;

  /** The row is a message that is to be delivered. */
  static final int MESSAGE = 2;

  /** The message came by the inbox. */
  static final int FOREIGN = 4;

  /** The row holds a message that no queue could hold. */
  static final int HELD = 8;

  /** The job is terminal. */
  static final int ENDED = 16;

  /** The message is in the table {@code payload}. */
  static final int BIG = 32;

  /** The message was given up. */
  static final int DEAD = 64;

  /**
   * {@code ready} of a message that can be delivered: its level, 9 less its priority, so that the
   * lowest goes first.
   */
  static final int LEVELS = 10;

  /** Added to the level in {@code ready} while the message waits for its time. */
  static final int DELAYED = 20;

  /**
   * Added to the level in {@code ready} while the message waits for an earlier one of its session.
   */
  static final int PARKED = 30;

  /** Times the number of the lane, added to all of these in {@code ready}. */
  static final int LANE = 100;

  private Kind() {}

  /** The {@code ready} that a message has when it can be delivered. */
  static int line(int ready) {
    return ready < 0 ? 0 : ready / LANE * LANE + ready % LEVELS;
  }

  /** Whether it waits for an earlier one of its session. */
  static boolean isParked(int ready) {
    return ready >= 0 && ready % LANE >= PARKED;
  }

  /** Whether it waits for its time. */
  static boolean isDelayed(int ready) {
    return ready >= 0 && ready % LANE >= DELAYED && !isParked(ready);
  }

  static boolean has(int kind, int bit) {
    return (kind & bit) != 0;
  }
}
