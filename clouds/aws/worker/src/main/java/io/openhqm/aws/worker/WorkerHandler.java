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
 * The entry point of the worker function, triggered by SQS with {@code ReportBatchItemFailures}:
 * the HTTP proxy, the echo, or a processor from the class path, such as that of a layer in {@code
 * /opt/java/lib}.
 */
public final class WorkerHandler implements RequestStreamHandler {
  private final Supplier<WorkerFunction> function;

  /** Opens the function as the environment says; called once by the platform. */
  public WorkerHandler() {
    this(Surroundings.ofProcess());
  }

  WorkerHandler(Surroundings surroundings) {
    this.function =
        Startup.of(
            surroundings,
            Rehearsal::callNobody,
            at -> WorkerParts.open("worker", at).worker(),
            WorkerFunction::rehearse);
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    answer.write(function.get().handle(event.readAllBytes(), context));
  }
}
