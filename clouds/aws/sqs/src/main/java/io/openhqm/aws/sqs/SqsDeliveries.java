package io.openhqm.aws.sqs;

import java.time.Instant;
import java.util.Optional;

/**
 * Turns what SQS hands to a Lambda function into deliveries. Safe for use by many threads.
 *
 * <p>The function asks for the delivery of each record, has it worked on, settles it, and reports
 * those as {@code batchItemFailures} that {@linkplain SqsDelivery#isToComeAgain are to come again}:
 *
 * <table>
 *   <caption>What settling does</caption>
 *   <tr><td>{@code Done}</td><td>nothing: Lambda removes what is not reported. One that was extended
 *     is removed at once, as others might have it before Lambda gets to that</td></tr>
 *   <tr><td>{@code RetryAfter}</td><td>{@code ChangeMessageVisibility}; it is to come again</td></tr>
 *   <tr><td>{@code DeadLetter}</td><td>sent to the dead letter queue, then removed</td></tr>
 *   <tr><td>not at all, or with an exception</td><td>it is to come again when the queue's visibility
 *     timeout is over</td></tr>
 * </table>
 *
 * <p>On a FIFO queue a function must not report a message as done while one {@linkplain
 * SqsDelivery#fifoGroup of its group} before it is to come again.
 */
public final class SqsDeliveries {
  private final Source source;

  SqsDeliveries(Source source) {
    this.source = source;
  }

  /**
   * The delivery of {@code record}. Nothing is known of when it was handed over, so 12 hours are
   * counted from now.
   *
   * @return empty if its envelope is damaged: it then lies in the dead letter queue as it came, is
   *     removed, and is not to be reported
   * @throws io.openhqm.core.UnavailableException if it is damaged and could not be put there; it is
   *     to be reported as failed
   */
  public Optional<SqsDelivery> of(SqsRecord record) {
    return source.delivery(record, Instant.MAX);
  }
}
