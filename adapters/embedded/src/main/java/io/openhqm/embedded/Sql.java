package io.openhqm.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the table {@code job} and what hangs on it, prepared once and again after a
 * failure. For the thread that owns the connection.
 */
final class Sql implements AutoCloseable {
  /**
   * A message of more bytes than this has a table of its own, so that changing its row does not
   * copy it.
   */
  static final int BIG = 2048;

  private static final String INSERT_PLAIN =
      "INSERT INTO job(seq, id, kind, ready, state, request) VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING";
  private static final String INSERT =
      "INSERT INTO job(seq, id, kind, ready, state, request, due, held, session, idem) VALUES(?,?,?,?,?,?,?,?,?,?)"
          + " ON CONFLICT DO NOTHING";
  private static final String END =
      "UPDATE job SET kind=?, ready=NULL, due=NULL, held=NULL, session=NULL, expires=?, state=?, request=NULL, result=?"
          + " WHERE seq=? AND expires IS NULL";
  private static final String END_DEAD =
      "UPDATE job SET kind=?, ready=NULL, due=NULL, held=NULL, session=NULL, expires=?, state=?, dead=?"
          + " WHERE seq=? AND expires IS NULL";

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private long nextSeq;

  Sql(Connection connection) throws SQLException {
    this.connection = connection;
    nextSeq = number("SELECT coalesce(max(seq), 0) FROM job") + 1;
  }

  void begin() throws SQLException {
    statement("BEGIN IMMEDIATE").executeUpdate();
  }

  void commit() throws SQLException {
    statement("COMMIT").executeUpdate();
  }

  /**
   * Takes back what was not committed; SQLite may have done it of itself. After it every statement
   * works again.
   */
  void rollback() {
    try (var statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      // There is no transaction any more: that is what was wanted.
      assert true : e;
    }
    forgetStatements();
  }

  /**
   * The driver ends a statement that failed in its last step, {@code COMMIT} on a full disk among
   * them, and it would fail for ever.
   */
  private void forgetStatements() {
    for (var statement : statements.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        // It is of no use any more, closed or not.
        assert true : e;
      }
    }
    statements.clear();
  }

  /**
   * Numbers only grow, so that they tell the order of acceptance; those of a transaction that
   * failed are left out.
   */
  long nextSeq() {
    return nextSeq++;
  }

  /** The highest that was ever given; 0: none. */
  long lastSeq() {
    return nextSeq - 1;
  }

  /** A message that can be delivered at once and has no session, no key: the usual case. */
  boolean insertPlain(long seq, UUID id, int kind, int ready, byte[] state, byte[] request)
      throws SQLException {
    boolean big = request.length > BIG;
    var insertPlain = statement(INSERT_PLAIN);
    insertPlain.setLong(1, seq);
    insertPlain.setBytes(2, Row.bytes(id));
    insertPlain.setInt(3, big ? kind | Kind.BIG : kind);
    insertPlain.setInt(4, ready);
    insertPlain.setBytes(5, state);
    insertPlain.setBytes(6, big ? null : request);
    return insertPlain.executeUpdate() == 1 && (!big || putPayload(seq, request));
  }

  /** False: the id or the key is there already. */
  boolean insert(Row row, long held) throws SQLException {
    var statement = statement(INSERT);
    boolean big = row.request() != null && row.request().length > BIG;
    statement.setLong(1, row.seq());
    statement.setBytes(2, Row.bytes(row.id()));
    statement.setInt(3, big ? row.kind() | Kind.BIG : row.kind());
    setOrNull(statement, 4, row.ready());
    statement.setBytes(5, row.state());
    statement.setBytes(6, big ? null : row.request());
    setOrNull(statement, 7, row.due());
    setOrNull(statement, 8, held);
    statement.setString(9, row.session());
    statement.setString(10, row.key());
    return statement.executeUpdate() == 1 && (!big || putPayload(row.seq(), row.request()));
  }

  private boolean putPayload(long seq, byte @Nullable [] request) throws SQLException {
    var statement = statement("INSERT OR REPLACE INTO payload(seq, request) VALUES(?,?)");
    statement.setLong(1, seq);
    statement.setBytes(2, request);
    return statement.executeUpdate() == 1;
  }

  /** Ends the job of a row that is not terminal yet; false: it is, or it is gone. */
  boolean end(long seq, int kind, Instant expires, byte[] state, byte @Nullable [] body, long dead)
      throws SQLException {
    int ended = kind & ~(Kind.MESSAGE | Kind.HELD) | Kind.ENDED;
    if (dead >= 0) {
      var statement = statement(END_DEAD);
      statement.setInt(1, ended | Kind.DEAD);
      statement.setLong(2, ms(expires));
      statement.setBytes(3, state);
      statement.setLong(4, dead);
      statement.setLong(5, seq);
      return statement.executeUpdate() == 1;
    }
    var end = statement(END);
    end.setInt(1, ended & ~Kind.BIG);
    end.setLong(2, ms(expires));
    end.setBytes(3, state);
    end.setBytes(4, body);
    end.setLong(5, seq);
    boolean done = end.executeUpdate() == 1;
    if (done && (kind & Kind.BIG) != 0) {
      deletePayload(seq);
    }
    return done;
  }

  /** Lets a job or a message wait again; false: it is terminal or gone. */
  boolean wait(long seq, int kind, int ready, long due, byte[] state) throws SQLException {
    var statement =
        statement(
            "UPDATE job SET kind=?, ready=?, due=?, state=? WHERE seq=? AND expires IS NULL AND dead IS NULL");
    statement.setInt(1, kind);
    setOrNull(statement, 2, ready);
    setOrNull(statement, 3, due);
    statement.setBytes(4, state);
    statement.setLong(5, seq);
    return statement.executeUpdate() == 1;
  }

  /** Puts a message, or a job, or both into a row that is there. */
  void rewrite(Row row, long held) throws SQLException {
    boolean big = row.request() != null && row.request().length > BIG;
    var statement =
        statement(
            "UPDATE job SET kind=?, ready=?, due=?, held=?, session=?, idem=?, state=?, request=? WHERE seq=?");
    statement.setInt(1, big ? row.kind() | Kind.BIG : row.kind() & ~Kind.BIG);
    setOrNull(statement, 2, row.ready());
    setOrNull(statement, 3, row.due());
    setOrNull(statement, 4, held);
    statement.setString(5, row.session());
    statement.setString(6, row.key());
    statement.setBytes(7, row.state());
    statement.setBytes(8, big ? null : row.request());
    statement.setLong(9, row.seq());
    statement.executeUpdate();
    if (big) {
      putPayload(row.seq(), row.request());
    } else {
      deletePayload(row.seq());
    }
  }

  void deletePayload(long seq) throws SQLException {
    update("DELETE FROM payload WHERE seq=?", seq);
  }

  void delete(long seq, int kind) throws SQLException {
    update("DELETE FROM job WHERE seq=?", seq);
    if ((kind & Kind.BIG) != 0) {
      deletePayload(seq);
    }
  }

  /**
   * @param sql with numbers for parameters
   */
  int update(String sql, long... values) throws SQLException {
    var statement = statement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setLong(i + 1, values[i]);
    }
    return statement.executeUpdate();
  }

  /** Gives free pages at the end of the file back, {@code pages} at most. */
  void vacuum(int pages) throws SQLException {
    // Not prepared: of such a statement the driver takes one step only, which frees one page.
    try (var statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
    }
  }

  /**
   * @param sql one number as its answer; -1: no row
   */
  long number(String sql, long... values) throws SQLException {
    var statement = statement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setLong(i + 1, values[i]);
    }
    try (var rows = statement.executeQuery()) {
      return rows.next() ? rows.getLong(1) : -1;
    }
  }

  Optional<Row> find(UUID id) throws SQLException {
    var statement = statement("SELECT " + Row.WITH_REQUEST + ", result FROM job WHERE id=?");
    statement.setBytes(1, Row.bytes(id));
    return one(statement, 10);
  }

  /** Without the message, which a status does not show. */
  Optional<Row> findJob(UUID id) throws SQLException {
    var statement = statement("SELECT " + Row.WITH_RESULT + " FROM job WHERE id=?");
    statement.setBytes(1, Row.bytes(id));
    return one(statement, 10);
  }

  Optional<Row> findByKey(String key) throws SQLException {
    var statement = statement("SELECT " + Row.WITH_RESULT + " FROM job WHERE idem=?");
    statement.setString(1, key);
    return one(statement, 10);
  }

  boolean isBusy(String session) throws SQLException {
    var statement = statement("SELECT 1 FROM job WHERE session=? LIMIT 1");
    statement.setString(1, session);
    try (var rows = statement.executeQuery()) {
      return rows.next();
    }
  }

  Optional<Row> firstOf(String session) throws SQLException {
    var statement =
        statement("SELECT " + Row.WITH_REQUEST + " FROM job WHERE session=? ORDER BY seq LIMIT 1");
    statement.setString(1, session);
    return one(statement, 9);
  }

  /** The encoded message of a row, wherever it is kept; empty: there is none any more. */
  Optional<byte[]> request(long seq) throws SQLException {
    var statement =
        statement(
            "SELECT coalesce(job.request, payload.request) FROM job LEFT JOIN payload USING(seq) WHERE seq=?");
    statement.setLong(1, seq);
    try (var rows = statement.executeQuery()) {
      return rows.next() ? Optional.ofNullable(rows.getBytes(1)) : Optional.empty();
    }
  }

  /**
   * @param sql that selects {@link Row#WITH_REQUEST}
   */
  List<Row> rows(String sql, long... values) throws SQLException {
    var statement = statement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setLong(i + 1, values[i]);
    }
    var found = new ArrayList<Row>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(Row.read(rows, 9));
      }
    }
    return found;
  }

  PreparedStatement statement(String sql) throws SQLException {
    var known = statements.get(sql);
    if (known == null) {
      known = connection.prepareStatement(sql);
      statements.put(sql, known);
    }
    return known;
  }

  private static Optional<Row> one(PreparedStatement statement, int columns) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(Row.read(rows, columns)) : Optional.empty();
    }
  }

  private static void setOrNull(PreparedStatement statement, int at, long value)
      throws SQLException {
    if (value < 0) {
      statement.setNull(at, Types.INTEGER);
    } else {
      statement.setLong(at, value);
    }
  }

  /** Rounded up, so that nothing is due too early and nothing expires too early. */
  static long ms(Instant instant) {
    try {
      long ms = instant.toEpochMilli();
      return Math.max(0, instant.getNano() % 1_000_000 == 0 ? ms : ms + 1);
    } catch (ArithmeticException e) {
      return instant.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : 0;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
