package io.openhqm.aws.submit;

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
 * The entry point of the submit function: {@code POST /api/v1/submit} and {@code /proxy/…}, behind
 * API Gateway, a load balancer or a Function URL.
 */
public final class SubmitHandler implements RequestStreamHandler {
  private final Supplier<HttpFunction> function;

  /** Opens the function as the environment says; called once by the platform. */
  public SubmitHandler() {
    this(Surroundings.ofProcess());
  }

  /** Opens it elsewhere than in this process's own surroundings. */
  public SubmitHandler(Surroundings surroundings) {
    this.function =
        Startup.of(
            surroundings,
            Rehearsal::callNobody,
            SubmitFunction::open,
            opened -> opened.rehearse(Rehearsal.EVENT));
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    function.get().handle(event, answer, context);
  }
}
