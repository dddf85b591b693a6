package io.openhqm.embedded;

import io.openhqm.core.Job;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What memory knows of one row that is soon to be delivered, or is with a worker. Guarded by {@link
 * Board#lock}.
 */
final class Entry {
  /** Where it is in memory. */
  enum Place {
    NONE,
    READY,
    DELAYED,
    OUT
  }

  final long seq;
  final UUID id;
  @Nullable String session;
  @Nullable String key;

  /** Its lane and its level, as {@link Kind#line}. */
  int line;

  int kind;
  JobPart part;

  Place place = Place.NONE;
  long due;
  int deliveries;
  long visibleUntil;

  @Nullable Message message;
  byte @Nullable [] request;

  /** Bytes of the message or request above; how many of them are counted as cached. */
  int size;

  int cached;

  boolean leased;
  int attempts;
  long fence;
  Instant startedAt = Instant.EPOCH;
  Instant leaseUntil = Instant.EPOCH;
  @Nullable Duration cancelTtl;

  /** A write is under way that may end or release it. */
  boolean settling;

  /** A release is written but not committed. Touched by the writer alone. */
  boolean releasing;

  /**
   * The newest lease that stands in the table {@code claim}; 0: none does. Touched by the writer
   * alone.
   */
  long writtenFence;

  Entry(
      long seq,
      UUID id,
      int kind,
      int line,
      @Nullable String session,
      @Nullable String key,
      JobPart part) {
    this.seq = seq;
    this.id = id;
    this.kind = kind;
    this.line = line;
    this.session = session;
    this.key = key;
    this.part = part;
    attempts = part.attempts();
    fence = part.fence();
  }

  boolean is(int bit) {
    return (kind & bit) != 0;
  }

  Instant notBefore() {
    return part.stand() instanceof JobPart.Waiting waiting ? waiting.notBefore() : Instant.MIN;
  }

  boolean isHeldAt(Instant now) {
    return leased && now.isBefore(leaseUntil);
  }

  /** The job as it is now. */
  Job job() {
    if (!leased) {
      return part.toJob(id);
    }
    return new Job(
        id,
        part.submittedAt(),
        startedAt,
        attempts,
        part.idempotency(),
        new Job.State.Processing(fence, leaseUntil, startedAt, cancelTtl != null));
  }

  Optional<Instant> started() {
    return leased ? Optional.of(startedAt) : Optional.empty();
  }
}
