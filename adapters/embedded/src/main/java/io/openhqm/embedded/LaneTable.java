package io.openhqm.embedded;

import java.sql.SQLException;
import java.util.OptionalInt;

/**
 * The table {@code lane}: the number by which a lane stands in the column {@code ready}. One in
 * which nothing waits any more is forgotten when the file is opened. For the thread that writes.
 */
final class LaneTable {
  /** A longer name has no lane of its own. */
  private static final int NAME_MAX = 500;

  private LaneTable() {}

  /** Makes known what the file holds. Needs the board's lock. */
  static void load(Sql sql, Lanes lanes) throws SQLException {
    sql.update(
        "DELETE FROM lane WHERE NOT EXISTS(SELECT 1 FROM job WHERE ready >= number * "
            + Kind.LANE
            + " AND ready < (number + 1) * "
            + Kind.LANE
            + ")");
    // From lane to lane by the index: a backlog is not counted through.
    int lane = 0;
    while ((lane = next(sql, lane)) <= Lanes.MAX) {
      lanes.inFile(lane);
      lane++;
    }
    try (var rows = sql.statement("SELECT number, name FROM lane").executeQuery()) {
      while (rows.next()) {
        lanes.name(rows.getInt(1), rows.getString(2));
      }
    }
  }

  private static int next(Sql sql, int from) throws SQLException {
    long ready =
        sql.number(
            "SELECT coalesce(min(ready), ?) FROM job WHERE ready >= ?",
            Long.MAX_VALUE,
            (long) from * Kind.LANE);
    return (int) Math.min(ready / Kind.LANE, Integer.MAX_VALUE);
  }

  /** The number of a lane; it has one from now on, if it can. */
  static int number(Sql sql, Board board, String name) throws SQLException {
    var known = board.lanes().number(name);
    return known.isPresent() ? known.getAsInt() : number(sql, name);
  }

  /** Of one that memory does not know yet. */
  static int number(Sql sql, String name) throws SQLException {
    if (name.length() > NAME_MAX) {
      return Lanes.SHARED;
    }
    var known = find(sql, name);
    if (known.isPresent()) {
      return known.getAsInt();
    }
    int free = free(sql);
    if (free > Lanes.MAX) {
      return Lanes.SHARED;
    }
    var insert = sql.statement("INSERT INTO lane(number, name) VALUES(?,?)");
    insert.setInt(1, free);
    insert.setString(2, name);
    insert.executeUpdate();
    return free;
  }

  private static OptionalInt find(Sql sql, String name) throws SQLException {
    var select = sql.statement("SELECT number FROM lane WHERE name=?");
    select.setString(1, name);
    try (var rows = select.executeQuery()) {
      return rows.next() ? OptionalInt.of(rows.getInt(1)) : OptionalInt.empty();
    }
  }

  /** Above all that have a name or that a message waits in. */
  private static int free(Sql sql) throws SQLException {
    long named = sql.number("SELECT coalesce(max(number), 0) FROM lane");
    long used = sql.number("SELECT coalesce(max(ready), 0) FROM job WHERE ready IS NOT NULL");
    return (int) Math.max(named, used / Kind.LANE) + 1;
  }
}
