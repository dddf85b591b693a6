package io.openhqm.embedded;

import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The table {@code claim}: attempts that were begun and not ended. A small row of its own, so that
 * beginning an attempt does not copy the job's, and so that the attempts of a process that died are
 * found without a search.
 */
final class ClaimTable {
  private ClaimTable() {}

  static void put(Sql sql, Entry entry) throws SQLException {
    var statement =
        sql.statement(
            "INSERT OR REPLACE INTO claim(seq, fence, attempts, started, cancel_ttl) VALUES(?,?,?,?,?)");
    statement.setLong(1, entry.seq);
    statement.setLong(2, entry.fence);
    statement.setLong(3, entry.attempts);
    statement.setLong(4, entry.startedAt.toEpochMilli());
    var ttl = entry.cancelTtl;
    if (ttl == null) {
      statement.setNull(5, Types.INTEGER);
    } else {
      statement.setLong(5, ttl.toMillis());
    }
    statement.executeUpdate();
  }

  /** Only the writer knows, without asking, whether there is one. */
  static void delete(Sql sql, Entry entry) throws SQLException {
    if (entry.writtenFence != 0) {
      sql.update("DELETE FROM claim WHERE seq=?", entry.seq);
    }
  }

  /**
   * The attempts that were under way when the process before this one ended; their leases ended
   * with it.
   */
  static List<Entry> load(Sql sql, Instant now) throws SQLException {
    sql.update("DELETE FROM claim WHERE seq NOT IN (SELECT seq FROM job WHERE expires IS NULL)");
    var entries = new ArrayList<Entry>();
    for (var row :
        sql.rows(
            "SELECT "
                + Row.WITH_REQUEST
                + " FROM job WHERE seq IN (SELECT seq FROM claim) ORDER BY seq")) {
      var entry = row.entry();
      entry.request = null;
      entry.size = 0;
      var statement =
          sql.statement("SELECT fence, attempts, started, cancel_ttl FROM claim WHERE seq=?");
      statement.setLong(1, row.seq());
      try (var claim = statement.executeQuery()) {
        if (claim.next()) {
          entry.fence = claim.getLong(1);
          entry.attempts = claim.getInt(2);
          entry.startedAt = Instant.ofEpochMilli(claim.getLong(3));
          long ttl = claim.getLong(4);
          entry.cancelTtl = claim.wasNull() ? null : Duration.ofMillis(ttl);
          entry.writtenFence = entry.fence;
          entry.leased = true;
          entry.leaseUntil = now;
          entries.add(entry);
        }
      }
    }
    return entries;
  }
}
