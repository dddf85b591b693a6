package io.openhqm.aws.sqs;

/** The contract of announcements on a FIFO queue. */
final class SqsFifoResponseQueueTest extends SqsResponseQueueRules {
  SqsFifoResponseQueueTest() {
    super(true);
  }
}
