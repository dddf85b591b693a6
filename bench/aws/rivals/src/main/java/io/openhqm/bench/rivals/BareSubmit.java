package io.openhqm.bench.rivals;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The least that takes a submission in: nothing of the event is read. */
public final class BareSubmit implements RequestStreamHandler {
  private final Calls.Submit calls = new Calls(System.getenv()).submit();

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    String id = calls.accept(new String(event.readAllBytes(), UTF_8));
    answer.write(("{\"statusCode\":202,\"body\":\"" + id + "\"}").getBytes(UTF_8));
  }
}
