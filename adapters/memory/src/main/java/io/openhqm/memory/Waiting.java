package io.openhqm.memory;

import io.openhqm.core.Message;
import io.openhqm.core.Priority;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The messages that wait or are held. Of each session only the first stands in line; the others
 * stand behind it until it is gone.
 */
final class Waiting {
  /** A message and where it stands. */
  static final class Entry {
    final Message message;
    private final long number;

    /** Not handed out before: its delay, or until when a worker keeps it. */
    private Instant notBefore;

    /** How often it was handed out; tells one delivery from the next. */
    int deliveries;

    private String lane;

    private Entry(Message message, long number, Instant notBefore) {
      this.message = message;
      this.lane = message.metadata().lane();
      this.number = number;
      this.notBefore = notBefore;
    }

    private Priority priority() {
      return message.metadata().priority();
    }

    private Optional<String> session() {
      return message.metadata().sessionId();
    }
  }

  private static final Comparator<Entry> BY_NUMBER = Comparator.comparingLong(e -> e.number);
  private static final Comparator<Entry> BY_PRIORITY =
      Comparator.comparing(Entry::priority).reversed().thenComparing(BY_NUMBER);

  private final Map<UUID, Entry> byId = new HashMap<>();
  private final Map<String, TreeMap<Long, Entry>> sessions = new HashMap<>();
  private final TreeSet<Entry> later =
      new TreeSet<>(
          Comparator.<Entry, Instant>comparing(e -> e.notBefore).thenComparing(BY_NUMBER));

  /** Those that can be handed out, by lane. */
  private final Map<String, TreeSet<Entry>> ready = new HashMap<>();

  private final Condition arrived;
  private long sent;

  Waiting(ReentrantLock lock) {
    arrived = lock.newCondition();
  }

  int size() {
    return byId.size();
  }

  Optional<Message> find(UUID id) {
    return Optional.ofNullable(byId.get(id)).map(entry -> entry.message);
  }

  /** Whether that delivery of it is the newest. */
  boolean isHeld(Entry entry, int delivery) {
    return byId.get(entry.message.id()) == entry && entry.deliveries == delivery;
  }

  void add(Message message, Instant notBefore) {
    if (byId.containsKey(message.id())) {
      return;
    }
    var entry = new Entry(message, sent++, notBefore);
    byId.put(message.id(), entry);
    entry
        .session()
        .ifPresent(
            session ->
                sessions
                    .computeIfAbsent(session, unused -> new TreeMap<>())
                    .put(entry.number, entry));
    if (isFirst(entry)) {
      later.add(entry);
      arrived.signal();
    }
  }

  void remove(UUID id) {
    var entry = byId.remove(id);
    if (entry == null) {
      return;
    }
    leaveLine(entry);
    entry.session().ifPresent(session -> leave(session, entry));
  }

  private void leave(String session, Entry entry) {
    boolean wasFirst = isFirst(entry);
    var line = sessions.getOrDefault(session, new TreeMap<>());
    line.remove(entry.number);
    if (line.isEmpty()) {
      sessions.remove(session);
    } else if (wasFirst) {
      later.add(line.firstEntry().getValue());
      arrived.signal();
    }
  }

  private boolean isFirst(Entry entry) {
    return entry
        .session()
        .map(sessions::get)
        .map(line -> line.firstEntry().getValue() == entry)
        .orElse(true);
  }

  /** Moves it to another time. */
  void postpone(Entry entry, Instant notBefore) {
    leaveLine(entry);
    entry.notBefore = notBefore;
    later.add(entry);
    arrived.signal();
  }

  /** Moves it to another lane, where it waits from {@code now} on. */
  void move(Entry entry, String lane, Instant now) {
    leaveLine(entry);
    entry.lane = lane;
    postpone(entry, now);
  }

  private void leaveLine(Entry entry) {
    later.remove(entry);
    ready.computeIfPresent(
        entry.lane,
        (name, lane) -> {
          lane.remove(entry);
          return lane.isEmpty() ? null : lane;
        });
  }

  /** Hands out the first that is due and in none of the {@code full} lanes. */
  Optional<Entry> take(Instant now, Instant until, Set<String> full) {
    while (!later.isEmpty() && !later.first().notBefore.isAfter(now)) {
      var due = later.pollFirst();
      ready.computeIfAbsent(due.lane, unseen -> new TreeSet<>(BY_PRIORITY)).add(due);
    }
    var first =
        ready.entrySet().stream()
            .filter(lane -> !full.contains(lane.getKey()))
            .map(lane -> lane.getValue().first())
            .min(BY_PRIORITY);
    first.ifPresent(
        entry -> {
          leaveLine(entry);
          entry.deliveries++;
          entry.notBefore = until;
          later.add(entry);
        });
    return first;
  }

  /** When the oldest of those that are due was submitted. */
  Optional<Instant> oldest(Instant now) {
    return byId.values().stream()
        .filter(entry -> entry.deliveries > 0 || !entry.notBefore.isAfter(now))
        .map(entry -> entry.message.submittedAt())
        .min(Comparator.naturalOrder());
  }

  /** Waits until something may have come; says how many nanoseconds of {@code atMost} are left. */
  long awaitArrival(long atMost) throws InterruptedException {
    return arrived.awaitNanos(atMost);
  }

  void wakeAll() {
    arrived.signalAll();
  }
}
