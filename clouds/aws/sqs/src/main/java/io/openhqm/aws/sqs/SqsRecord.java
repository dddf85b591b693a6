package io.openhqm.aws.sqs;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One message as SQS hands it over: what a receiver gets, and what stands in a record of the event
 * that Lambda is called with.
 *
 * @param messageId the id that SQS gave it
 * @param receiptHandle what this handing-over is settled by
 * @param body the body
 * @param attributes the message attributes of type String, by name: in Lambda's event the {@code
 *     stringValue} of each of {@code messageAttributes} whose {@code dataType} begins with {@code
 *     String}
 * @param system the attributes that SQS itself adds, by name: in Lambda's event {@code attributes}
 */
public record SqsRecord(
    String messageId,
    String receiptHandle,
    String body,
    Map<String, String> attributes,
    Map<String, String> system) {
  static final String RECEIVE_COUNT = "ApproximateReceiveCount";
  static final String SENT_TIMESTAMP = "SentTimestamp";
  static final String GROUP = "MessageGroupId";
  static final String SEQUENCE_NUMBER = "SequenceNumber";

  public SqsRecord {
    requireNonNull(messageId, "messageId");
    requireNonNull(receiptHandle, "receiptHandle");
    requireNonNull(body, "body");
    attributes = Map.copyOf(attributes);
    system = Map.copyOf(system);
  }

  /**
   * The group in which a FIFO queue keeps it in order: of one group none may be done before those
   * before it. Empty on a standard queue, where a group is only about fairness.
   */
  public Optional<String> fifoGroup() {
    return system.containsKey(SEQUENCE_NUMBER)
        ? Optional.ofNullable(system.get(GROUP))
        : Optional.empty();
  }

  /** How often it was handed over, this time included; 1 where SQS does not say. */
  public int receives() {
    return (int) Math.clamp(number(RECEIVE_COUNT).orElse(1L), 1, Integer.MAX_VALUE);
  }

  /** When it was sent; the epoch where SQS does not say. */
  Instant sentAt() {
    return Instant.ofEpochMilli(number(SENT_TIMESTAMP).orElse(0L));
  }

  Parcel parcel() {
    return new Parcel(body, attributes);
  }

  private Optional<Long> number(String name) {
    try {
      return Optional.ofNullable(system.get(name)).map(Long::valueOf);
    } catch (NumberFormatException damaged) {
      return Optional.empty();
    }
  }

  /** The id that SQS gave it only: the body may be secret, the receipt handle is a right. */
  @Override
  public String toString() {
    return "SqsRecord[" + messageId + "]";
  }
}
