package io.openhqm.embedded;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Jobs in the table {@code job}; leases in memory, since they end with the process. */
final class SqliteJobStore implements JobStore {
  /** Of what is expired this much longer is still known that it was there. */
  static final Duration GRACE = Duration.ofHours(1);

  private static final long RESULT_MAX = 1 << 20;
  private static final int PURGE_STEP = 200;

  /** Held messages whose job a worker has are read and passed over; there are few. */
  private static final int CLAIMED_MEANWHILE = 100;

  private final Parts parts;
  private final boolean announces;

  /**
   * @param announces whether it announces each end
   */
  SqliteJobStore(Parts parts, boolean announces) {
    this.parts = parts;
    this.announces = announces;
  }

  @Override
  public long maxResultBytes() {
    return RESULT_MAX;
  }

  @Override
  public Creation create(Job job, Optional<Message> held) {
    return parts.writer().write(Arrival.create(parts.board(), parts.clock(), job, held)).creation();
  }

  @Override
  public void discard(UUID id) {
    parts.writer().write(new DiscardJob(parts, id));
  }

  @Override
  public Optional<Job> find(UUID id) {
    var board = parts.board();
    board.checkOpen();
    var processing = board.processing(id);
    if (processing.isPresent()) {
      return processing;
    }
    return parts
        .readers()
        .read(
            sql ->
                sql.findJob(id)
                    .filter(found -> found.is(Kind.JOB))
                    // A claim may have come while the file was read.
                    .map(
                        found ->
                            found.is(Kind.ENDED)
                                ? found.job()
                                : board.processing(id).orElseGet(found::job)));
  }

  @Override
  public Optional<Job> findByKey(String key) {
    parts.board().checkOpen();
    return parts
        .readers()
        .read(sql -> sql.findByKey(key))
        .flatMap(row -> find(row.id()))
        .filter(job -> !job.isExpired(parts.clock().instant()));
  }

  @Override
  public Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException {
    var waiter = parts.ends().add(id);
    try {
      var job = find(id);
      if (job.isEmpty() || job.get().status().isTerminal()) {
        return job;
      }
      long nanos =
          atMost.compareTo(Duration.ofDays(1)) > 0
              ? Duration.ofDays(1).toNanos()
              : atMost.toNanos();
      var ended = waiter.await(nanos);
      return ended.isPresent() ? ended : find(id);
    } finally {
      parts.ends().remove(id, waiter);
    }
  }

  @Override
  public Claim claim(UUID id, Duration lease) {
    var board = parts.board();
    parts.writer().requireToWrite();
    for (int attempt = 0; ; attempt++) {
      @Nullable Claim claim;
      boolean isDoubtful;
      board.lock.lock();
      try {
        board.checkOpen();
        claim = board.claim(id, lease);
        var entry = board.get(id);
        isDoubtful = entry != null && entry.seq <= parts.doubtful();
      } finally {
        board.lock.unlock();
        parts.writer().claimed();
      }
      if (claim instanceof Claim.Granted granted && isDoubtful) {
        awaitWritten(granted.lease());
      }
      if (claim != null) {
        return claim;
      }
      var answer = parts.writer().write(new LoadJob(parts, id)).answer();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (attempt == 100) {
        throw new IllegalStateException("job " + id + " is neither there nor gone");
      }
    }
  }

  /**
   * This job may be what killed a process, before its attempt was written. Were it so again, it
   * would be attempted for ever.
   */
  private void awaitWritten(Lease lease) {
    try {
      // Every transaction takes the claims along that wait to be written.
      parts
          .writer()
          .write(
              new Operation() {
                @Override
                void run(Sql sql) {}
              });
    } catch (RuntimeException notWritten) {
      unclaim(lease);
      throw notWritten;
    }
  }

  private void unclaim(Lease lease) {
    var board = parts.board();
    board.lock.lock();
    try {
      var entry = board.holder(lease);
      if (entry != null) {
        entry.leased = false;
        entry.attempts--;
        board.forgetIfIdle(entry);
      }
    } finally {
      board.lock.unlock();
    }
  }

  @Override
  public Extension extend(Lease lease, Duration duration) {
    var board = parts.board();
    board.lock.lock();
    try {
      board.checkOpen();
      return board.extend(lease, duration);
    } finally {
      board.lock.unlock();
    }
  }

  @Override
  public boolean complete(Lease lease, Ending ending, Duration ttl) {
    var board = parts.board();
    EndJob end;
    board.lock.lock();
    try {
      board.checkOpen();
      var entry = board.holder(lease);
      if (entry == null) {
        return false;
      }
      end = new EndJob(parts, entry, ending, parts.clock().instant(), ttl, announces);
    } finally {
      board.lock.unlock();
    }
    return parts.writer().write(end).isDone();
  }

  @Override
  public boolean release(
      Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
    var board = parts.board();
    ReleaseJob release;
    board.lock.lock();
    try {
      board.checkOpen();
      var entry = board.holder(lease);
      if (entry == null || entry.cancelTtl != null) {
        return false;
      }
      release = new ReleaseJob(board, entry, parts.clock().instant(), notBefore, error, held);
    } finally {
      board.lock.unlock();
    }
    return parts.writer().write(release).isDone();
  }

  @Override
  public Cancellation cancel(UUID id, Duration ttl) {
    return parts.writer().write(new CancelJob(parts, id, ttl, announces)).answer();
  }

  @Override
  public List<Overdue> overdue(int limit) {
    var board = parts.board();
    var found = new ArrayList<Overdue>();
    List<Entry> lost;
    var jobs = new ArrayList<Job>();
    board.lock.lock();
    try {
      board.checkOpen();
      lost = board.overdue(limit);
      lost.forEach(entry -> jobs.add(entry.job()));
    } finally {
      board.lock.unlock();
    }
    for (int i = 0; i < lost.size(); i++) {
      var entry = lost.get(i);
      found.add(new Overdue(jobs.get(i), message(entry)));
    }
    if (found.size() < limit) {
      found.addAll(heldAndDue(limit - found.size()));
    }
    return found;
  }

  /** Empty: it has none, or one that cannot be read, which must not hold up the others. */
  private Optional<Message> message(Entry entry) {
    try {
      return parts
          .readers()
          .read(sql -> sql.request(entry.seq))
          .map(bytes -> RowCodec.message(entry.id, bytes));
    } catch (RuntimeException e) {
      if (!Failures.isDamage(e)) {
        throw e;
      }
      parts.readers().faults().passedOver(entry.seq, entry.id, e);
      return Optional.empty();
    }
  }

  private List<Overdue> heldAndDue(int limit) {
    long now = parts.clock().millis();
    return parts
        .readers()
        .read(
            sql -> {
              var due = new ArrayList<Overdue>();
              for (var row :
                  sql.rows(
                      "SELECT "
                          + Row.WITH_REQUEST
                          + " FROM job WHERE held<=? ORDER BY held LIMIT ?",
                      now,
                      limit + CLAIMED_MEANWHILE)) {
                if (due.size() == limit) {
                  break;
                }
                if (!row.is(Kind.HELD) || parts.board().processing(row.id()).isPresent()) {
                  continue;
                }
                try {
                  var request = sql.request(row.seq());
                  due.add(
                      new Overdue(
                          row.job(), request.map(bytes -> RowCodec.message(row.id(), bytes))));
                } catch (DamagedRowException e) {
                  parts.readers().faults().passedOver(row.seq(), row.id(), e);
                }
              }
              return due;
            });
  }

  @Override
  public void handedOver(UUID id, Instant due) {
    parts.writer().write(new HandOver(parts, id, due));
  }

  @Override
  public int purgeExpired(int limit) {
    int purged = 0;
    while (purged < limit) {
      // In small steps: whoever submits meanwhile waits for one of them at most.
      int step = Math.min(PURGE_STEP, limit - purged);
      int gone = parts.writer().write(new PurgeExpired(parts, step)).purged();
      purged += gone;
      if (gone < step) {
        break;
      }
    }
    return purged;
  }

  @Override
  public void close() {
    // The engine closes.
  }

  /**
   * Makes a job known in memory that is there but that no delivery brought, so that it can be
   * claimed.
   */
  private static final class LoadJob extends Operation {
    private final Parts parts;
    private final UUID id;
    private Optional<Claim> answer = Optional.empty();
    private Optional<Row> row = Optional.empty();

    LoadJob(Parts parts, UUID id) {
      this.parts = parts;
      this.id = id;
    }

    /** Empty: it is known now. */
    Optional<Claim> answer() {
      return answer;
    }

    @Override
    void run(Sql sql) throws SQLException {
      row = sql.findJob(id).filter(found -> found.is(Kind.JOB));
      if (row.isEmpty()) {
        answer = Optional.of(new Claim.Unknown());
      } else if (row.get().is(Kind.ENDED)) {
        answer = Optional.of(new Claim.Finished(row.get().job()));
      } else {
        answer = Optional.empty();
      }
    }

    @Override
    void committed() {
      if (answer.isEmpty()) {
        var known = parts.board().know(row.orElseThrow().entry());
        assert known.is(Kind.JOB);
      }
    }
  }

  private static final class DiscardJob extends Operation {
    private final Parts parts;
    private final UUID id;
    private Optional<Row> gone = Optional.empty();
    private @Nullable Entry successor;

    DiscardJob(Parts parts, UUID id) {
      this.parts = parts;
      this.id = id;
    }

    @Override
    void run(Sql sql) throws SQLException {
      var row = sql.findJob(id).filter(found -> found.is(Kind.JOB) && !found.is(Kind.ENDED));
      boolean untouched =
          row.isPresent()
              && row.get().part().attempts() == 0
              && parts.board().processing(id).isEmpty();
      gone = untouched ? row : Optional.empty();
      if (untouched) {
        sql.delete(row.get().seq(), row.get().kind() | Kind.BIG);
        successor = Sessions.next(sql, row.get().session(), parts.clock().millis());
      }
    }

    @Override
    void committed() {
      gone.ifPresent(
          row -> {
            parts.board().removed(row.seq(), id);
            parts.board().countMessages(row.is(Kind.MESSAGE) ? -1 : 0);
            Sessions.place(parts.board(), successor);
          });
    }
  }

  private static final class HandOver extends Operation {
    private final UUID id;
    private final Instant due;
    private final Parts parts;

    HandOver(Parts parts, UUID id, Instant due) {
      this.parts = parts;
      this.id = id;
      this.due = due;
    }

    @Override
    void run(Sql sql) throws SQLException {
      var held = sql.findJob(id).filter(row -> row.is(Kind.HELD));
      if (held.isEmpty()) {
        return;
      }
      var row = held.get();
      if (row.job().state() instanceof Job.State.Pending waits && !waits.notBefore().equals(due)) {
        return;
      }
      if (row.is(Kind.MESSAGE)) {
        sql.update(
            "UPDATE job SET held=NULL, kind=? WHERE seq=?", row.kind() & ~Kind.HELD, row.seq());
      } else {
        sql.update(
            "UPDATE job SET held=NULL, request=NULL, kind=? WHERE seq=?",
            row.kind() & ~(Kind.HELD | Kind.BIG),
            row.seq());
        sql.deletePayload(row.seq());
      }
    }

    @Override
    void committed() {
      var entry = parts.board().get(id);
      if (entry != null) {
        entry.kind &= ~Kind.HELD;
      }
    }
  }

  private static final class PurgeExpired extends Operation {
    private final Parts parts;
    private final int limit;
    private List<Row> gone = List.of();

    PurgeExpired(Parts parts, int limit) {
      this.parts = parts;
      this.limit = limit;
    }

    int purged() {
      return gone.size();
    }

    @Override
    void run(Sql sql) throws SQLException {
      long before = parts.clock().instant().minus(GRACE).toEpochMilli();
      gone =
          sql.rows(
              "SELECT seq, id, kind, NULL, NULL, NULL, NULL, x'', NULL FROM job WHERE expires<=? ORDER BY expires LIMIT ?",
              before,
              limit);
      for (var row : gone) {
        if (row.is(Kind.DEAD)) {
          // The dead letter stays until somebody redrives or purges it.
          sql.update(
              "UPDATE job SET expires=NULL, idem=NULL, result=NULL, kind=? WHERE seq=?",
              row.kind() & ~(Kind.JOB | Kind.ENDED),
              row.seq());
        } else {
          sql.delete(row.seq(), row.kind());
        }
      }
    }
  }
}
