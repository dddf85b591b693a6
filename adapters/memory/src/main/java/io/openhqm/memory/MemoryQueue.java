package io.openhqm.memory;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The queue. */
final class MemoryQueue extends Port implements RequestQueue {
  private static final QueueFeatures FEATURES =
      new QueueFeatures(true, true, Optional.empty(), Integer.MAX_VALUE).withLanes();

  /** A receiver looks at the clock as often as this, as an injected one may be turned on. */
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Waiting waiting;

  MemoryQueue(Memory memory) {
    super(memory);
    waiting = memory.waiting;
  }

  @Override
  public QueueFeatures features() {
    return FEATURES;
  }

  @Override
  public void send(Message message, Instant notBefore) {
    locked(
        () -> {
          memory.requireRoom("messages", waiting.size());
          waiting.add(message, notBefore);
          return message;
        });
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait)
      throws InterruptedException {
    return receive(max, visibility, wait, Set.of());
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
      throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be >= 1 but is " + max);
    }
    memory.lock.lockInterruptibly();
    try {
      long left = wait.toNanos();
      while (true) {
        requireOpen();
        var taken = take(max, visibility, full);
        if (left <= 0 || !taken.isEmpty()) {
          return taken;
        }
        long glance = Math.min(left, GLANCE_NANOS);
        left -= glance - waiting.awaitArrival(glance);
      }
    } finally {
      memory.lock.unlock();
    }
  }

  private List<Delivery> take(int max, Duration visibility, Set<String> full) {
    var now = memory.now();
    var taken = new ArrayList<Delivery>();
    while (taken.size() < max) {
      var entry = waiting.take(now, now.plus(visibility), full);
      if (entry.isEmpty()) {
        break;
      }
      taken.add(new Handed(entry.get(), entry.get().deliveries));
    }
    return taken;
  }

  /** One handing-over. */
  private final class Handed implements Delivery {
    private final Waiting.Entry entry;
    private final int number;
    private boolean settled;

    Handed(Waiting.Entry entry, int number) {
      this.entry = entry;
      this.number = number;
    }

    @Override
    public Message message() {
      return entry.message;
    }

    @Override
    public void extend(Duration duration) {
      locked(
          () -> {
            if (isMine()) {
              waiting.postpone(entry, memory.now().plus(duration));
            }
            return duration;
          });
    }

    @Override
    public void settle(Outcome outcome) {
      locked(
          () -> {
            if (isMine()) {
              settled = true;
              settleMine(outcome);
            }
            return outcome;
          });
    }

    @Override
    public void moveTo(String lane, Duration otherwise) {
      locked(
          () -> {
            if (isMine()) {
              settled = true;
              waiting.move(entry, lane, memory.now());
            }
            return lane;
          });
    }

    private boolean isMine() {
      return !settled && waiting.isHeld(entry, number);
    }

    private void settleMine(Outcome outcome) {
      switch (outcome) {
        case Outcome.Done done -> waiting.remove(entry.message.id());
        case Outcome.RetryAfter retry -> waiting.postpone(entry, memory.now().plus(retry.delay()));
        case Outcome.DeadLetter dead -> {
          waiting.remove(entry.message.id());
          bury(dead.reason());
        }
      }
    }

    private void bury(String reason) {
      var id = entry.message.id();
      int attempts = memory.slots.find(id).map(slot -> slot.job().attempts()).orElse(number);
      if (memory.deadLetters.size() >= memory.max) {
        memory.deadLetters.pollFirstEntry();
      }
      memory.deadLetters.put(id, new DeadLetter(entry.message, reason, memory.now(), attempts));
    }
  }

  @Override
  public DeadLetters deadLetters() {
    return new MemoryDeadLetters(this);
  }

  @Override
  public Depth depth() {
    return locked(() -> new Depth(waiting.size(), waiting.oldest(memory.now())));
  }
}
