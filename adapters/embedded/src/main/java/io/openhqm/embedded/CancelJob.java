package io.openhqm.embedded;

import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Cancellation;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A client cancels a job: one that waits ends here and now, with its message; a worker is asked to
 * stop.
 */
final class CancelJob extends Operation {
  private final Parts parts;
  private final UUID id;
  private final Duration ttl;
  private final boolean announces;
  private final Instant now;
  private Cancellation answer = new Cancellation.Unknown();
  private @Nullable Entry asked;
  private @Nullable Duration before;
  private @Nullable Row gone;
  private @Nullable Entry held;
  private @Nullable Entry successor;

  CancelJob(Parts parts, UUID id, Duration ttl, boolean announces) {
    this.parts = parts;
    this.announces = announces;
    this.id = id;
    this.ttl = ttl;
    now = parts.clock().instant();
  }

  Cancellation answer() {
    return answer;
  }

  @Override
  void run(Sql sql) throws SQLException {
    asked = null;
    gone = null;
    successor = null;
    var found = sql.findJob(id).filter(row -> row.is(Kind.JOB));
    if (found.isEmpty()) {
      answer = new Cancellation.Unknown();
      return;
    }
    var row = found.get();
    if (row.is(Kind.ENDED)) {
      answer = new Cancellation.Finished(row.job());
      return;
    }
    var worker = worker();
    if (worker == null) {
      end(sql, row);
    } else {
      ask(sql, worker);
    }
  }

  /** Whoever has a lease; keeps anybody from taking one meanwhile if nobody has. */
  private @Nullable Entry worker() {
    var board = parts.board();
    board.lock.lock();
    try {
      var entry = board.get(id);
      if (entry == null) {
        return null;
      }
      if (entry.leased && !entry.releasing) {
        return entry;
      }
      entry.settling = true;
      held = entry;
      return null;
    } finally {
      board.lock.unlock();
    }
  }

  private void ask(Sql sql, Entry worker) throws SQLException {
    asked = worker;
    var board = parts.board();
    board.lock.lock();
    try {
      before = worker.cancelTtl;
      worker.cancelTtl = ttl;
      answer = new Cancellation.Requested(worker.job());
    } finally {
      board.lock.unlock();
    }
    ClaimTable.put(sql, worker);
  }

  private void end(Sql sql, Row row) throws SQLException {
    var expires = EndJob.later(now, ttl);
    var entry = row.entry();
    var ended =
        EndJob.ended(entry, new Ending.Cancelled(), java.util.Optional.empty(), now, expires);
    sql.end(row.seq(), row.kind(), expires, RowCodec.encode(ended), null, -1);
    gone = row;
    successor = Sessions.next(sql, row.session(), now.toEpochMilli());
    var job = ended.toJob(id);
    if (announces) {
      Responses.Note.of(job).insert(sql);
    }
    answer = new Cancellation.Cancelled(job);
  }

  @Override
  void committed() {
    var board = parts.board();
    if (asked != null) {
      asked.writtenFence = asked.fence;
    }
    if (gone != null) {
      board.removed(gone.seq(), id);
      board.countMessages(gone.is(Kind.MESSAGE) ? -1 : 0);
      Sessions.place(board, successor);
      if (answer instanceof Cancellation.Cancelled(Job job)) {
        parts.ends().ended(job);
      }
    }
  }

  @Override
  void failed() {
    if (held != null) {
      held.settling = false;
    }
    if (asked != null) {
      asked.cancelTtl = before;
    }
  }
}
