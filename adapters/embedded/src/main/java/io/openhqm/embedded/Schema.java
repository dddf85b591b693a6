package io.openhqm.embedded;

import io.openhqm.core.EngineException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The layout of the file. {@code PRAGMA user_version} names its version; each step in {@link
 * #STEPS} leads from one to the next. A file of a newer program is refused, never guessed at.
 */
final class Schema {
  /** What {@code PRAGMA application_id} says: "OHQM". */
  static final int APPLICATION = 0x4f48514d;

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE job(
                seq INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, ready INTEGER, due INTEGER, held INTEGER,
                expires INTEGER, dead INTEGER, session TEXT, idem TEXT, state BLOB NOT NULL, request BLOB, result BLOB)""",
              "CREATE UNIQUE INDEX job_id ON job(id)",
              "CREATE INDEX job_ready ON job(ready) WHERE ready IS NOT NULL",
              "CREATE INDEX job_due ON job(due) WHERE due IS NOT NULL",
              "CREATE INDEX job_held ON job(held) WHERE held IS NOT NULL",
              "CREATE INDEX job_expires ON job(expires) WHERE expires IS NOT NULL",
              "CREATE INDEX job_dead ON job(id, dead) WHERE dead IS NOT NULL",
              "CREATE INDEX job_session ON job(session) WHERE session IS NOT NULL",
              "CREATE UNIQUE INDEX job_idem ON job(idem) WHERE idem IS NOT NULL",
              "CREATE TABLE payload(seq INTEGER PRIMARY KEY, request BLOB NOT NULL)",
              """
              CREATE TABLE claim(
                seq INTEGER PRIMARY KEY, fence INTEGER NOT NULL, attempts INTEGER NOT NULL, started INTEGER NOT NULL,
                cancel_ttl INTEGER)""",
              "CREATE TABLE blob(key TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL)",
              """
              CREATE TABLE inbox(
                id INTEGER PRIMARY KEY, body BLOB, attributes TEXT, priority INTEGER, session_id TEXT, not_before TEXT)""",
              "CREATE TABLE responses(id INTEGER PRIMARY KEY, job TEXT NOT NULL)"),
          List.of("ALTER TABLE inbox ADD COLUMN refused TEXT"),
          List.of("CREATE TABLE lane(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"),
          List.of(
              "ALTER TABLE blob ADD COLUMN put INTEGER NOT NULL DEFAULT 0",
              // Holds both, so that the bodies between them are not read through.
              "CREATE INDEX blob_put ON blob(key, put)"),
          List.of(
              // Nothing was ever written to the one before.
              "DROP TABLE responses",
              """
              CREATE TABLE responses(
                id INTEGER PRIMARY KEY AUTOINCREMENT, correlation_id TEXT NOT NULL, body TEXT NOT NULL,
                expires INTEGER NOT NULL)"""),
          List.of(
              // Looked for several times a second: what was refused, or died, may be much.
              "CREATE INDEX inbox_waiting ON inbox(id) WHERE refused IS NULL",
              "CREATE INDEX job_died ON job(dead) WHERE dead IS NOT NULL"));

  private Schema() {}

  static int version() {
    return STEPS.size();
  }

  /**
   * Changes nothing.
   *
   * @throws EngineException if it is not ours or newer than this program
   */
  static void check(Connection connection, Path file) throws SQLException {
    int version = pragma(connection, "user_version");
    int application = pragma(connection, "application_id");
    if (application != APPLICATION && (application != 0 || version != 0 || hasTables(connection))) {
      throw new EngineException(
          file + " is a database of another program: name another file in queue.embedded_path");
    }
    if (version > version()) {
      throw new EngineException(
          "%s has layout %d, this program knows %d at most: run the newer program that wrote it, or name another file"
              .formatted(file, version, version()));
    }
  }

  /** Brings the file to {@link #version()}, each step in a transaction of its own. */
  static void migrate(Connection connection) throws SQLException {
    migrate(connection, STEPS);
  }

  static void migrate(Connection connection, List<List<String>> steps) throws SQLException {
    for (int from = pragma(connection, "user_version"); from < steps.size(); from++) {
      try (var statement = connection.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        for (var step : steps.get(from)) {
          statement.execute(step);
        }
        statement.execute("PRAGMA application_id=" + APPLICATION);
        statement.execute("PRAGMA user_version=" + (from + 1));
        statement.execute("COMMIT");
      }
    }
  }

  private static int pragma(Connection connection, String name) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("PRAGMA " + name)) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private static boolean hasTables(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT 1 FROM sqlite_master LIMIT 1")) {
      return row.next();
    }
  }
}
