package io.openhqm.memory;

import io.openhqm.core.Job;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** All jobs, by id, by key, and by when the sweep has to do with them. */
final class Slots {
  /** A job in an order of time. */
  private record At(Instant at, UUID id) implements Comparable<At> {
    private static final Comparator<At> ORDER = Comparator.comparing(At::at).thenComparing(At::id);

    @Override
    public int compareTo(At other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<UUID, Slot> byId = new HashMap<>();
  private final Map<String, UUID> byKey = new HashMap<>();
  private final TreeSet<At> overdue = new TreeSet<>();
  private final TreeSet<At> ended = new TreeSet<>();
  private final Map<UUID, Condition> ends = new HashMap<>();
  private final ReentrantLock lock;

  Slots(ReentrantLock lock) {
    this.lock = lock;
  }

  int size() {
    return byId.size();
  }

  Optional<Slot> find(UUID id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** The job that stands in the way of {@code job}: of its id, or of its key and not expired. */
  Optional<Slot> existing(Job job, Instant now) {
    return find(job.id())
        .or(() -> job.idempotency().flatMap(idempotency -> findByKey(idempotency.key(), now)));
  }

  /** The job that has the key and is not expired. */
  Optional<Slot> findByKey(String key, Instant now) {
    return Optional.ofNullable(byKey.get(key))
        .flatMap(this::find)
        .filter(slot -> !slot.job().isExpired(now));
  }

  void add(Slot slot) {
    byId.put(slot.job().id(), slot);
    slot.job().idempotency().ifPresent(one -> byKey.put(one.key(), slot.job().id()));
    index(slot);
  }

  /** Changes {@code slot} by {@code change} and keeps the orders true. */
  void change(Slot slot, Runnable change) {
    unindex(slot);
    change.run();
    index(slot);
    if (slot.expiresAt().isPresent()) {
      wake(slot.job().id());
    }
  }

  void remove(Slot slot) {
    unindex(slot);
    var id = slot.job().id();
    byId.remove(id);
    slot.job().idempotency().ifPresent(one -> byKey.remove(one.key(), id));
    wake(id);
  }

  private void index(Slot slot) {
    var id = slot.job().id();
    slot.overdueAt().ifPresent(at -> overdue.add(new At(at, id)));
    slot.expiresAt().ifPresent(at -> ended.add(new At(at, id)));
  }

  private void unindex(Slot slot) {
    var id = slot.job().id();
    slot.overdueAt().ifPresent(at -> overdue.remove(new At(at, id)));
    slot.expiresAt().ifPresent(at -> ended.remove(new At(at, id)));
  }

  List<Slot> overdue(Instant now, int limit) {
    return until(overdue, now, limit);
  }

  /** Those whose time was over at {@code now} or before. */
  List<Slot> expired(Instant now, int limit) {
    return until(ended, now, limit);
  }

  private List<Slot> until(TreeSet<At> order, Instant now, int limit) {
    return order.stream()
        .takeWhile(one -> !one.at().isAfter(now))
        .limit(limit)
        .flatMap(one -> find(one.id()).stream())
        .toList();
  }

  /** What is signalled when the job ends or goes. */
  Condition endOf(UUID id) {
    return ends.computeIfAbsent(id, unused -> lock.newCondition());
  }

  private void wake(UUID id) {
    Optional.ofNullable(ends.remove(id)).ifPresent(Condition::signalAll);
  }

  void wakeAll() {
    ends.values().forEach(Condition::signalAll);
    ends.clear();
  }
}
