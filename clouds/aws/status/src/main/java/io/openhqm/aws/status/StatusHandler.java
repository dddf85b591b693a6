package io.openhqm.aws.status;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.openhqm.aws.lambda.HttpFunction;
import io.openhqm.aws.lambda.Startup;
import io.openhqm.aws.lambda.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/**
 * The entry point of the status function: status, response, body and cancel, behind API Gateway, a
 * load balancer or a Function URL.
 */
public final class StatusHandler implements RequestStreamHandler {
  private final Supplier<HttpFunction> function;

  /** Opens the function as the environment says; called once by the platform. */
  public StatusHandler() {
    this(Surroundings.ofProcess());
  }

  /** Opens it elsewhere than in this process's own surroundings. */
  public StatusHandler(Surroundings surroundings) {
    this.function =
        Startup.of(
            surroundings,
            Rehearsal::callNobody,
            StatusFunction::open,
            opened -> opened.rehearse(Rehearsal.EVENT));
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    function.get().handle(event, answer, context);
  }
}
