package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsCalls.Sending;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.Message;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What lies in the dead letter queue, and how it is written and read: a {@link Parcel} with the
 * attributes {@code openhqm-reason}, {@code openhqm-dead-at} and {@code openhqm-attempts}. What SQS
 * moved there by itself has none of them.
 */
final class DeadLetterBox {
  private static final String REASON = "openhqm-reason";
  private static final String DEAD_AT = "openhqm-dead-at";
  private static final String ATTEMPTS = "openhqm-attempts";
  private static final int REASON_LENGTH_MAX = 1_000;
  private static final String NO_REASON =
      "SQS gave it up, as it was received more often than the queue's maxReceiveCount without"
          + " being settled, or it was too large to be told why; look at the workers' log";

  private final SqsCalls calls;
  private final SqsQueue queue;
  private final long bytesMax;
  private final InstantSource clock;

  /**
   * @param bytesMax how many bytes SQS takes, attributes included
   */
  DeadLetterBox(SqsCalls calls, SqsQueue queue, long bytesMax, InstantSource clock) {
    this.calls = calls;
    this.queue = queue;
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  SqsQueue queue() {
    return queue;
  }

  /**
   * Keeps a message that was given up. A foreign one gets an envelope, so that its job is found by
   * it.
   *
   * @param record what it came in
   */
  void bury(Message message, SqsRecord record, String reason) {
    put(Parcel.of(message), record, reason);
  }

  /** Keeps what cannot be read, as it came. */
  void buryRaw(SqsRecord record, String reason) {
    put(record.parcel(), record, reason);
  }

  private void put(Parcel parcel, SqsRecord record, String reason) {
    var now = clock.instant();
    var letter =
        parcel.plus(
            Map.of(
                REASON,
                SqsText.shown(reason.isEmpty() ? "no reason was given" : reason, REASON_LENGTH_MAX),
                DEAD_AT,
                now.toString(),
                ATTEMPTS,
                String.valueOf(record.receives())));
    // What leaves no room for a reason is kept as it came, which fits: better untold than lost.
    var fitting = letter.bytes() <= bytesMax ? letter : record.parcel();
    String unique = record.messageId() + "/" + now;
    calls.send(
        queue,
        fitting,
        queue.isFifo()
            ? new Sending(Optional.of(unique), Optional.of(unique), 0)
            : Sending.AT_ONCE);
  }

  /** Reads a letter. What is damaged is shown as a foreign message. */
  static DeadLetter read(SqsRecord record) {
    var parcel = record.parcel();
    return new DeadLetter(
        message(parcel, record),
        parcel.attribute(REASON).orElse(NO_REASON),
        parcel.attribute(DEAD_AT).flatMap(DeadLetterBox::instant).orElse(record.sentAt()),
        parcel.attribute(ATTEMPTS).flatMap(DeadLetterBox::number).orElse(0));
  }

  private static Message message(Parcel parcel, SqsRecord record) {
    try {
      return parcel.contents(record).message();
    } catch (IllegalArgumentException damaged) {
      return new Parcel(parcel.body(), Map.of()).contents(record).message();
    }
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException damaged) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> number(String text) {
    try {
      return Optional.of(Integer.valueOf(text));
    } catch (NumberFormatException damaged) {
      return Optional.empty();
    }
  }
}
