package io.openhqm.memory;

import io.openhqm.core.Announcement;
import io.openhqm.core.Bytes;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
  private final ArrayDeque<Announced> announcements = new ArrayDeque<>();
  private boolean closed;

  /** An announcement, and until when its job can be read. */
  private record Announced(String text, Instant expiresAt) {}

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

  /** Those of jobs that can no longer be read go, and the oldest when there are too many. */
  void announce(Job job) {
    var text = Announcement.of(job);
    while (!announcements.isEmpty()
        && (announcements.size() >= max || !announcements.peek().expiresAt().isAfter(now()))) {
      announcements.remove();
    }
    if (job.state() instanceof Job.State.Ended ended) {
      announcements.add(new Announced(text, ended.expiresAt()));
    }
  }

  List<String> takeAnnouncements(int limit) {
    var taken = new ArrayList<String>();
    while (taken.size() < limit && !announcements.isEmpty()) {
      taken.add(announcements.remove().text());
    }
    return taken;
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
