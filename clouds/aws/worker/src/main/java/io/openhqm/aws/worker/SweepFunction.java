package io.openhqm.aws.worker;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.aws.lambda.LambdaTelemetry;
import io.openhqm.worker.Sweep;
import java.time.Duration;

/** Does once what the sweep has to do. How much waits, CloudWatch knows of SQS. */
final class SweepFunction {
  /** 500 jobs, one write after the other, at three times what a write takes. */
  private static final Duration ROUND_MAX = Duration.ofSeconds(15);

  private final Sweep sweep;
  private final LambdaTelemetry telemetry;

  SweepFunction(Sweep sweep, LambdaTelemetry telemetry) {
    this.sweep = sweep;
    this.telemetry = telemetry;
  }

  /** Says how many jobs it saw to: all, or as many as there was time for. */
  int handle(Context context) {
    try (var invocation = telemetry.begin(context.getAwsRequestId())) {
      return sweep.run(() -> hasTime(context));
    }
  }

  /** Whoever is killed in the midst of a round may send the messages of that round again. */
  private boolean hasTime(Context context) {
    boolean hasTime = context.getRemainingTimeInMillis() >= ROUND_MAX.toMillis();
    if (!hasTime) {
      telemetry.runOutOfTime(
          "The invocation has no time for more: what is due waits for the next sweep");
    }
    return hasTime;
  }
}
