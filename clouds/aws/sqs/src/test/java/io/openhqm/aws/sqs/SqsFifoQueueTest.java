package io.openhqm.aws.sqs;

/** The contract on a FIFO queue. */
final class SqsFifoQueueTest extends SqsRequestQueueRules {
  SqsFifoQueueTest() {
    super(true);
  }
}
