package io.openhqm.aws.worker;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.aws.sqs.SqsDeliveries;
import io.openhqm.aws.sqs.SqsDelivery;
import io.openhqm.aws.sqs.SqsRecord;
import io.openhqm.core.UnavailableException;
import io.openhqm.worker.GivenUp;

/** Closes the jobs of the messages that SQS gave up on. */
final class DeadLetterFunction {
  private final SqsDeliveries deliveries;
  private final GivenUp givenUp;
  private final LambdaTelemetry telemetry;

  /**
   * @param deliveries of the queue to which SQS moves what was received too often
   */
  DeadLetterFunction(SqsDeliveries deliveries, GivenUp givenUp, LambdaTelemetry telemetry) {
    this.deliveries = deliveries;
    this.givenUp = givenUp;
    this.telemetry = telemetry;
  }

  byte[] handle(byte[] event, Context context) {
    try (var invocation = telemetry.begin(context.getAwsRequestId())) {
      var batch = SqsBatch.of(SqsEvents.read(event), deliveries, telemetry);
      batch.forEach(this::close);
      return SqsEvents.failures(batch.failures());
    }
  }

  private void close(SqsDelivery delivery, SqsRecord record) {
    try {
      delivery.settle(givenUp.close(delivery, record.receives()));
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("a message that was given up comes again", noAnswer);
    } catch (RuntimeException bug) {
      telemetry.trouble("a message that was given up could not be seen to", bug);
    }
  }
}
