package io.openhqm.aws.sqs;

import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Where deliveries come from, and what they need to be settled.
 *
 * @param deletesDone whether a message that is done is removed here; else whoever handed it over
 *     removes it, as Lambda does
 */
record Source(
    SqsCalls calls,
    SqsQueue queue,
    DeadLetterBox deadLetters,
    InstantSource clock,
    boolean deletesDone) {
  /** SQS holds a message for so long at most, counted from when it was handed over. */
  static final Duration HELD_MAX = Duration.ofHours(12);

  /**
   * The longest retry delay that is declared. The rest of the 12 hours is for the attempt before
   * it; one that took longer comes again early, and is sent back for the rest.
   */
  static final Duration RETRY_DELAY_MAX = Duration.ofHours(11);

  /**
   * Reads what SQS handed over.
   *
   * @param heldUntil when others may have it; {@link Instant#MAX}: not known
   * @return empty if it is damaged; it then lies in the dead letter queue as it came
   * @throws UnavailableException if it is damaged and could not be put there; it comes again
   */
  Optional<SqsDelivery> delivery(SqsRecord record, Instant heldUntil) {
    try {
      var contents = record.parcel().contents(record);
      return Optional.of(new SqsDelivery(this, record, contents, heldUntil));
    } catch (IllegalArgumentException damaged) {
      deadLetters.buryRaw(
          record,
          "The message cannot be read: "
              + damaged.getMessage()
              + "; look at the program that sent it, then purge it");
      calls.delete(queue, record.receiptHandle());
      return Optional.empty();
    }
  }

  Instant now() {
    return clock.instant();
  }

  /** Whole seconds, as SQS counts, never less than {@code duration}. */
  static int seconds(Duration duration) {
    long seconds = duration.plusNanos(999_999_999).toSeconds();
    return (int) Math.clamp(seconds, 0, HELD_MAX.toSeconds());
  }
}
