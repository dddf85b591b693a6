package io.openhqm.embedded;

import io.openhqm.core.UuidV7;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what other programs put into the table {@code inbox}, as messages that get their job from
 * the worker. A row becomes a message in the transaction that deletes it, so that none is lost and
 * none is taken twice. A row that cannot be a message stays, and its column {@code refused} says
 * why.
 */
final class Inbox implements Writer.Chore {
  private static final int ROWS_MAX = 1_000;
  private static final long BYTES_MAX = 8 << 20;
  static final String IS_ANY_WAITING = "SELECT EXISTS(SELECT 1 FROM inbox WHERE refused IS NULL)";
  static final String WAITING =
      "SELECT id, body, attributes, priority, session_id, not_before FROM inbox"
          + " WHERE refused IS NULL ORDER BY id LIMIT "
          + ROWS_MAX;

  private final Board board;
  private final InstantSource clock;
  private final UuidV7 ids;
  private final EmbeddedSettings settings;

  Inbox(Board board, InstantSource clock, UuidV7 ids, EmbeddedSettings settings) {
    this.board = board;
    this.clock = clock;
    this.ids = ids;
    this.settings = settings;
  }

  /** While the queue is full, rows wait in the inbox. */
  @Override
  public @Nullable Operation next(Sql sql, boolean idle) throws SQLException {
    boolean any = sql.number(IS_ANY_WAITING) != 0;
    return any && board.messages() < settings.maxBacklog() ? new Take() : null;
  }

  /** As many as fit into one transaction; the rest at the next tick. */
  private final class Take extends Operation {
    private final List<Arrival> arrivals = new ArrayList<>();

    @Override
    boolean grows() {
      return true;
    }

    @Override
    void run(Sql sql) throws SQLException {
      arrivals.clear();
      for (var letter : letters(sql)) {
        switch (letter.open(ids.next(), clock.instant(), settings.sessions())) {
          case Letter.Opened.Good good -> {
            var arrival =
                Arrival.send(board, clock, good.message(), good.notBefore(), Kind.FOREIGN);
            arrival.run(sql);
            arrivals.add(arrival);
            sql.update("DELETE FROM inbox WHERE id=?", letter.id());
          }
          case Letter.Opened.Bad bad -> refuse(sql, letter.id(), bad.reason());
        }
      }
    }

    @Override
    void committed() {
      arrivals.forEach(Arrival::committed);
    }
  }

  private static List<Letter> letters(Sql sql) throws SQLException {
    var letters = new ArrayList<Letter>();
    long bytes = 0;
    try (ResultSet rows = sql.statement(WAITING).executeQuery()) {
      while (bytes < BYTES_MAX && rows.next()) {
        byte[] body = rows.getBytes(2);
        letters.add(
            new Letter(
                rows.getLong(1),
                body == null ? new byte[0] : body,
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getString(6)));
        bytes += body == null ? 0 : body.length;
      }
    }
    return letters;
  }

  private static void refuse(Sql sql, long id, String reason) throws SQLException {
    var statement = sql.statement("UPDATE inbox SET refused=? WHERE id=?");
    statement.setString(1, reason);
    statement.setLong(2, id);
    statement.executeUpdate();
  }
}
