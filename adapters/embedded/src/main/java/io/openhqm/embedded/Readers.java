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
  private final ReadFaults faults;
  private final Semaphore permits = new Semaphore(CONNECTIONS);
  private final ConcurrentLinkedQueue<Sql> idle = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param <T> what is read
   */
  interface Reading<T> {
    T from(Sql sql) throws SQLException;
  }

  Readers(Database database, ReadFaults faults) {
    this.database = database;
    this.faults = faults;
  }

  ReadFaults faults() {
    return faults;
  }

  <T> T read(Reading<T> reading) {
    permits.acquireUninterruptibly();
    try {
      if (closed.get()) {
        throw new UnavailableException("the embedded engine is closed", Duration.ofSeconds(1));
      }
      var known = idle.poll();
      var sql = known == null ? new Sql(database.connectToRead()) : known;
      boolean sound = false;
      try {
        T found = reading.from(sql);
        sound = true;
        return found;
      } finally {
        // Whatever is wrong with a connection ends with it.
        if (sound) {
          idle.add(sql);
        } else {
          sql.close();
        }
      }
    } catch (SQLException e) {
      var failure = Failures.of(file(), e);
      if (Failures.isOfFile(e)) {
        faults.met(failure);
      }
      throw failure;
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
