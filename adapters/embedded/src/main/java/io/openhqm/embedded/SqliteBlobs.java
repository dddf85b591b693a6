package io.openhqm.embedded;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Big bodies in the table {@code blob}. */
final class SqliteBlobs implements BlobStore {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9/._-]{1," + KEY_LENGTH_MAX + "}");

  /** Less than any key, and greater than the one of {@link RoomProbe}. */
  private static final String BEFORE_ALL = "!";

  private final Parts parts;

  SqliteBlobs(Parts parts) {
    this.parts = parts;
  }

  @Override
  public void put(String key, Bytes bytes) {
    check(key);
    long now = parts.clock().millis();
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
                var statement =
                    sql.statement(
                        "INSERT INTO blob(key, bytes, put) VALUES(?,?,?)"
                            + " ON CONFLICT(key) DO UPDATE SET bytes=excluded.bytes, put=excluded.put");
                statement.setString(1, key);
                statement.setBytes(2, bytes.toReadOnlyArray());
                statement.setLong(3, now);
                statement.executeUpdate();
                statement.clearParameters(); // else it would keep the bytes until its next use
              }
            });
  }

  @Override
  public Optional<Bytes> get(String key) {
    check(key);
    parts.board().checkOpen();
    return parts
        .readers()
        .read(
            sql -> {
              var statement = sql.statement("SELECT bytes FROM blob WHERE key=?");
              statement.setString(1, key);
              try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(Bytes.wrap(rows.getBytes(1))) : Optional.empty();
              }
            });
  }

  @Override
  public void delete(String key) {
    check(key);
    parts
        .writer()
        .write(
            new Operation() {
              @Override
              void run(Sql sql) throws SQLException {
                var statement = sql.statement("DELETE FROM blob WHERE key=?");
                statement.setString(1, key);
                statement.executeUpdate();
              }
            });
  }

  @Override
  public List<Kept> list(Optional<String> after, int limit) {
    parts.board().checkOpen();
    return parts
        .readers()
        .read(
            sql -> {
              var statement =
                  sql.statement("SELECT key, put FROM blob WHERE key>? ORDER BY key LIMIT ?");
              statement.setString(1, after.orElse(BEFORE_ALL));
              statement.setInt(2, limit);
              var found = new ArrayList<Kept>();
              try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                  found.add(new Kept(rows.getString(1), Instant.ofEpochMilli(rows.getLong(2))));
                }
              }
              return found;
            });
  }

  @Override
  public void close() {
    // The engine closes.
  }

  private static void check(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "a blob's key has 1 to "
              + KEY_LENGTH_MAX
              + " characters of A-Z a-z 0-9 / . _ - but is "
              + key.length()
              + " long");
    }
  }
}
