package io.openhqm.embedded;

import io.openhqm.core.Job;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Those who wait for a job to end. They are told after its commit; nobody polls. */
final class EndWaiters {
  private final ConcurrentHashMap<UUID, List<Waiter>> waiters = new ConcurrentHashMap<>();

  static final class Waiter {
    private final Thread thread = Thread.currentThread();
    private volatile @Nullable Job ended;

    /** Waits; empty when the time was over. */
    Optional<Job> await(long nanos) throws InterruptedException {
      long until = System.nanoTime() + nanos;
      while (ended == null) {
        long rest = until - System.nanoTime();
        if (rest <= 0) {
          break;
        }
        LockSupport.parkNanos(this, rest);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return Optional.ofNullable(ended);
    }
  }

  Waiter add(UUID id) {
    var waiter = new Waiter();
    waiters.compute(
        id,
        (key, known) -> {
          var list = known == null ? new CopyOnWriteArrayList<Waiter>() : known;
          list.add(waiter);
          return list;
        });
    return waiter;
  }

  void remove(UUID id, Waiter waiter) {
    waiters.computeIfPresent(
        id,
        (key, known) -> {
          known.remove(waiter);
          return known.isEmpty() ? null : known;
        });
  }

  boolean isEmpty() {
    return waiters.isEmpty();
  }

  void ended(Job job) {
    var known = waiters.remove(job.id());
    if (known != null) {
      for (var waiter : known) {
        waiter.ended = job;
        LockSupport.unpark(waiter.thread);
      }
    }
  }
}
