package io.openhqm.embedded;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Deliverable messages of one lane and priority, oldest first. All that are in the file up to
 * {@code cursor} are known in memory; when {@code spilled}, more may follow behind it. What comes
 * back out of turn (a retry, the next of a session) waits in a heap.
 */
final class ReadyLevel {
  private final ArrayDeque<Entry> fresh = new ArrayDeque<>();
  private final PriorityQueue<Entry> returned =
      new PriorityQueue<>(Comparator.comparingLong(entry -> entry.seq));
  private final int line;
  private long cursor = -1;
  private boolean spilled;
  private boolean reading;
  private long leftInFile;

  /**
   * @param line what {@code ready} says of its messages
   * @param inFile whether the file may hold some
   */
  ReadyLevel(int line, boolean inFile) {
    this.line = line;
    this.spilled = inFile;
  }

  int line() {
    return line;
  }

  /**
   * A message that was just accepted: its number is greater than any in the file. False: it was
   * left in the file.
   */
  boolean add(Entry entry, int window) {
    if (spilled || fresh.size() >= window) {
      spilled = true;
      leftInFile++;
      return false;
    }
    fresh.add(entry);
    cursor = entry.seq;
    return true;
  }

  /**
   * A message of any age that can be delivered now and is marked so in the file. False: it was left
   * there.
   */
  boolean addOlder(Entry entry, int window) {
    boolean isFull = fresh.size() + returned.size() >= window;
    if ((spilled || isFull) && !reading && entry.seq > cursor) {
      spilled = true;
      leftInFile++;
      return false;
    }
    giveBack(entry);
    if (!spilled) {
      cursor = Math.max(cursor, entry.seq);
    }
    return true;
  }

  /** A message that memory must not lose sight of, wherever it stands in the order. */
  void giveBack(Entry entry) {
    returned.add(entry);
  }

  /** One that was read from the file, in order. */
  void append(Entry entry) {
    fresh.add(entry);
  }

  @Nullable Entry peek() {
    var first = live(fresh);
    var back = live(returned);
    if (first == null) {
      return back;
    }
    return back == null || first.seq < back.seq ? first : back;
  }

  @Nullable Entry poll() {
    var next = peek();
    if (next != null) {
      if (next == fresh.peek()) {
        fresh.poll();
      } else {
        returned.poll();
      }
    }
    return next;
  }

  /**
   * Entries are not searched for when they go elsewhere: here they are forgotten when their turn
   * comes.
   */
  private static @Nullable Entry live(Queue<Entry> queue) {
    Entry head;
    while ((head = queue.peek()) != null && head.place != Entry.Place.READY) {
      queue.poll();
    }
    return head;
  }

  long cursor() {
    return cursor;
  }

  boolean wantsReading(int low) {
    return spilled && !reading && fresh.size() < low;
  }

  /** Whether something may follow that memory does not know yet. */
  boolean mayHoldMore() {
    return spilled;
  }

  /**
   * To be handed to {@link #endReading}, so that what was left in the file meanwhile is not
   * overlooked.
   */
  long beginReading() {
    reading = true;
    return leftInFile;
  }

  void endReading(long mark, long lastRead, boolean complete) {
    reading = false;
    cursor = Math.max(cursor, lastRead);
    if (complete && mark == leftInFile) {
      spilled = false;
    }
  }

  void abandonReading() {
    reading = false;
  }
}
