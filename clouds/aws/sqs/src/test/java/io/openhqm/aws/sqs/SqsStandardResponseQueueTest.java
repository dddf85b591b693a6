package io.openhqm.aws.sqs;

/** The contract of announcements on a standard queue. */
final class SqsStandardResponseQueueTest extends SqsResponseQueueRules {
  SqsStandardResponseQueueTest() {
    super(false);
  }
}
