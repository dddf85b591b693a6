package io.openhqm.embedded;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows that are marked dead; most are failed jobs as well. */
final class SqliteDeadLetters implements DeadLetters {
  private static final String SELECT =
      "SELECT seq, id, kind, NULL, dead, NULL, NULL, state, coalesce(request, (SELECT p.request FROM payload p WHERE"
          + " p.seq=job.seq)) FROM job WHERE dead IS NOT NULL AND id";

  static final String OLD =
      "SELECT seq, id, kind, NULL, NULL, NULL, NULL, x'', NULL FROM job WHERE dead<? LIMIT ?";

  /** So many share a commit, and whoever submits meanwhile waits for one of them at most. */
  private static final int PURGE_STEP = 200;

  private final Parts parts;

  SqliteDeadLetters(Parts parts) {
    this.parts = parts;
  }

  @Override
  public List<Summary> list(Optional<UUID> after, int limit) {
    return parts
        .readers()
        .read(
            sql -> {
              var statement = sql.statement(SELECT + ">? ORDER BY id LIMIT ?");
              statement.setBytes(1, after.map(Row::bytes).orElse(new byte[0]));
              statement.setInt(2, limit);
              return read(statement, DeadLetter::summary);
            });
  }

  @Override
  public Optional<DeadLetter> find(UUID id) {
    return parts
        .readers()
        .read(
            sql -> {
              var statement = sql.statement(SELECT + "=?");
              statement.setBytes(1, Row.bytes(id));
              return read(statement, Function.identity()).stream().findFirst();
            });
  }

  /**
   * @param kept what is kept in memory of each
   */
  private static <T> List<T> read(PreparedStatement statement, Function<DeadLetter, T> kept)
      throws SQLException {
    var found = new ArrayList<T>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        var row = Row.read(rows, 9);
        if (row.request() != null) {
          var part = row.part();
          found.add(
              kept.apply(
                  new DeadLetter(
                      RowCodec.message(row.id(), row.request()),
                      reason(part),
                      Instant.ofEpochMilli(row.due()),
                      part.attempts())));
        }
      }
    }
    return found;
  }

  private static String reason(JobPart part) {
    return switch (part.stand()) {
      case JobPart.Waiting waiting -> waiting.lastError().orElse("no reason was given");
      case JobPart.Ended(Ending.Failed(var error), var start, var end, var expiry) -> error;
      case JobPart.Ended(Ending.TimedOut(var error), var start, var end, var expiry) -> error;
      case JobPart.Ended ended -> "the job ended as " + ended.ending().status();
    };
  }

  @Override
  public boolean redrive(UUID id, Job job, Message message) {
    return parts
            .writer()
            .write(
                new Bury(
                    parts,
                    List.of(id),
                    Arrival.accept(parts.board(), parts.clock(), job, message, job.submittedAt())))
            .gone()
        == 1;
  }

  @Override
  public boolean purge(UUID id) {
    return purge(List.of(id)) == 1;
  }

  private int purge(List<UUID> ids) {
    return parts.writer().write(new Bury(parts, ids, null)).gone();
  }

  @Override
  public int purgeBefore(Instant before, int limit) {
    long bound = Sql.ms(before);
    var old = parts.readers().read(sql -> sql.rows(OLD, bound, limit));
    int gone = 0;
    for (int from = 0; from < old.size(); from += PURGE_STEP) {
      var step = old.subList(from, Math.min(old.size(), from + PURGE_STEP));
      gone += purge(step.stream().map(Row::id).toList());
    }
    return gone;
  }

  @Override
  public long count() {
    return parts.board().deadLetters();
  }

  /** Takes dead letters away, and puts a job of its own in the place of one that runs again. */
  private static final class Bury extends Operation {
    private final Parts parts;
    private final List<UUID> ids;
    private final @Nullable Arrival again;
    private int gone;

    Bury(Parts parts, List<UUID> ids, @Nullable Arrival again) {
      this.parts = parts;
      this.ids = ids;
      this.again = again;
    }

    int gone() {
      return gone;
    }

    @Override
    void run(Sql sql) throws SQLException {
      gone = 0;
      for (var id : ids) {
        var row = sql.findJob(id).filter(found -> found.is(Kind.DEAD));
        if (row.isPresent()) {
          remove(sql, row.get());
          gone++;
        }
      }
      if (again != null && gone > 0) {
        again.run(sql);
      }
    }

    private static void remove(Sql sql, Row dead) throws SQLException {
      if (dead.is(Kind.JOB)) {
        sql.update(
            "UPDATE job SET dead=NULL, request=NULL, kind=? WHERE seq=?",
            dead.kind() & ~(Kind.DEAD | Kind.BIG),
            dead.seq());
        sql.deletePayload(dead.seq());
      } else {
        sql.delete(dead.seq(), dead.kind());
      }
    }

    @Override
    void committed() {
      parts.board().countDeadLetters(-gone);
      if (again != null && gone > 0) {
        again.committed();
      }
    }
  }
}
