package io.openhqm.embedded;

import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Says in words what SQLite says in codes. */
final class Failures {
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration LATER = Duration.ofSeconds(10);

  private Failures() {}

  static UnavailableException of(Path file, SQLException cause) {
    int code = code(cause);
    return switch (code & 0xff) {
      case 13 ->
          new UnavailableException(
              "the disk that holds " + file + " is full: make room on it", LATER, cause);
      case 10 ->
          new UnavailableException(
              "reading or writing "
                  + file
                  + " failed ("
                  + cause.getMessage()
                  + "): look at the disk and at the system's log",
              LATER,
              cause);
      case 8 ->
          new UnavailableException(
              file + " cannot be written: look at its permissions and at how its disk is mounted",
              LATER,
              cause);
      case 11, 26 ->
          new UnavailableException(
              file
                  + " is damaged ("
                  + cause.getMessage()
                  + "): stop the server, keep a copy, and restore a backup or repair it with"
                  + " 'sqlite3 FILE .recover'",
              LATER,
              cause);
      case 5, 6 ->
          new UnavailableException(
              "another program keeps " + file + " locked: end its transaction", SOON, cause);
      default ->
          new UnavailableException(
              "the database " + file + " refused (" + cause.getMessage() + ")", SOON, cause);
    };
  }

  static UnavailableException damaged(Path file, DamagedRowException cause) {
    return new UnavailableException(
        file + ": " + cause.getMessage() + "; restore a backup or remove the record", LATER, cause);
  }

  /** The same failure for another thread. */
  static RuntimeException again(RuntimeException failure) {
    return failure instanceof UnavailableException unavailable
        ? new UnavailableException(
            String.valueOf(unavailable.getMessage()), unavailable.retryAfter(), unavailable)
        : new IllegalStateException("writing to the database failed: " + failure, failure);
  }

  /** Whether what was read is not what was written. */
  static boolean isDamage(RuntimeException e) {
    return e instanceof DamagedRowException
        || e.getCause() instanceof DamagedRowException
        || e.getCause() instanceof SQLException cause
            && ((code(cause) & 0xff) == 11 || (code(cause) & 0xff) == 26);
  }

  /** Whether the file or its disk is to blame, rather than a lock or one statement. */
  static boolean isOfFile(SQLException e) {
    return switch (code(e) & 0xff) {
      case 8, 10, 11, 13, 14, 26 -> true;
      default -> false;
    };
  }

  static boolean isDiskFull(SQLException e) {
    return (code(e) & 0xff) == 13;
  }

  /**
   * Whether no write at all can be expected to succeed: no room, no permission, a lock, no disk.
   */
  static boolean isOfDisk(SQLException e) {
    return switch (code(e) & 0xff) {
      case 5, 6, 8, 10, 13, 14 -> true;
      default -> false;
    };
  }

  /** Whether trying the same again one by one may help: the disk and the file are sound. */
  static boolean isFaultOfOne(SQLException e) {
    return switch (code(e) & 0xff) {
      case 5, 6, 8, 10, 11, 13, 14, 26 -> false;
      default -> true;
    };
  }

  /** SQLite's own, extended code. */
  static int code(SQLException e) {
    return e instanceof SQLiteException sqlite ? code(sqlite.getResultCode()) : e.getErrorCode();
  }

  private static int code(SQLiteErrorCode code) {
    return code.code;
  }
}
