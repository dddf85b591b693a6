package io.openhqm.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages that can be delivered, by lane and by priority: a receiver passes over lanes that are
 * full, however much waits in them. In the file a lane is a number, see {@link LaneTable}. Guarded
 * by {@link Board#lock}, but for {@link #number}.
 */
final class Lanes {
  /** Where messages wait whose lane has no number of its own; never passed over. */
  static final int SHARED = 0;

  /** More have no number of their own: each costs memory. */
  static final int MAX = 100;

  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private final @Nullable Lane[] byNumber = new Lane[MAX + 1];
  private final List<Lane> all = new ArrayList<>();

  private static final class Lane {
    private final ReadyLevel[] levels = new ReadyLevel[Kind.LEVELS];
    private @Nullable String name;

    Lane(int number, boolean inFile) {
      for (int i = 0; i < levels.length; i++) {
        levels[i] = new ReadyLevel(number * Kind.LANE + i, inFile);
      }
    }
  }

  Lanes() {
    inFile(SHARED);
  }

  /** The file may hold messages of this lane. */
  void inFile(int number) {
    if (byNumber[number] == null) {
      add(number, true);
    }
  }

  private Lane add(int number, boolean inFile) {
    var lane = new Lane(number, inFile);
    byNumber[number] = lane;
    all.add(lane);
    return lane;
  }

  /** The lane has this number from now on. */
  void name(int number, String name) {
    lane(number).name = name;
    numbers.put(name, number);
  }

  /** As {@link #name}, if it has a number of its own and none was known. */
  void nameIfNew(int number, String name) {
    if (number != SHARED && !numbers.containsKey(name)) {
      name(number, name);
    }
  }

  /** Empty: the lane has no number yet. */
  OptionalInt number(String name) {
    var number = numbers.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private Lane lane(int number) {
    var lane = byNumber[number];
    return lane == null ? add(number, false) : lane;
  }

  /** Where an entry stands when it can be delivered. */
  ReadyLevel of(Entry entry) {
    return lane(entry.line / Kind.LANE).levels[entry.line % Kind.LANE];
  }

  int count() {
    return all.size();
  }

  /** Takes the next ones out, {@code max} at most: the most urgent, then the oldest. */
  List<Entry> poll(int max, Set<String> full) {
    var open = all;
    if (!full.isEmpty()) {
      open = new ArrayList<>(all);
      open.removeIf(lane -> lane.name != null && full.contains(lane.name));
    }
    var taken = new ArrayList<Entry>(Math.min(max, 16));
    for (int level = 0; level < Kind.LEVELS && taken.size() < max; level++) {
      Entry next;
      while (taken.size() < max && (next = poll(open, level)) != null) {
        taken.add(next);
      }
    }
    return taken;
  }

  private static @Nullable Entry poll(List<Lane> open, int level) {
    @Nullable ReadyLevel first = null;
    long oldest = Long.MAX_VALUE;
    for (var lane : open) {
      var head = lane.levels[level].peek();
      if (head != null && head.seq < oldest) {
        oldest = head.seq;
        first = lane.levels[level];
      }
    }
    return first == null ? null : first.poll();
  }

  /** The first of each lane and level. */
  List<Entry> heads() {
    var heads = new ArrayList<Entry>();
    for (var lane : all) {
      for (var level : lane.levels) {
        var head = level.peek();
        if (head != null) {
          heads.add(head);
        }
      }
    }
    return heads;
  }

  /** One of which more should be read; null: none. */
  @Nullable ReadyLevel hungry(int low) {
    for (var lane : all) {
      for (var level : lane.levels) {
        if (level.wantsReading(low)) {
          return level;
        }
        if (level.peek() != null) {
          // Lower levels can wait until those above run dry.
          break;
        }
      }
    }
    return null;
  }
}
