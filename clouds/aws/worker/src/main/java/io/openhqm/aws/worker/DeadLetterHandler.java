package io.openhqm.aws.worker;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.openhqm.aws.lambda.Startup;
import io.openhqm.aws.lambda.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/**
 * The entry point of what closes the jobs that SQS gave up on. Triggered, with {@code
 * ReportBatchItemFailures}, by the queue to which SQS moves what was received too often; {@code
 * OPENHQM_GIVEN_UP_QUEUE_URL} names it.
 */
public final class DeadLetterHandler implements RequestStreamHandler {
  private final Supplier<DeadLetterFunction> function;

  /** Opens the function as the environment says; called once by the platform. */
  public DeadLetterHandler() {
    this(Surroundings.ofProcess());
  }

  DeadLetterHandler(Surroundings surroundings) {
    this.function =
        Startup.of(
            surroundings,
            () -> {},
            at -> WorkerParts.open("dead-letter", at).deadLetters(),
            opened -> {});
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    answer.write(function.get().handle(event.readAllBytes(), context));
  }
}
