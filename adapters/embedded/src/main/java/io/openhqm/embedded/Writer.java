package io.openhqm.embedded;

import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes all operations that wait, runs them in one transaction,
 * commits, and only then lets their callers go on: many share one fsync, and none is told of
 * success before it.
 */
final class Writer implements AutoCloseable {
  /** More are left to the next transaction, so that nobody waits long for a big one. */
  private static final int BATCH = 1024;

  /** How long a claim may be in memory only, if nothing else is written meanwhile. */
  private static final long CLAIM_DELAY = TimeUnit.MILLISECONDS.toNanos(5);

  /** As many in one commit are enough: its cost is shared well, and who waits longest is told. */
  private static final int CROWD = 32;

  /** With fewer writing at a time than this, nobody is waited for. */
  private static final int FEW = 4;

  /** How long the next one is waited for; the system makes more of it. */
  private static final long NAP = TimeUnit.MICROSECONDS.toNanos(20);

  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(200);

  /** How often it is tried whether there is room again, once a write has failed. */
  private static final long PROBE_EVERY = TimeUnit.SECONDS.toNanos(1);

  /** The end of the queue: nothing is taken any more. */
  private static final Operation CLOSED =
      new Operation() {
        @Override
        void run(Sql sql) {}
      };

  private final AtomicReference<@Nullable Operation> newest = new AtomicReference<>();
  private final Sql sql;
  private final Board board;
  private final Path file;
  private final List<Chore> chores;
  private final Runnable nap;
  private final Thread thread;
  private volatile boolean parked;
  private volatile boolean closing;
  private volatile @Nullable String trouble;

  /** Why nothing could be written last time, if that was so. */
  private volatile @Nullable RuntimeException stuck;

  private volatile @Nullable UnavailableException broken;
  private volatile long commits;
  private volatile long operations;
  private long claimsSince;
  private long nextProbe = System.nanoTime();

  /** How many operations the next transaction is likely to have. */
  private int expected;

  /** What the writer does beside, in between: at most once a tick. */
  interface Chore {
    /**
     * An operation to run, or null.
     *
     * @param idle nobody waits for the writer
     */
    @Nullable Operation next(Sql sql, boolean idle) throws SQLException;
  }

  /**
   * @param nap how the next one is waited for, which is {@link #nap} but for tests
   */
  Writer(Sql sql, Board board, Path file, List<Chore> chores, Runnable nap) {
    this.sql = sql;
    this.board = board;
    this.file = file;
    this.chores = chores;
    this.nap = nap;
    thread = Thread.ofPlatform().name("openhqm-embedded-writer").daemon(true).unstarted(this::work);
  }

  /** Long enough for who was told of a commit to come with more. */
  static void nap() {
    LockSupport.parkNanos(NAP);
  }

  void start() {
    thread.start();
  }

  /** Hands it in and waits until it is committed. */
  <T extends Operation> T write(T operation) {
    hand(operation);
    operation.await();
    return operation;
  }

  /** Hands it in; nobody waits for it. */
  void hand(Operation operation) {
    Operation last;
    do {
      last = newest.get();
      if (last == CLOSED) {
        board.lock.lock();
        try {
          operation.failed();
        } finally {
          board.lock.unlock();
        }
        var why = broken;
        operation.fail(
            why == null
                ? new UnavailableException("the embedded engine is closed", Duration.ofSeconds(1))
                : why);
        return;
      }
      operation.before = last;
    } while (!newest.compareAndSet(last, operation));
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  /** A claim waits to be written. */
  void claimed() {
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  long commits() {
    return commits;
  }

  long operations() {
    return operations;
  }

  /** Why nothing can be written any more, if that is so. */
  Optional<String> broken() {
    return Optional.ofNullable(broken).map(Throwable::getMessage);
  }

  /** What is wrong, if the last transaction failed. */
  Optional<String> trouble() {
    if (broken != null) {
      return broken();
    }
    return thread.isAlive()
        ? Optional.ofNullable(trouble)
        : Optional.of("the embedded engine is closed");
  }

  /**
   * Asked before an attempt begins: its result could not be recorded.
   *
   * @throws UnavailableException if nothing can be written at the moment
   */
  void requireToWrite() {
    var why = stuck;
    if (why != null) {
      throw Failures.again(why);
    }
  }

  /** Writes what was handed in, then ends. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    var batch = new ArrayList<Operation>();
    try {
      work(batch);
    } catch (Throwable defect) {
      breakDown(batch, defect);
      throw defect; // the thread ends by it, as others do
    }
  }

  /**
   * Memory and file may say different things by now, so nothing is written or handed out any more;
   * whoever waits is told, and whoever comes.
   */
  private void breakDown(List<Operation> batch, Throwable defect) {
    var why =
        new UnavailableException(
            "the embedded engine of "
                + file
                + " has broken down ("
                + defect
                + "): start the process again",
            Duration.ofSeconds(10),
            defect);
    broken = why;
    var last = newest.getAndSet(CLOSED);
    board.close();
    batch.forEach(operation -> operation.failIfOpen(why));
    for (var operation = last; operation != null; operation = operation.before) {
      operation.failIfOpen(why);
    }
    sql.rollback();
  }

  private void work(List<Operation> batch) {
    long nextTick = System.nanoTime();
    while (true) {
      boolean open = drain(batch);
      long now = System.nanoTime();
      if (now - nextTick >= 0) {
        nextTick = now + TICK;
        tick(batch);
      }
      boolean claimsDue = claimsDue(now, open);
      if (!batch.isEmpty() || claimsDue) {
        writeAll(batch);
        batch.clear();
      } else if (!open) {
        return;
      } else {
        sleep(Math.min(nextTick - now, claimsSince == 0 ? TICK : CLAIM_DELAY));
      }
    }
  }

  private void sleep(long nanos) {
    parked = true;
    if (newest.get() == null && !closing) {
      LockSupport.parkNanos(this, nanos);
    }
    parked = false;
  }

  /** Takes what waits, oldest first; false: and nothing will follow. */
  private boolean drain(List<Operation> batch) {
    boolean open = !closing;
    var last = newest.getAndSet(open ? null : CLOSED);
    if (last == CLOSED) {
      return false;
    }
    int from = batch.size();
    for (var operation = last; operation != null; ) {
      batch.add(operation);
      var before = operation.before;
      operation.before = null;
      operation = before;
    }
    if (batch.size() - from > 1) {
      Collections.reverse(batch.subList(from, batch.size()));
    }
    return open;
  }

  private void tick(List<Operation> batch) {
    if (trouble != null && System.nanoTime() - nextProbe >= 0) {
      probe();
      nextProbe = System.nanoTime() + PROBE_EVERY;
    }
    try {
      for (var chore : chores) {
        var operation = chore.next(sql, batch.isEmpty());
        if (operation != null) {
          batch.add(operation);
        }
      }
    } catch (SQLException e) {
      sql.rollback();
      troubled(e);
    }
  }

  /** Nobody submits while health is bad, so nobody else would find out that it could be good. */
  private void probe() {
    write(new ArrayList<>(List.of(RoomProbe.fill())), false);
    if (trouble == null) {
      write(new ArrayList<>(List.of(RoomProbe.empty())), false);
    }
  }

  private boolean claimsDue(long now, boolean open) {
    board.lock.lock();
    try {
      if (!board.hasDirtyClaims()) {
        claimsSince = 0;
        return false;
      }
    } finally {
      board.lock.unlock();
    }
    if (claimsSince == 0) {
      claimsSince = now;
    }
    // On a full disk they wait for room; who ends does not.
    return open ? stuck == null && now - claimsSince >= CLAIM_DELAY : trouble == null;
  }

  private void writeAll(List<Operation> batch) {
    if (batch.size() <= BATCH) {
      write(batch, true);
      return;
    }
    for (int from = 0; from < batch.size(); from += BATCH) {
      write(new ArrayList<>(batch.subList(from, Math.min(batch.size(), from + BATCH))), false);
    }
  }

  private void write(List<Operation> batch, boolean more) {
    List<Entry> claims = List.of();
    try {
      sql.begin();
      int done = 0;
      do {
        for (; done < batch.size(); done++) {
          batch.get(done).run(sql);
        }
        // Those that came meanwhile share the fsync.
      } while (more && batch.size() < BATCH && (joined(batch) || gathered(batch)));
      claims = writeClaims();
      sql.commit();
    } catch (SQLException | RuntimeException e) {
      sql.rollback();
      giveBack(claims);
      recover(batch, e);
      return;
    }
    if (trouble != null && batch.stream().anyMatch(Operation::grows)) {
      // What needs no room may well have been written on a disk that has none.
      trouble = null;
      stuck = null;
    }
    succeed(batch, claims);
  }

  /**
   * Where many write at a time, those who were told of the last commit are soon back: as many as
   * came then are waited for, so that they share this one.
   */
  private boolean gathered(List<Operation> batch) {
    if (batch.size() >= Math.min(CROWD, expected)) {
      return false;
    }
    nap.run();
    return joined(batch);
  }

  private void expect(int size) {
    boolean perhapsMore = commits % 8 == 0;
    expected = size < FEW ? 0 : perhapsMore ? size + size / 2 : size;
  }

  private boolean joined(List<Operation> batch) {
    int before = batch.size();
    if (newest.get() != null && !closing) {
      // That nothing will follow shows at the next turn too.
      var unused = drain(batch);
    }
    return batch.size() > before;
  }

  private void succeed(List<Operation> batch, List<Entry> claims) {
    board.lock.lock();
    try {
      for (var operation : batch) {
        operation.committed();
      }
      for (var claim : claims) {
        claim.writtenFence = claim.fence;
      }
    } finally {
      board.lock.unlock();
    }
    commits++;
    operations += batch.size();
    expect(batch.size());
    for (var operation : batch) {
      operation.succeed();
    }
  }

  /**
   * Nobody is told of success; where one operation may be to blame alone, each gets a transaction
   * of its own.
   */
  private void recover(List<Operation> batch, Exception e) {
    boolean full = e instanceof SQLException sqlException && Failures.isDiskFull(sqlException);
    boolean again =
        batch.size() > 1
            && (full || !(e instanceof SQLException cause) || Failures.isFaultOfOne(cause));
    if (!again) {
      fail(batch, e);
      return;
    }
    var rest = new ArrayList<Operation>();
    for (var operation : batch) {
      if (full && operation.grows()) {
        rest.add(operation);
      } else {
        write(new ArrayList<>(List.of(operation)), false);
      }
    }
    if (!rest.isEmpty()) {
      fail(rest, e);
    }
  }

  private void fail(List<Operation> batch, Exception e) {
    var failure = troubled(e);
    if (batch.isEmpty()) {
      return;
    }
    board.lock.lock();
    try {
      batch.forEach(Operation::failed);
    } finally {
      board.lock.unlock();
    }
    batch.forEach(operation -> operation.fail(failure));
  }

  /** Says in health what is wrong. */
  private RuntimeException troubled(Exception e) {
    RuntimeException failure =
        switch (e) {
          case SQLException sqlException -> Failures.of(file, sqlException);
          case DamagedRowException damaged -> Failures.damaged(file, damaged);
          case RuntimeException other -> other;
          default -> new IllegalStateException(e);
        };
    trouble = String.valueOf(failure.getMessage());
    if (e instanceof SQLException sqlException && Failures.isOfDisk(sqlException)) {
      stuck = failure;
    }
    return failure;
  }

  /** Claims that still hold and that no operation of this transaction ended. */
  private List<Entry> writeClaims() throws SQLException {
    List<Entry> taken;
    board.lock.lock();
    try {
      taken = board.takeDirtyClaims();
      if (taken.isEmpty()) {
        return taken;
      }
      taken =
          taken.stream()
              .filter(entry -> entry.leased && !entry.settling && entry.writtenFence != entry.fence)
              .toList();
    } finally {
      board.lock.unlock();
    }
    claimsSince = 0;
    try {
      for (var entry : taken) {
        ClaimTable.put(sql, entry);
      }
    } catch (SQLException e) {
      giveBack(taken);
      throw e;
    }
    return taken;
  }

  private void giveBack(List<Entry> claims) {
    board.lock.lock();
    try {
      board.giveBackDirtyClaims(claims);
    } finally {
      board.lock.unlock();
    }
  }
}
