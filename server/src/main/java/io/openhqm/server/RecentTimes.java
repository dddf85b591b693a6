package io.openhqm.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How long each endpoint took lately: the median of its last {@value #KEPT} times. In memory, of
 * this process; safe for use by many threads.
 */
final class RecentTimes {
  private static final int KEPT = 64;

  /** Sorting at every time would be felt; the median need not be that new. */
  private static final int COUNTED_AT_EVERY = 8;

  private static final int ENDPOINTS_MAX = 1_000;

  private final ConcurrentMap<String, Times> byEndpoint = new ConcurrentHashMap<>();

  /** Another time of {@code endpoint}; more endpoints than are configured are not remembered. */
  void add(String endpoint, Duration took) {
    var times = byEndpoint.get(endpoint);
    if (times == null) {
      if (byEndpoint.size() >= ENDPOINTS_MAX) {
        return;
      }
      times = byEndpoint.computeIfAbsent(endpoint, name -> new Times());
    }
    times.add(took.toMillis());
  }

  /** Zero where nothing is known. */
  Duration median(String endpoint) {
    var times = byEndpoint.get(endpoint);
    return times == null ? Duration.ZERO : Duration.ofMillis(times.median);
  }

  private static final class Times {
    private final long[] ring = new long[KEPT];
    private long added;
    private volatile long median;

    synchronized void add(long millis) {
      ring[(int) (added++ % KEPT)] = millis;
      if (added < COUNTED_AT_EVERY || added % COUNTED_AT_EVERY == 0) {
        long[] sorted = Arrays.copyOf(ring, (int) Math.min(added, KEPT));
        Arrays.sort(sorted);
        median = sorted[sorted.length / 2];
      }
    }
  }
}
