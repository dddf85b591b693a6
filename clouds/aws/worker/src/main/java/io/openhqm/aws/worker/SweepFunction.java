package io.openhqm.aws.worker;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.worker.Sweep;

/** Does once what the sweep has to do. How much waits, CloudWatch knows of SQS. */
final class SweepFunction {
  private final Sweep sweep;
  private final LambdaTelemetry telemetry;

  SweepFunction(Sweep sweep, LambdaTelemetry telemetry) {
    this.sweep = sweep;
    this.telemetry = telemetry;
  }

  /** Says how many jobs it saw to. */
  int handle(Context context) {
    try (var invocation = telemetry.begin(context.getAwsRequestId())) {
      return sweep.run();
    }
  }
}
