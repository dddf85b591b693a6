package io.openhqm.aws.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.openhqm.aws.lambda.Startup;
import io.openhqm.aws.lambda.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/** The entry point of the sweep, run on a schedule; what stands in the event does not matter. */
public final class SweepHandler implements RequestStreamHandler {
  private final Supplier<SweepFunction> function;

  /** Opens the function as the environment says; called once by the platform. */
  public SweepHandler() {
    this(Surroundings.ofProcess());
  }

  SweepHandler(Surroundings surroundings) {
    this.function =
        Startup.of(
            surroundings, () -> {}, at -> WorkerParts.open("sweep", at).sweep(), opened -> {});
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    int seen = function.get().handle(context);
    answer.write(("{\"seen\":" + seen + "}").getBytes(UTF_8));
  }
}
