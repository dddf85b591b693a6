package io.openhqm.bench.rivals;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The least that answers a poll: the event is not parsed. */
public final class BareStatus implements RequestStreamHandler {
  private final Calls.Status calls = new Calls(System.getenv()).status();

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    String text = new String(event.readAllBytes(), UTF_8);
    int at = text.indexOf("/status/") + "/status/".length();
    int length = calls.of(text.substring(at, text.indexOf('"', at))).length();
    answer.write(("{\"statusCode\":200,\"body\":\"" + length + "\"}").getBytes(UTF_8));
  }
}
