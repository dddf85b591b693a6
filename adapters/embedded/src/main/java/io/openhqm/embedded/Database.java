package io.openhqm.embedded;

import io.openhqm.core.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/** Opens connections to the file. */
final class Database {
  private static final int APPEND_PAGES = 4000;
  private static final int BUSY_MS = 5_000;
  private final Path file;

  Database(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /**
   * Whether the process before did not close it: the last connection to close takes the log of
   * changes away.
   */
  boolean isLeftOpen() {
    return Path.of(file + "-wal").toFile().length() > 0;
  }

  /** The one connection that writes, on a file of today's layout. */
  Connection connectToWrite() {
    try {
      var folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new EngineException("the folder of " + file + " cannot be made: " + e.getMessage(), e);
    }
    try {
      lookBeforeWriting();
      return prepared(connect());
    } catch (SQLException e) {
      throw cannotOpen(e);
    }
  }

  /** A file that is refused stays as it is: opened to write, it would get another journal mode. */
  private void lookBeforeWriting() throws SQLException {
    if (file.toFile().length() == 0) {
      return;
    }
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MS);
    try (var connection = config.createConnection(url())) {
      Schema.check(connection, file);
    } catch (SQLException e) {
      int code = Failures.code(e) & 0xff;
      if (code != 8 && code != 14) {
        throw e;
      }
      // A program died in a write, which only a connection that writes takes back.
    }
  }

  private Connection prepared(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=" + BUSY_MS);
      Schema.check(connection, file);
      statement.execute("PRAGMA auto_vacuum=INCREMENTAL");
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA cache_size=-4096");
      statement.execute("PRAGMA wal_autocheckpoint=" + APPEND_PAGES);
      statement.execute("PRAGMA journal_size_limit=" + (64L << 20));
      statement.execute("PRAGMA temp_store=MEMORY");
      Schema.migrate(connection);
      beginsItself(connection);
      return connection;
    } catch (SQLException | RuntimeException e) {
      close(connection, e);
      throw e;
    }
  }

  /**
   * Tells the driver, and only it, that there is a transaction: else it tries after each statement
   * whether it has to begin and commit one of its own.
   */
  private static void beginsItself(Connection connection) throws SQLException {
    connection.unwrap(SQLiteConnection.class).getConnectionConfig().setAutoCommit(false);
  }

  Connection connectToRead() throws SQLException {
    var connection = connect();
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=" + BUSY_MS);
      statement.execute("PRAGMA cache_size=-512");
      statement.execute("PRAGMA query_only=1");
    }
    return connection;
  }

  /** Closes what is of no use because of {@code failure}, which is told of a failure to do so. */
  static void close(Connection connection, Exception failure) {
    try {
      connection.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  EngineException cannotOpen(SQLException e) {
    String why =
        switch (Failures.code(e) & 0xff) {
          case 26 ->
              "it is not a SQLite database or is damaged: restore a backup, or name another file in queue.embedded_path";
          case 11 ->
              "it is damaged: keep a copy, then restore a backup or repair it with 'sqlite3 FILE .recover'";
          case 13 -> "its disk is full: make room on it";
          case 14, 8, 3 ->
              "it cannot be opened for writing: look at the permissions of the file and of its folder";
          case 5, 6 -> "another program keeps it locked: end that program or its transaction";
          default -> "look at the cause: " + e.getMessage();
        };
    return new EngineException("cannot open the database " + file + ": " + why, e);
  }

  private Connection connect() throws SQLException {
    var config = new SQLiteConfig();
    // Else each INSERT is followed by a query for its row's number, which nobody here asks for.
    config.setGetGeneratedKeys(false);
    return config.createConnection(url());
  }

  private String url() {
    return "jdbc:sqlite:" + file;
  }
}
