package io.openhqm.embedded;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Delivery;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages in the table {@code job}; the next ones in memory, see {@link Board}. */
final class SqliteQueue implements RequestQueue, Intake {
  static final long MESSAGE_MAX = 1 << 20;

  private static final QueueFeatures FEATURES =
      new QueueFeatures(true, true, Optional.empty(), MESSAGE_MAX).withLanes();

  private final Parts parts;
  private final ReadAhead readAhead;
  private final DeadLetters deadLetters;

  SqliteQueue(Parts parts) {
    this.parts = parts;
    readAhead = new ReadAhead(parts);
    deadLetters = new SqliteDeadLetters(parts);
  }

  @Override
  public QueueFeatures features() {
    return FEATURES;
  }

  @Override
  public Creation accept(Job job, Message message, Instant notBefore) {
    checkRoom(message.id(), job.idempotency().map(Job.Idempotency::key));
    checkSize(message);
    return parts
        .writer()
        .write(Arrival.accept(parts.board(), parts.clock(), job, message, notBefore))
        .creation();
  }

  @Override
  public void send(Message message, Instant notBefore) {
    checkRoom(message.id(), Optional.empty());
    checkSize(message);
    parts.writer().write(Arrival.send(parts.board(), parts.clock(), message, notBefore, 0));
  }

  /** What is there already needs no room: a job whose end waits for its message, a repetition. */
  private void checkRoom(UUID id, Optional<String> key) {
    long most = parts.settings().maxBacklog();
    if (parts.board().messages() >= most && !isThere(id, key)) {
      throw new UnavailableException(
          "the queue is full: " + most + " messages wait (queue.max_backlog)",
          Duration.ofSeconds(5));
    }
  }

  private boolean isThere(UUID id, Optional<String> key) {
    return parts
        .readers()
        .read(
            sql ->
                sql.findJob(id).isPresent()
                    || key.isPresent() && sql.findByKey(key.get()).isPresent());
  }

  private static void checkSize(Message message) {
    if (message.payload().length() > MESSAGE_MAX
        && message.payload() instanceof io.openhqm.core.Body.Inline) {
      throw new IllegalArgumentException(
          "a message carries "
              + MESSAGE_MAX
              + " bytes at most but has "
              + message.payload().length());
    }
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait)
      throws InterruptedException {
    return receive(max, visibility, wait, Set.of());
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
      throws InterruptedException {
    long until =
        System.nanoTime()
            + (wait.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : wait).toNanos();
    var board = parts.board();
    while (true) {
      parts.writer().requireToWrite();
      readAhead.fill();
      List<Entry> taken;
      board.lock.lockInterruptibly();
      try {
        board.checkOpen();
        taken = board.take(max, visibility, full);
        if (taken.isEmpty()) {
          long rest = until - System.nanoTime();
          if (!readAhead.isBehind()) {
            if (rest <= 0) {
              return List.of();
            }
            board.await(rest, !full.isEmpty());
          }
          continue;
        }
      } finally {
        board.lock.unlock();
      }
      var deliveries = deliveries(taken);
      if (!deliveries.isEmpty()) {
        return deliveries;
      }
    }
  }

  private List<Delivery> deliveries(List<Entry> taken) {
    var deliveries = new ArrayList<Delivery>(taken.size());
    try {
      for (var entry : taken) {
        try {
          var message = message(entry);
          if (message != null) {
            deliveries.add(new SqliteDelivery(parts, entry, entry.deliveries, message));
          }
        } catch (RuntimeException e) {
          if (!Failures.isDamage(e)) {
            throw e;
          }
          setAside(entry, e);
        }
      }
      return deliveries;
    } catch (UnavailableException e) {
      var board = parts.board();
      board.lock.lock();
      try {
        taken.stream().filter(entry -> entry.place == Entry.Place.OUT).forEach(board::giveBack);
      } finally {
        board.lock.unlock();
      }
      throw e;
    }
  }

  /** Stays out as long as the process lives, so that it holds up nobody. */
  private void setAside(Entry entry, RuntimeException damage) {
    parts.readers().faults().passedOver(entry.seq, entry.id, damage);
    var board = parts.board();
    board.lock.lock();
    try {
      entry.visibleUntil = Long.MAX_VALUE;
    } finally {
      board.lock.unlock();
    }
  }

  /** Null: it is gone meanwhile. */
  private @Nullable Message message(Entry entry) {
    Message message;
    byte[] request;
    var board = parts.board();
    board.lock.lock();
    try {
      message = entry.message;
      request = entry.request;
      board.uncache(entry);
    } finally {
      board.lock.unlock();
    }
    if (message != null) {
      return message;
    }
    if (request == null) {
      request = parts.readers().read(sql -> sql.request(entry.seq)).orElse(null);
    }
    return request == null ? null : RowCodec.message(entry.id, request);
  }

  @Override
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  @Override
  public Depth depth() {
    var board = parts.board();
    board.lock.lock();
    try {
      board.checkOpen();
      return new Depth(Math.max(0, board.messages()), board.oldest());
    } finally {
      board.lock.unlock();
    }
  }

  @Override
  public void close() {
    // The engine closes.
  }
}
