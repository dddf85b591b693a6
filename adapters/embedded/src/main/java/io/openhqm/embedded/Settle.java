package io.openhqm.embedded;

import io.openhqm.core.Outcome;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A worker tells what became of a message whose job is kept elsewhere, or did not end. */
final class Settle extends Operation {
  private final Parts parts;
  private final Entry entry;
  private final int delivery;
  private final Outcome outcome;
  private final @Nullable String lane;
  private final Instant now;
  private boolean done;
  private int line;
  private long due = -1;
  private @Nullable Entry successor;

  Settle(Parts parts, Entry entry, int delivery, Outcome outcome) {
    this(parts, entry, delivery, outcome, null);
  }

  /**
   * @param lane where the message is to wait from now on, and not until the delay of {@code
   *     outcome} is over, if there is such a lane; null: where it waited before
   */
  Settle(Parts parts, Entry entry, int delivery, Outcome outcome, @Nullable String lane) {
    this.parts = parts;
    this.entry = entry;
    this.delivery = delivery;
    this.outcome = outcome;
    this.lane = lane;
    now = parts.clock().instant();
  }

  @Override
  void run(Sql sql) throws SQLException {
    done = entry.is(Kind.MESSAGE) && entry.deliveries == delivery;
    successor = null;
    if (!done) {
      return;
    }
    switch (outcome) {
      case Outcome.Done() -> forget(sql);
      case Outcome.RetryAfter(var delay) -> {
        int number = lane == null ? Lanes.SHARED : LaneTable.number(sql, parts.board(), lane);
        boolean moves = number != Lanes.SHARED;
        line = moves ? number * Kind.LANE + entry.line % Kind.LANE : entry.line;
        var again = EndJob.later(now, delay);
        due = again.isAfter(now) && !moves ? Sql.ms(again) : -1;
        int ready = due < 0 ? line : Kind.DELAYED + line;
        done = sql.wait(entry.seq, entry.kind, ready, due, RowCodec.encode(entry.part));
      }
      case Outcome.DeadLetter(var reason) -> bury(sql, reason);
    }
  }

  private void forget(Sql sql) throws SQLException {
    if (entry.is(Kind.JOB)) {
      done =
          sql.update(
                  "UPDATE job SET kind=?, ready=NULL, due=NULL, session=NULL, request=NULL"
                      + " WHERE seq=? AND expires IS NULL",
                  entry.kind & ~(Kind.MESSAGE | Kind.BIG),
                  entry.seq)
              == 1;
      if (entry.is(Kind.BIG)) {
        sql.deletePayload(entry.seq);
      }
    } else {
      sql.delete(entry.seq, entry.kind);
    }
    successor = Sessions.next(sql, entry.session, now.toEpochMilli());
  }

  private void bury(Sql sql, String reason) throws SQLException {
    var part = entry.part;
    var dead =
        new JobPart(
            part.submittedAt(),
            now,
            entry.is(Kind.JOB) ? entry.attempts : entry.deliveries,
            entry.fence,
            part.idempotency(),
            new JobPart.Waiting(entry.notBefore(), Optional.of(reason)));
    var statement =
        sql.statement(
            "UPDATE job SET kind=?, ready=NULL, due=NULL, session=NULL, dead=?, state=? WHERE seq=? AND expires IS NULL");
    statement.setInt(1, entry.kind & ~Kind.MESSAGE | Kind.DEAD);
    statement.setLong(2, Sql.ms(now));
    statement.setBytes(3, RowCodec.encode(dead));
    statement.setLong(4, entry.seq);
    done = statement.executeUpdate() == 1;
    successor = Sessions.next(sql, entry.session, now.toEpochMilli());
  }

  @Override
  void committed() {
    if (!done) {
      return;
    }
    var board = parts.board();
    entry.deliveries++;
    switch (outcome) {
      case Outcome.RetryAfter retry -> {
        if (lane != null && line != entry.line) {
          board.lanes().nameIfNew(line / Kind.LANE, lane);
        }
        entry.line = line;
        if (due < 0) {
          board.becameReady(entry);
        } else {
          board.becameDelayed(entry, due);
        }
      }
      case Outcome.Done gone -> {
        board.countMessages(-1);
        leave(board, 0);
      }
      case Outcome.DeadLetter dead -> {
        board.countMessages(-1);
        board.countDeadLetters(1);
        leave(board, Kind.DEAD);
      }
    }
    Sessions.place(board, successor);
  }

  private void leave(Board board, int bit) {
    entry.kind |= bit;
    if (entry.is(Kind.JOB)) {
      board.messageGone(entry, bit == 0);
    } else {
      board.removed(entry.seq, entry.id);
    }
  }
}
