package io.openhqm.bench.rivals;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The least that works on an event of SQS with one message: the event is not parsed. */
public final class BareWorker implements RequestStreamHandler {
  private final Calls.Work calls = new Calls(System.getenv()).work();

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    calls.on("bench", new String(event.readAllBytes(), UTF_8));
    answer.write("{\"batchItemFailures\":[]}".getBytes(UTF_8));
  }
}
