package io.openhqm.memory;

import io.openhqm.core.Bytes;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** What one engine holds. Everything in it is guarded by {@link #lock}. */
final class Memory {
  final ReentrantLock lock = new ReentrantLock();
  final InstantSource clock;
  final long max;
  final Slots slots;
  final Waiting waiting;
  final TreeMap<UUID, DeadLetter> deadLetters = new TreeMap<>();
  final TreeMap<String, Blob> blobs = new TreeMap<>();
  private boolean closed;

  /** One body, and when it came. */
  record Blob(Bytes bytes, Instant putAt) {}

  Memory(InstantSource clock, long max) {
    this.clock = clock;
    this.max = max;
    slots = new Slots(lock);
    waiting = new Waiting(lock);
  }

  Instant now() {
    return clock.instant();
  }

  Creation accept(Job job, Message message, Instant notBefore) {
    requireRoom("messages", waiting.size());
    var creation = create(job);
    if (creation instanceof Creation.Created) {
      waiting.add(message, notBefore);
    }
    return creation;
  }

  Creation create(Job job) {
    var existing = slots.existing(job, now());
    if (existing.isPresent()) {
      return new Creation.Exists(existing.get().job());
    }
    if (slots.size() >= max) {
      slots.expired(now(), 1_000).forEach(slots::remove);
    }
    requireRoom("jobs", slots.size());
    slots.add(new Slot(job));
    return new Creation.Created();
  }

  void requireRoom(String what, long count) {
    if (count >= max) {
      throw new UnavailableException(
          "The memory engine keeps "
              + max
              + " "
              + what
              + " at most (queue.max_backlog) and is full: wait, raise it, or use another engine.",
          Duration.ofSeconds(5));
    }
  }

  void requireOpen(boolean portClosed) {
    if (closed || portClosed) {
      throw new UnavailableException("The memory engine is closed.", Duration.ofSeconds(5));
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  void wakeAll() {
    waiting.wakeAll();
    slots.wakeAll();
  }
}
