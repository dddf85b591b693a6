package io.openhqm.aws.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.aws.sqs.SqsDeliveries;
import io.openhqm.core.Deadline;
import io.openhqm.worker.BatchWorker;
import java.time.Duration;
import java.time.InstantSource;

/** Works on the messages of an event, all at the same time. Safe for use by many threads. */
public final class WorkerFunction {
  private static final byte[] NO_MESSAGES = "{\"Records\":[]}".getBytes(UTF_8);

  private final SqsDeliveries deliveries;
  private final BatchWorker worker;
  private final LambdaTelemetry telemetry;
  private final InstantSource clock;

  /**
   * @param deliveries of the queue that triggers the function
   */
  public WorkerFunction(
      SqsDeliveries deliveries,
      BatchWorker worker,
      LambdaTelemetry telemetry,
      InstantSource clock) {
    this.deliveries = deliveries;
    this.worker = worker;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /**
   * Works on an event of SQS and says which of its messages are to come again. When an exception
   * comes out of this, all of them do.
   *
   * @throws IllegalArgumentException if it is no event of SQS
   */
  public byte[] handle(byte[] event, Context context) {
    try (var invocation = telemetry.begin(context.getAwsRequestId())) {
      var batch = SqsBatch.of(SqsEvents.read(event), deliveries, telemetry);
      worker.deliverAll(batch.deliveries(), deadline(context));
      return SqsEvents.failures(batch.failures());
    }
  }

  /** Works on an event without messages, so that the classes that it takes are loaded. */
  public void rehearse() {
    var batch = SqsBatch.of(SqsEvents.read(NO_MESSAGES), deliveries, telemetry);
    worker.deliverAll(batch.deliveries(), Deadline.after(Duration.ofMinutes(1), clock));
    SqsEvents.failures(batch.failures());
  }

  private Deadline deadline(Context context) {
    return Deadline.after(Duration.ofMillis(context.getRemainingTimeInMillis()), clock);
  }
}
