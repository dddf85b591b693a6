package io.openhqm.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Lets many threads do a thing at the same moment. */
final class Threads {
  /** How many race. */
  static final int MANY = 32;

  private Threads() {}

  static <T> List<T> race(IntFunction<Callable<T>> task) throws Exception {
    var start = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var futures = new ArrayList<java.util.concurrent.Future<T>>();
      for (int i = 0; i < MANY; i++) {
        var one = task.apply(i);
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  return one.call();
                }));
      }
      start.countDown();
      var results = new ArrayList<T>();
      for (var future : futures) {
        results.add(future.get(60, TimeUnit.SECONDS));
      }
      return results;
    }
  }

  static <T> List<T> raceSame(Callable<T> task) throws Exception {
    return race(i -> task);
  }
}
