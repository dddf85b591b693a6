package io.openhqm.aws.sqs;

/** The contract on a standard queue. */
final class SqsStandardQueueTest extends SqsRequestQueueRules {
  SqsStandardQueueTest() {
    super(false);
  }
}
