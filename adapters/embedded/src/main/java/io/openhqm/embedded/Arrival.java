package io.openhqm.embedded;

import static io.openhqm.embedded.Kind.has;

import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A job, a message, or both come in as one row, or are added to the row that has the other. */
final class Arrival extends Operation {
  private enum Outcome {
    NOTHING,
    INSERTED,
    JOB_ADDED,
    MESSAGE_ADDED
  }

  private final Board board;
  private final Instant now;
  private final UUID id;
  private final int kind;
  private final int level;
  private final String lane;
  private final long due;
  private final long held;
  private final @Nullable String session;
  private final @Nullable String key;
  private final JobPart part;
  private final byte[] state;
  private final byte @Nullable [] request;
  private final @Nullable Message message;

  private Outcome outcome = Outcome.NOTHING;
  private @Nullable Job existing;
  private long seq;
  private int line;
  private int ready;
  private JobPart rowPart;
  private @Nullable String rowKey;

  private Arrival(
      Board board,
      InstantSource clock,
      UUID id,
      int kind,
      Optional<Job> job,
      Optional<Message> message,
      JobPart part,
      Instant notBefore) {
    this.board = board;
    this.now = clock.instant();
    this.id = id;
    this.kind = kind;
    this.part = part;
    this.rowPart = part;
    this.message = message.orElse(null);
    long at = notBefore.isAfter(now) ? Sql.ms(notBefore) : -1;
    due = has(kind, Kind.MESSAGE) ? at : -1;
    held = has(kind, Kind.HELD) ? Sql.ms(notBefore) : -1;
    level = message.map(Row::level).orElse(0);
    lane = message.map(one -> one.metadata().lane()).orElse("");
    session =
        has(kind, Kind.MESSAGE)
            ? message.flatMap(m -> m.metadata().sessionId()).orElse(null)
            : null;
    key = job.flatMap(Job::idempotency).map(Job.Idempotency::key).orElse(null);
    state = RowCodec.encode(part);
    request = message.map(RowCodec::encode).orElse(null);
  }

  /** Job and message at once. */
  static Arrival accept(
      Board board, InstantSource clock, Job job, Message message, Instant notBefore) {
    var part = JobPart.of(job, notBefore);
    return new Arrival(
        board,
        clock,
        job.id(),
        Kind.JOB | Kind.MESSAGE,
        Optional.of(job),
        Optional.of(message),
        part,
        notBefore);
  }

  /** A job, with its message in custody where one is given. */
  static Arrival create(Board board, InstantSource clock, Job job, Optional<Message> held) {
    var notBefore =
        job.state() instanceof Job.State.Pending pending ? pending.notBefore() : job.submittedAt();
    int kind = held.isPresent() ? Kind.JOB | Kind.HELD : Kind.JOB;
    return new Arrival(
        board,
        clock,
        job.id(),
        kind,
        Optional.of(job),
        held,
        JobPart.of(job, notBefore),
        notBefore);
  }

  /** A message whose job is kept elsewhere, or is here already. */
  static Arrival send(
      Board board, InstantSource clock, Message message, Instant notBefore, int foreign) {
    var part = JobPart.ofMessage(message.submittedAt(), notBefore);
    return new Arrival(
        board,
        clock,
        message.id(),
        Kind.MESSAGE | foreign,
        Optional.empty(),
        Optional.of(message),
        part,
        notBefore);
  }

  Creation creation() {
    return existing == null ? new Creation.Created() : new Creation.Exists(existing);
  }

  @Override
  boolean grows() {
    return true;
  }

  @Override
  void run(Sql sql) throws SQLException {
    outcome = Outcome.NOTHING;
    existing = null;
    ready = ready(sql, session);
    seq = sql.nextSeq();
    if (insert(sql)) {
      outcome = Outcome.INSERTED;
      return;
    }
    var row = sql.findJob(id);
    if (row.isPresent()) {
      meet(sql, row.get());
    } else if (key != null) {
      var holder = sql.findByKey(key);
      if (holder.isPresent() && !holder.get().job().isExpired(now)) {
        existing = current(holder.get());
        return;
      }
      // The key of a job that is no longer served is free again.
      if (holder.isPresent()) {
        sql.update("UPDATE job SET idem=NULL WHERE seq=?", holder.get().seq());
      }
      outcome = insert(sql) ? Outcome.INSERTED : Outcome.NOTHING;
    }
  }

  private int ready(Sql sql, @Nullable String ofSession) throws SQLException {
    if (!has(kind, Kind.MESSAGE)) {
      return -1;
    }
    line = LaneTable.number(sql, board, lane) * Kind.LANE + level;
    if (ofSession != null && sql.isBusy(ofSession)) {
      return Kind.PARKED + line;
    }
    return due < 0 ? line : Kind.DELAYED + line;
  }

  private boolean insert(Sql sql) throws SQLException {
    if (due < 0 && held < 0 && session == null && key == null && request != null) {
      return sql.insertPlain(seq, id, kind, ready, state, request);
    }
    long time = Kind.isParked(ready) ? -1 : due;
    return sql.insert(
        new Row(seq, id, kind, ready, time, session, key, state, request, null), held);
  }

  /** A row of this id is there. */
  private void meet(Sql sql, Row row) throws SQLException {
    boolean bringsJob = has(kind, Kind.JOB);
    if (row.is(Kind.JOB) && bringsJob) {
      existing = current(row);
    } else if (bringsJob) {
      addJob(sql, row);
    } else if (row.is(Kind.JOB) && !row.is(Kind.MESSAGE | Kind.ENDED | Kind.DEAD)) {
      addMessage(sql, row);
    }
  }

  private void addJob(Sql sql, Row row) throws SQLException {
    var statement = sql.statement("UPDATE job SET kind=?, idem=?, state=? WHERE seq=?");
    statement.setInt(1, row.kind() | Kind.JOB);
    statement.setString(2, key);
    statement.setBytes(3, state);
    statement.setLong(4, row.seq());
    statement.executeUpdate();
    seq = row.seq();
    outcome = Outcome.JOB_ADDED;
  }

  private void addMessage(Sql sql, Row row) throws SQLException {
    ready = ready(sql, session);
    rowPart = row.part();
    rowKey = row.key();
    seq = row.seq();
    var joined =
        new Row(
            row.seq(),
            id,
            row.kind() | kind,
            ready,
            Kind.isParked(ready) ? -1 : due,
            session,
            row.key(),
            row.state(),
            request,
            null);
    sql.rewrite(joined, row.is(Kind.HELD) ? 0 : -1);
    outcome = Outcome.MESSAGE_ADDED;
  }

  /** The job as it is now: that a worker is at it is known in memory only. */
  private Job current(Row row) {
    return row.is(Kind.ENDED) ? row.job() : board.processing(row.id()).orElseGet(row::job);
  }

  @Override
  void committed() {
    switch (outcome) {
      case NOTHING -> {}
      case INSERTED -> {
        if (has(kind, Kind.MESSAGE)) {
          board.countMessages(1);
          place(new Entry(seq, id, bits(), line, session, key, part), true);
        }
      }
      case JOB_ADDED -> {
        var entry = board.get(id);
        if (entry != null) {
          entry.kind |= Kind.JOB;
          entry.key = key;
          entry.part = part;
        }
      }
      case MESSAGE_ADDED -> {
        board.countMessages(1);
        var known = board.get(id);
        if (known == null) {
          place(new Entry(seq, id, bits() | Kind.JOB, line, session, rowKey, rowPart), false);
        } else {
          // A claim made the job known before.
          known.kind |= bits();
          known.line = line;
          known.session = session;
          place(known, false);
        }
      }
    }
  }

  private int bits() {
    return request != null && request.length > Sql.BIG ? kind | Kind.BIG : kind;
  }

  private void place(Entry entry, boolean newest) {
    board.lanes().nameIfNew(line / Kind.LANE, lane);
    if (Kind.isParked(ready)) {
      return;
    }
    if (Kind.isDelayed(ready)) {
      board.becameDelayed(entry, due);
      return;
    }
    entry.message = message;
    entry.size = request == null ? 0 : request.length;
    if (newest) {
      board.accepted(entry);
    } else {
      board.becameReady(entry);
    }
  }
}
