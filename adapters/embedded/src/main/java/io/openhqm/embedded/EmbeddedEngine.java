package io.openhqm.embedded;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.UuidV7;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One open database file: the parts put together. */
final class EmbeddedEngine implements Engine {
  private final Parts parts;
  private final ExclusiveLock exclusive;
  private final Sql sql;
  private final SqliteQueue queue;
  private final SqliteJobStore store;
  private final SqliteJobStore announcingStore;
  private final Responses responses;
  private final SqliteBlobs blobs;

  private EmbeddedEngine(Parts parts, ExclusiveLock exclusive, Sql sql) {
    this.parts = parts;
    this.exclusive = exclusive;
    this.sql = sql;
    queue = new SqliteQueue(parts);
    store = new SqliteJobStore(parts, false);
    announcingStore = new SqliteJobStore(parts, true);
    responses = new Responses(parts);
    blobs = new SqliteBlobs(parts);
  }

  static EmbeddedEngine open(EmbeddedSettings settings, InstantSource clock) {
    var exclusive = ExclusiveLock.take(settings.file());
    try {
      var database = new Database(settings.file());
      boolean died = database.isLeftOpen();
      var board = new Board(clock, settings.window(), settings.cachedBytes());
      var sql = recover(database, database.connectToWrite(), board, clock);
      var writer =
          new Writer(sql, board, settings.file(), chores(settings, board, clock), Writer::nap);
      var parts =
          new Parts(
              settings,
              clock,
              board,
              writer,
              new Readers(database, new ReadFaults(settings.file(), clock)),
              new EndWaiters(),
              died ? sql.lastSeq() : 0);
      writer.start();
      return new EmbeddedEngine(parts, exclusive, sql);
    } catch (RuntimeException e) {
      exclusive.close();
      throw e;
    }
  }

  private static List<Writer.Chore> chores(
      EmbeddedSettings settings, Board board, InstantSource clock) {
    var expiry = new Responses.Expiry(clock, settings.maxBacklog());
    if (!settings.inbox()) {
      return List.of(expiry, new Shrink());
    }
    var ids = new UuidV7(clock, new SecureRandom());
    return List.of(new Inbox(board, clock, ids, settings), expiry, new Shrink());
  }

  /**
   * Reads what the process before left behind; its backlog stays in the file until its turn comes.
   */
  private static Sql recover(
      Database database, Connection connection, Board board, InstantSource clock) {
    try {
      var sql = new Sql(connection);
      var claims = ClaimTable.load(sql, clock.instant());
      board.lock.lock();
      try {
        LaneTable.load(sql, board.lanes());
        claims.forEach(board::recovered);
        board.countMessages(sql.number("SELECT count(*) FROM job WHERE ready IS NOT NULL"));
        board.countDeadLetters(sql.number("SELECT count(*) FROM job WHERE dead IS NOT NULL"));
      } finally {
        board.lock.unlock();
      }
      return sql;
    } catch (SQLException e) {
      Database.close(connection, e);
      throw database.cannotOpen(e);
    } catch (DamagedRowException e) {
      Database.close(connection, e);
      throw new EngineException("cannot open " + database.file() + ": " + e.getMessage(), e);
    }
  }

  /** For tests that reach below the ports. */
  Parts parts() {
    return parts;
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.of(queue);
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.of(store);
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.of(blobs);
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.of(queue);
  }

  @Override
  public Optional<ResponseQueue> responses() {
    return Optional.of(responses);
  }

  @Override
  public Optional<JobStore> announcingStore() {
    return Optional.of(announcingStore);
  }

  @Override
  public Health health() {
    var faults = parts.readers().faults();
    return parts
        .writer()
        .trouble()
        .or(faults::ofFile)
        .map(what -> new Health(false, what))
        .orElseGet(() -> new Health(true, faults.ofRows().orElse("ok")));
  }

  @Override
  public Optional<String> broken() {
    return parts.writer().broken();
  }

  @Override
  public Map<String, Double> figures() {
    var writer = parts.writer();
    return Map.of(
        "openhqm_engine_commits_total",
        (double) writer.commits(),
        "openhqm_engine_commit_operations_total",
        (double) writer.operations(),
        "openhqm_engine_read_faults_total",
        (double) parts.readers().faults().count(),
        "openhqm_engine_file_bytes",
        size(""),
        "openhqm_engine_wal_bytes",
        size("-wal"));
  }

  private double size(String suffix) {
    var file = Path.of(parts.settings().file() + suffix).toFile();
    return file.length();
  }

  @Override
  public void close() {
    parts.board().close();
    parts.writer().close();
    try {
      parts.readers().close();
      sql.close();
    } catch (SQLException e) {
      throw Failures.of(parts.settings().file(), e);
    } finally {
      exclusive.close();
    }
  }
}
