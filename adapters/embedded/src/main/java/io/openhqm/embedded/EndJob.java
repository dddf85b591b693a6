package io.openhqm.embedded;

import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A worker ends a job: status, result, the message's end and, where the job failed, the dead
 * letter, all in one row and so in one step.
 */
final class EndJob extends Operation {
  private final Parts parts;
  private final Entry entry;
  private final JobPart ended;
  private final byte[] state;
  private final byte @Nullable [] body;
  private final Responses.@Nullable Note announcement;
  private final Instant now;
  private final Instant expires;
  private boolean done;
  private boolean died;
  private boolean hadMessage;
  private @Nullable Entry successor;

  /** Called under the board's lock by the holder of the lease. */
  EndJob(Parts parts, Entry entry, Ending ending, Instant now, Duration ttl, boolean announces) {
    this.parts = parts;
    this.entry = entry;
    this.now = now;
    expires = later(now, ttl);
    ended = ended(entry, ending, entry.started(), now, expires);
    state = RowCodec.encode(ended);
    body = RowCodec.inlineBody(ending);
    announcement = announces ? Responses.Note.of(job()) : null;
    entry.settling = true;
  }

  static JobPart ended(
      Entry entry, Ending ending, Optional<Instant> startedAt, Instant now, Instant expires) {
    var part = entry.part;
    return new JobPart(
        part.submittedAt(),
        now,
        entry.attempts,
        entry.fence,
        part.idempotency(),
        new JobPart.Ended(ending, startedAt, now, expires));
  }

  static Instant later(Instant now, Duration ttl) {
    try {
      return now.plus(ttl);
    } catch (ArithmeticException | java.time.DateTimeException e) {
      return Instant.MAX;
    }
  }

  boolean isDone() {
    return done;
  }

  @Override
  boolean grows() {
    return body != null || announcement != null;
  }

  @Override
  void run(Sql sql) throws SQLException {
    var ending = ((JobPart.Ended) ended.stand()).ending();
    boolean failed = ending instanceof Ending.Failed || ending instanceof Ending.TimedOut;
    hadMessage = entry.is(Kind.MESSAGE);
    died = failed && hadMessage;
    boolean dead = died || entry.is(Kind.DEAD);
    done = sql.end(entry.seq, entry.kind, expires, state, body, dead ? Sql.ms(now) : -1);
    successor = null;
    if (done) {
      ClaimTable.delete(sql, entry);
      if (announcement != null) {
        announcement.insert(sql);
      }
      successor = Sessions.next(sql, entry.session, now.toEpochMilli());
    }
  }

  @Override
  void committed() {
    if (!done) {
      entry.settling = false;
      return;
    }
    var board = parts.board();
    board.removed(entry.seq, entry.id);
    board.countMessages(hadMessage ? -1 : 0);
    board.countDeadLetters(died ? 1 : 0);
    Sessions.place(board, successor);
    if (!parts.ends().isEmpty()) {
      parts.ends().ended(job());
    }
  }

  private Job job() {
    return ended.toJob(entry.id);
  }

  @Override
  void failed() {
    entry.settling = false;
  }
}
