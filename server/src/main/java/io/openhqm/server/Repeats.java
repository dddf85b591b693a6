package io.openhqm.server;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * Says which of many like troubles are worth a line, so that a broken engine under load does not
 * fill the disk: the first of a kind with its stack trace, then a line each {@link #INTERVAL} that
 * counts the others, and after {@link #QUIET} without any the stack trace again. Kinds are told
 * apart by what was done and by the cause's class; those beyond the bound are one kind. Safe for
 * use by many threads.
 */
final class Repeats {
  static final Duration INTERVAL = Duration.ofSeconds(10);
  static final Duration QUIET = Duration.ofMinutes(1);
  private static final int KINDS_MAX = 64;
  private static final Kind ANY_OTHER = new Kind("", Throwable.class);

  private final LongSupplier nanos;
  private final ConcurrentMap<Kind, State> kinds = new ConcurrentHashMap<>();

  /** What to do about one. */
  sealed interface Turn {
    /**
     * Write it with its stack trace.
     *
     * @param unwritten how many of its kind were not written since the last that was
     */
    record Full(long unwritten) implements Turn {}

    /**
     * Write a line about it and how many there were.
     *
     * @param unwritten how many of its kind were not written since the last that was
     */
    record Counted(long unwritten) implements Turn {}

    /** Write nothing. */
    record Silent() implements Turn {}
  }

  private record Kind(String what, Class<? extends Throwable> cause) {}

  private record State(long writtenAt, long seenAt, long unwritten, Turn turn) {}

  /**
   * @param nanos elapsed time, in nanoseconds from any moment
   */
  Repeats(LongSupplier nanos) {
    this.nanos = nanos;
  }

  Turn next(String what, Throwable cause) {
    long now = nanos.getAsLong();
    var kind = new Kind(what, cause.getClass());
    if (kinds.size() >= KINDS_MAX && !kinds.containsKey(kind)) {
      kinds.values().removeIf(state -> now - state.seenAt >= QUIET.toNanos());
      kind = kinds.size() >= KINDS_MAX ? ANY_OTHER : kind;
    }
    return kinds.merge(kind, written(now, new Turn.Full(0)), (before, first) -> after(before, now))
        .turn;
  }

  private static State after(State before, long now) {
    if (now - before.seenAt >= QUIET.toNanos()) {
      return written(now, new Turn.Full(before.unwritten));
    } else if (now - before.writtenAt >= INTERVAL.toNanos()) {
      return written(now, new Turn.Counted(before.unwritten));
    }
    return new State(before.writtenAt, now, before.unwritten + 1, new Turn.Silent());
  }

  private static State written(long now, Turn turn) {
    return new State(now, now, 0, turn);
  }
}
