package io.openhqm.embedded;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What another program does with the database, over connections of its own. */
final class OtherProgram {
  private final Path file;

  OtherProgram(Path file) {
    this.file = file;
  }

  /** Runs {@code sql} and gives the first column of what it answers. */
  List<String> run(String sql) throws SQLException {
    var found = new ArrayList<String>();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      if (statement.execute(sql)) {
        try (var rows = statement.getResultSet()) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
      }
    }
    return found;
  }
}
