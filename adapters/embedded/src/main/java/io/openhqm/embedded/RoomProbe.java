package io.openhqm.embedded;

import java.sql.SQLException;

/**
 * Writes as much as a few hundred submissions do, and takes it away again in a transaction of its
 * own: only what was committed is known to have found room.
 */
final class RoomProbe {
  private static final int BYTES = 256 << 10;

  /** A key that the port refuses, so that no blob of anybody has it. */
  private static final String KEY = "' room '";

  private RoomProbe() {}

  static Operation fill() {
    return new Operation() {
      @Override
      boolean grows() {
        return true;
      }

      @Override
      void run(Sql sql) throws SQLException {
        sql.update(
            "INSERT OR REPLACE INTO blob(key, bytes) VALUES(" + KEY + ", zeroblob(?))", BYTES);
      }
    };
  }

  static Operation empty() {
    return new Operation() {
      @Override
      void run(Sql sql) throws SQLException {
        sql.update("DELETE FROM blob WHERE key=" + KEY);
      }
    };
  }
}
