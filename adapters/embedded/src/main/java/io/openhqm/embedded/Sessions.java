package io.openhqm.embedded;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The order within a session: one message at a time can be delivered, the others are parked in the
 * file.
 */
final class Sessions {
  private Sessions() {}

  /**
   * Lets the next one go, after a row left the session in this transaction.
   *
   * @return what {@link #place} is to be told after the commit; null: nobody waits
   */
  static @Nullable Entry next(Sql sql, @Nullable String session, long now) throws SQLException {
    if (session == null) {
      return null;
    }
    var first = sql.firstOf(session);
    if (first.isEmpty() || !first.get().isParked()) {
      return null;
    }
    var row = first.get();
    var entry = row.entry();
    long notBefore = Sql.ms(entry.notBefore());
    entry.due = notBefore > now ? notBefore : -1;
    if (entry.due < 0) {
      sql.update("UPDATE job SET ready=? WHERE seq=?", row.line(), row.seq());
    } else {
      sql.update(
          "UPDATE job SET ready=?, due=? WHERE seq=?",
          Kind.DELAYED + row.line(),
          entry.due,
          row.seq());
    }
    return entry;
  }

  static void place(Board board, @Nullable Entry read) {
    if (read == null) {
      return;
    }
    var known = board.get(read.id);
    var entry = known == null ? read : known;
    if (read.due < 0) {
      board.becameReady(entry);
    } else {
      board.becameDelayed(entry, read.due);
    }
  }
}
