package io.openhqm.embedded;

import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import java.time.Duration;

/**
 * A message with a worker. That it is out is known in memory only: it comes again when the process
 * ends.
 */
final class SqliteDelivery implements Delivery {
  private final Parts parts;
  private final Entry entry;
  private final int number;
  private final Message message;
  private boolean settled;

  SqliteDelivery(Parts parts, Entry entry, int number, Message message) {
    this.parts = parts;
    this.entry = entry;
    this.number = number;
    this.message = message;
  }

  @Override
  public Message message() {
    return message;
  }

  @Override
  public boolean isForeign() {
    return (entry.kind & Kind.FOREIGN) != 0;
  }

  @Override
  public void extend(Duration duration) {
    var board = parts.board();
    board.lock.lock();
    try {
      board.checkOpen();
      board.extendVisibility(entry, number, duration);
    } finally {
      board.lock.unlock();
    }
  }

  @Override
  public void settle(Outcome outcome) {
    settle(new Settle(parts, entry, number, outcome));
  }

  @Override
  public void moveTo(String lane, Duration otherwise) {
    settle(new Settle(parts, entry, number, new Outcome.RetryAfter(otherwise), lane));
  }

  private void settle(Settle how) {
    var board = parts.board();
    board.lock.lock();
    try {
      // Most often the job's end took the message with it.
      if (settled
          || entry.deliveries != number
          || board.get(entry.id) != entry
          || !entry.is(Kind.MESSAGE)) {
        settled = true;
        return;
      }
      board.checkOpen();
      settled = true;
    } finally {
      board.lock.unlock();
    }
    try {
      parts.writer().write(how);
    } catch (RuntimeException e) {
      board.lock.lock();
      try {
        settled = false;
      } finally {
        board.lock.unlock();
      }
      throw e;
    }
  }
}
