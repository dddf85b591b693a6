package io.openhqm.embedded;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads on in the file when memory runs out of messages to deliver: the backlog may be larger than
 * memory.
 */
final class ReadAhead {
  static final int STEP = 256;
  private static final String NEXT =
      "SELECT " + Row.WITH_REQUEST + " FROM job WHERE ready=? AND seq>? ORDER BY seq LIMIT ?";
  private static final String DUE_WITH =
      "SELECT " + Row.WITH_REQUEST + " FROM job WHERE due=? AND seq>=? ORDER BY seq LIMIT ?";
  private static final String DUE_AFTER =
      "SELECT " + Row.WITH_REQUEST + " FROM job WHERE due>? ORDER BY due, seq LIMIT ?";

  private final Parts parts;
  private final int low;

  ReadAhead(Parts parts) {
    this.parts = parts;
    low = Math.max(1, Math.min(STEP, parts.settings().window() / 2));
  }

  /**
   * Whether something is being read, or is to be, that may be deliverable at once. Needs the lock.
   */
  boolean isBehind() {
    return parts.board().hungryLevel(low) != null || parts.board().wantsDelayed(1);
  }

  /** Reads until nothing more is wanted now. */
  void fill() {
    var board = parts.board();
    while (true) {
      @Nullable ReadyLevel level;
      boolean times;
      long mark;
      board.lock.lock();
      try {
        board.checkOpen();
        level = board.hungryLevel(low);
        times = level == null && board.wantsDelayed(low);
        if (level == null && !times) {
          return;
        }
        board.beginReading();
        mark = level != null ? level.beginReading() : board.delayed().beginReading();
      } finally {
        board.lock.unlock();
      }
      if (level != null) {
        read(level, mark);
      } else {
        readDelayed(mark);
      }
    }
  }

  private void read(ReadyLevel level, long mark) {
    var board = parts.board();
    int line = level.line();
    boolean done = false;
    try {
      long cursor = level.cursor();
      var rows = parts.readers().read(sql -> sql.rows(NEXT, line, cursor, STEP));
      var entries = entries(rows);
      board.lock.lock();
      try {
        for (var entry : entries) {
          if (board.isNews(entry)) {
            entry.place = Entry.Place.READY;
            level.append(entry);
            board.keep(entry);
          } else {
            var stray = board.stray(entry);
            if (stray != null) {
              board.giveBack(stray);
            }
          }
        }
        level.endReading(mark, rows.isEmpty() ? -1 : rows.getLast().seq(), rows.size() < STEP);
        done = true;
      } finally {
        board.lock.unlock();
      }
    } finally {
      end(board, done ? () -> {} : level::abandonReading);
    }
  }

  private void readDelayed(long mark) {
    var board = parts.board();
    var list = board.delayed();
    boolean done = false;
    try {
      var from = list.horizon();
      var rows = parts.readers().read(sql -> delayed(sql, from));
      var entries = entries(rows);
      board.lock.lock();
      try {
        for (var entry : entries) {
          entry.request = null;
          entry.size = 0;
          if (board.isNews(entry)) {
            entry.place = Entry.Place.DELAYED;
            list.put(entry);
          } else {
            var stray = board.stray(entry);
            if (stray != null) {
              stray.due = entry.due;
              stray.place = Entry.Place.DELAYED;
              list.put(stray);
            }
          }
        }
        var next =
            rows.isEmpty()
                ? from
                : new DelayList.Mark(rows.getLast().due(), rows.getLast().seq() + 1);
        list.endReading(mark, next, rows.size() < STEP);
        done = true;
      } finally {
        board.lock.unlock();
      }
    } finally {
      end(board, done ? () -> {} : list::abandonReading);
    }
  }

  /** Those that can be read; the others would hold up all that follows. */
  private List<Entry> entries(List<Row> rows) {
    var entries = new ArrayList<Entry>(rows.size());
    for (var row : rows) {
      try {
        var entry = row.entry();
        entry.due = row.due();
        entries.add(entry);
      } catch (DamagedRowException e) {
        parts.readers().faults().passedOver(row.seq(), row.id(), e);
      }
    }
    return entries;
  }

  private static List<Row> delayed(Sql sql, DelayList.Mark from) throws SQLException {
    var rows = new ArrayList<Row>();
    if (from.due() != Long.MIN_VALUE) {
      rows.addAll(sql.rows(DUE_WITH, from.due(), from.seq(), STEP));
    }
    if (rows.size() < STEP) {
      rows.addAll(sql.rows(DUE_AFTER, from.due(), STEP - rows.size()));
    }
    return rows;
  }

  private static void end(Board board, Runnable abandon) {
    board.lock.lock();
    try {
      abandon.run();
      board.endReading();
    } finally {
      board.lock.unlock();
    }
  }
}
