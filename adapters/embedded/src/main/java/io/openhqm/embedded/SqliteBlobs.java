package io.openhqm.embedded;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Big bodies in the table {@code blob}. */
final class SqliteBlobs implements BlobStore {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9/._-]{1," + KEY_LENGTH_MAX + "}");

  private final Parts parts;

  SqliteBlobs(Parts parts) {
    this.parts = parts;
  }

  @Override
  public void put(String key, Bytes bytes) {
    check(key);
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
                        "INSERT INTO blob(key, bytes) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET bytes=excluded.bytes");
                statement.setString(1, key);
                statement.setBytes(2, bytes.toReadOnlyArray());
                statement.executeUpdate();
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
