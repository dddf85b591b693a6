package io.openhqm.embedded;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for their time: the next ones in memory, those from {@code horizon} on perhaps
 * in the file only. Ordered by due time, then by number.
 */
final class DelayList {
  private static final Comparator<Entry> BY_TIME =
      Comparator.<Entry>comparingLong(entry -> entry.due).thenComparingLong(entry -> entry.seq);

  private final TreeSet<Entry> waiting = new TreeSet<>(BY_TIME);
  private Mark horizon = new Mark(Long.MIN_VALUE, Long.MIN_VALUE);
  private boolean spilled = true;
  private boolean reading;
  private long leftInFile;

  /** A place in the order. */
  record Mark(long due, long seq) {
    boolean isAfter(Entry entry) {
      return entry.due < due || entry.due == due && entry.seq < seq;
    }
  }

  /** Adds it; returns one that memory need not know any longer, perhaps the very same. */
  @Nullable Entry add(Entry entry, int window) {
    if (spilled && !reading && !horizon.isAfter(entry)) {
      leftInFile++;
      return entry;
    }
    waiting.add(entry);
    if (waiting.size() <= window || reading) {
      return null;
    }
    var last = waiting.last();
    waiting.remove(last);
    spilled = true;
    horizon = new Mark(last.due, last.seq);
    leftInFile++;
    return last;
  }

  void remove(Entry entry) {
    waiting.remove(entry);
  }

  /** The next that is due by {@code now}, taken out. */
  @Nullable Entry pollDue(long now) {
    if (waiting.isEmpty() || waiting.first().due > now) {
      return null;
    }
    return waiting.pollFirst();
  }

  /** When the next of those in memory is due. */
  long nextDue() {
    return waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().due;
  }

  boolean wantsReading(int low) {
    return spilled && !reading && waiting.size() < low;
  }

  long beginReading() {
    reading = true;
    return leftInFile;
  }

  /** Read from here on, this place included. */
  Mark horizon() {
    return horizon;
  }

  void put(Entry entry) {
    waiting.add(entry);
  }

  /**
   * @param next all before it are known now
   */
  void endReading(long mark, Mark next, boolean complete) {
    reading = false;
    horizon = next;
    if (complete && mark == leftInFile) {
      spilled = false;
    }
  }

  void abandonReading() {
    reading = false;
  }
}
