package io.openhqm.embedded;

import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A few connections that only read, opened when they are needed. A read sees all that was committed
 * before it began.
 */
final class Readers implements AutoCloseable {
  private static final int CONNECTIONS = 4;

  private final Database database;
  private final Semaphore permits = new Semaphore(CONNECTIONS);
  private final ConcurrentLinkedQueue<Sql> idle = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param <T> what is read
   */
  interface Reading<T> {
    T from(Sql sql) throws SQLException;
  }

  Readers(Database database) {
    this.database = database;
  }

  <T> T read(Reading<T> reading) {
    permits.acquireUninterruptibly();
    try {
      if (closed.get()) {
        throw new UnavailableException("the embedded engine is closed", Duration.ofSeconds(1));
      }
      var sql = idle.poll();
      if (sql == null) {
        sql = new Sql(database.connectToRead());
      }
      T found = reading.from(sql);
      idle.add(sql);
      return found;
    } catch (SQLException e) {
      // The connection is not used again: whatever is wrong with it ends with it.
      throw Failures.of(file(), e);
    } catch (DamagedRowException e) {
      throw Failures.damaged(file(), e);
    } finally {
      permits.release();
    }
  }

  private Path file() {
    return database.file();
  }

  @Override
  public void close() {
    closed.set(true);
    permits.acquireUninterruptibly(CONNECTIONS);
    try {
      for (var sql = idle.poll(); sql != null; sql = idle.poll()) {
        sql.close();
      }
    } catch (SQLException e) {
      throw Failures.of(file(), e);
    } finally {
      permits.release(CONNECTIONS);
    }
  }
}
