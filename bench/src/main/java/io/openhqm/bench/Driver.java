package io.openhqm.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts load on a server: platform threads, each with its own connection. It lives on the same cores
 * as what it measures, so a call does as little as it can.
 */
final class Driver {
  private static final int KEEP_EVERY = 500;

  private final int port;

  Driver(int port) {
    this.port = port;
  }

  /** What came of a run; {@code ids} are a sample of the jobs that were accepted. */
  record Outcome(long calls, double seconds, int answerBytes, List<String> ids) {
    double perSecond() {
      return calls / seconds;
    }
  }

  /** Something that is done again and again on one connection. */
  interface Step {
    void run(Connection connection, int index) throws IOException;
  }

  /** Submits as fast as the server answers, for a time. */
  Outcome submitFor(int connections, double seconds) throws Exception {
    return submit(connections, Integer.MAX_VALUE, (long) (seconds * 1e9));
  }

  /** Submits that many, numbered from 0, as fast as the server answers. */
  Outcome submitAll(int connections, int count) throws Exception {
    return submit(connections, count, Long.MAX_VALUE / 2);
  }

  private Outcome submit(int connections, int count, long nanos) throws Exception {
    var next = new AtomicInteger();
    var done = new AtomicLong();
    var bytes = new AtomicInteger();
    List<String> ids = Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    inThreads(
        connections,
        connection -> {
          byte[] request = Requests.submit();
          long mine = 0;
          for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
            Requests.number(request, n);
            expect(202, connection.call(request), connection);
            mine++;
            if (n % KEEP_EVERY == 0) {
              ids.add(connection.text("correlation_id"));
              bytes.set(connection.bodyLength());
            }
            if (System.nanoTime() - start >= nanos) {
              break;
            }
          }
          done.addAndGet(mine);
        });
    return new Outcome(
        done.get(), (System.nanoTime() - start) / 1e9, bytes.get(), List.copyOf(ids));
  }

  /**
   * Starts {@code step} that often a second, whether or not those before have ended, and returns
   * how many milliseconds each took; one that no thread was free for counts from when it was due.
   */
  double[] atRate(int perSecond, int count, int threads, Step step) throws Exception {
    var next = new AtomicInteger();
    var millis = new double[count];
    long start = System.nanoTime() + 100_000_000;
    inThreads(
        threads,
        connection -> {
          for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
            long due = start + n * 1_000_000_000L / perSecond;
            long from = due;
            if (System.nanoTime() < due) {
              while (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
              }
              from = System.nanoTime();
            }
            step.run(connection, n);
            millis[n] = (System.nanoTime() - from) / 1e6;
          }
        });
    return millis;
  }

  static void expect(int wanted, int status, Connection connection) throws IOException {
    if (status != wanted) {
      throw new IOException("answered " + status + ", not " + wanted + ": " + connection.body());
    }
  }

  private interface Work {
    void run(Connection connection) throws IOException;
  }

  private void inThreads(int threads, Work work) throws Exception {
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  try (var connection = new Connection(port)) {
                    work.run(connection);
                  }
                  return true;
                }));
      }
      for (var each : running) {
        try {
          each.get();
        } catch (ExecutionException e) {
          throw new IOException("the load driver failed: " + e.getCause(), e);
        }
      }
    }
  }
}
