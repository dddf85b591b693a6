package io.openhqm.embedded;

import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What could not be read: records that are damaged, each passed over so that others go on, and
 * faults of the file as a whole. Safe for use by many threads.
 */
final class ReadFaults {
  private static final Logger LOG = Logger.getLogger("io.openhqm.embedded");

  /** More are passed over without a word. */
  private static final int ROWS_MAX = 1_000;

  /** So long after a fault health still says so; whoever waits for work meets it again sooner. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Path file;
  private final InstantSource clock;
  private final Set<Long> rows = ConcurrentHashMap.newKeySet();
  private final AtomicLong faults = new AtomicLong();
  private volatile String newestRow = "";
  private volatile Fault newest = new Fault("", Instant.MIN);

  private record Fault(String what, Instant at) {}

  ReadFaults(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** The record of a job is passed over; logged once. */
  void passedOver(long seq, UUID id, RuntimeException why) {
    if (rows.size() < ROWS_MAX && rows.add(seq)) {
      faults.incrementAndGet();
      newestRow =
          "%s: the record of job %s (seq %d) cannot be read and is passed over (%s); restore a backup or remove the record"
              .formatted(file, id, seq, why.getMessage());
      LOG.log(Level.SEVERE, newestRow);
    }
  }

  /** Nothing can be read, or not there. */
  void met(UnavailableException fault) {
    faults.incrementAndGet();
    newest = new Fault(String.valueOf(fault.getMessage()), clock.instant());
  }

  /** How many faults there were. */
  long count() {
    return faults.get();
  }

  /** What is wrong with the file, if reading failed lately. */
  Optional<String> ofFile() {
    var last = newest;
    return last.at().isAfter(clock.instant().minus(FRESH))
        ? Optional.of(last.what())
        : Optional.empty();
  }

  /** What is wrong with records, if some are passed over: the others go on. */
  Optional<String> ofRows() {
    int passedOver = rows.size();
    return passedOver == 0
        ? Optional.empty()
        : Optional.of("records that are passed over: " + passedOver + ", the last: " + newestRow);
  }
}
