package io.openhqm.embedded;

import io.openhqm.core.Message;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A worker gives a job back; its message, where it is in the same row, waits with it. */
final class ReleaseJob extends Operation {
  private final Board board;
  private final Entry entry;
  private final JobPart part;
  private final byte[] state;
  private final Instant now;
  private final Instant notBefore;
  private final @Nullable Message held;
  private boolean done;

  /** Called under the board's lock by the holder of the lease. */
  ReleaseJob(
      Board board,
      Entry entry,
      Instant now,
      Instant notBefore,
      Optional<String> error,
      Optional<Message> held) {
    this.board = board;
    this.entry = entry;
    this.now = now;
    this.notBefore = notBefore;
    this.held = held.orElse(null);
    int attempts = error.isPresent() ? entry.attempts : entry.attempts - 1;
    part =
        new JobPart(
            entry.part.submittedAt(),
            now,
            attempts,
            entry.fence,
            entry.part.idempotency(),
            new JobPart.Waiting(notBefore, error));
    state = RowCodec.encode(part);
    entry.settling = true;
  }

  boolean isDone() {
    return done;
  }

  @Override
  void run(Sql sql) throws SQLException {
    done = false;
    if (entry.cancelTtl != null) {
      return;
    }
    long due = due();
    if (!entry.is(Kind.MESSAGE) && held != null) {
      var row =
          new Row(
              entry.seq,
              entry.id,
              entry.kind | Kind.HELD,
              -1,
              -1,
              null,
              entry.key,
              state,
              RowCodec.encode(held),
              null);
      sql.rewrite(row, Sql.ms(notBefore));
      done = true;
    } else if (entry.is(Kind.MESSAGE)) {
      int ready = due < 0 ? entry.line : Kind.DELAYED + entry.line;
      done = sql.wait(entry.seq, entry.kind, ready, due, state);
    } else {
      done = sql.wait(entry.seq, entry.kind, -1, -1, state);
      if (done && entry.is(Kind.HELD)) {
        sql.update("UPDATE job SET held=? WHERE seq=?", Sql.ms(notBefore), entry.seq);
      }
    }
    if (done) {
      ClaimTable.delete(sql, entry);
      entry.releasing = true;
    }
  }

  private long due() {
    return notBefore.isAfter(now) ? Sql.ms(notBefore) : -1;
  }

  @Override
  void committed() {
    entry.settling = false;
    entry.releasing = false;
    if (!done) {
      return;
    }
    board.released(entry, part);
    if (!entry.is(Kind.MESSAGE)) {
      entry.kind = held == null ? entry.kind : entry.kind | Kind.HELD;
      board.forgetIfIdle(entry);
    } else if (due() < 0) {
      board.becameReady(entry);
    } else {
      board.becameDelayed(entry, due());
    }
  }

  @Override
  void failed() {
    entry.settling = false;
    entry.releasing = false;
  }
}
