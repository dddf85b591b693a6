package io.openhqm.embedded;

import io.openhqm.core.Announcement;
import io.openhqm.core.Job;
import io.openhqm.core.ResponseQueue;
import java.sql.SQLException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Announcements of finished jobs in the table {@code responses}, where other programs read and
 * delete them. The row of an end is written in the transaction of that end.
 */
final class Responses implements ResponseQueue {
  private final Parts parts;

  Responses(Parts parts) {
    this.parts = parts;
  }

  @Override
  public void announce(Job job) {
    var note = Note.of(job);
    parts
        .writer()
        .write(
            new Operation() {
              @Override
              boolean grows() {
                return true;
              }

              @Override
              void run(Sql sql) throws SQLException {
                note.insert(sql);
              }
            });
  }

  /**
   * @param expires when the job can no longer be read, in ms since 1970
   */
  record Note(String job, String body, long expires) {
    static Note of(Job job) {
      var body = Announcement.of(job);
      var ended = (Job.State.Ended) job.state();
      return new Note(job.id().toString(), body, Sql.ms(ended.expiresAt()));
    }

    void insert(Sql sql) throws SQLException {
      var statement =
          sql.statement("INSERT INTO responses(correlation_id, body, expires) VALUES(?,?,?)");
      statement.setString(1, job);
      statement.setString(2, body);
      statement.setLong(3, expires);
      statement.executeUpdate();
    }
  }

  /**
   * Removes, from the oldest on, announcements whose job can no longer be read, and those that are
   * too many: nobody may ever read any.
   */
  static final class Expiry implements Writer.Chore {
    private static final int STEP = 1_000;

    private final InstantSource clock;
    private final long max;

    /**
     * @param max how many are kept at most
     */
    Expiry(InstantSource clock, long max) {
      this.clock = clock;
      this.max = max;
    }

    @Override
    public @Nullable Operation next(Sql sql, boolean idle) throws SQLException {
      long oldest = sql.number("SELECT expires FROM responses ORDER BY id LIMIT 1");
      return oldest >= 0 && (oldest <= clock.millis() || isFull(sql)) ? new Remove() : null;
    }

    /** Numbers that were read and deleted count too: that is quick, and exact enough. */
    private boolean isFull(Sql sql) throws SQLException {
      return sql.number("SELECT max(id) FROM responses")
              - sql.number("SELECT min(id) FROM responses")
          >= max;
    }

    private final class Remove extends Operation {
      @Override
      void run(Sql sql) throws SQLException {
        sql.update(
            "DELETE FROM responses WHERE id IN (SELECT id FROM"
                + " (SELECT id, expires FROM responses ORDER BY id LIMIT "
                + STEP
                + ") WHERE expires<=? OR id<=(SELECT max(id) FROM responses)-?)",
            clock.millis(),
            max);
      }
    }
  }
}
