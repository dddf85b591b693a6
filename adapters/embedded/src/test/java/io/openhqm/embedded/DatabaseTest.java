package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the file is opened. */
class DatabaseTest {
  @TempDir Path folder;

  private static String pragma(Connection connection, String name) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("PRAGMA " + name)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** No kill of a process shows whether it is: what was only handed to the system outlives that. */
  @Test
  void aCommitIsForcedToTheDiskBeforeItCountsAlsoInAFileThatWasThere() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (var connection = new Database(folder.resolve("jobs.db")).connectToWrite()) {
        assertThat(pragma(connection, "journal_mode")).isEqualTo("wal");
        assertThat(pragma(connection, "synchronous")).as("2 is FULL").isEqualTo("2");
      }
    }
  }
}
