package io.openhqm.bench;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * A backend that answers each job {@code {"ok":true}} at once, or holds the calls until it is
 * released; it counts them, and those that came again.
 */
final class FixedBackend {
  static final String RESULT = "{\"ok\":true}";
  private static final byte[] ANSWER = RESULT.getBytes(StandardCharsets.UTF_8);

  private static final HeaderName CORRELATION_ID = HeaderNames.create("X-Correlation-ID");

  private static long calls;
  private static long repeated;
  private static BitSet seen = new BitSet();
  private static final Set<String> held = new HashSet<>();
  private static volatile CountDownLatch gate = new CountDownLatch(0);

  private FixedBackend() {}

  public static void main(String[] args) {
    WebServer.builder()
        .host("127.0.0.1")
        .port(Integer.parseInt(args[0]))
        .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
        .routing(
            HttpRouting.builder()
                .post("/jobs", FixedBackend::job)
                .get("/health", (request, response) -> response.send("ok"))
                .get("/count", FixedBackend::count)
                .get("/reset", FixedBackend::reset)
                .get("/held", FixedBackend::held)
                .get("/hold", FixedBackend::hold)
                .get("/release", FixedBackend::release))
        .build()
        .start();
  }

  private static void job(ServerRequest request, ServerResponse response)
      throws InterruptedException {
    note(request.content().as(byte[].class));
    if (gate.getCount() > 0) {
      noteHeld(request.headers().get(CORRELATION_ID).get());
      gate.await();
    }
    response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
    response.send(ANSWER);
  }

  /** The body begins with <code>{"n":"000000017"</code>, with or without spaces. */
  private static synchronized void note(byte[] body) {
    calls++;
    int at = 0;
    while (at < body.length && (body[at] < '0' || body[at] > '9')) {
      at++;
    }
    int n = 0;
    for (; at < body.length && body[at] >= '0' && body[at] <= '9'; at++) {
      n = 10 * n + body[at] - '0';
    }
    if (seen.get(n)) {
      repeated++;
    }
    seen.set(n);
  }

  private static synchronized void noteHeld(String id) {
    held.add(id);
  }

  /** The correlation ids of all that were held, one a line. */
  private static void held(ServerRequest request, ServerResponse response) {
    String text;
    synchronized (FixedBackend.class) {
      text = String.join("\n", held);
    }
    response.send(text);
  }

  private static void count(ServerRequest request, ServerResponse response) {
    String text;
    synchronized (FixedBackend.class) {
      text = calls + " " + repeated;
    }
    response.send(text);
  }

  private static void reset(ServerRequest request, ServerResponse response) {
    synchronized (FixedBackend.class) {
      calls = 0;
      repeated = 0;
      seen = new BitSet();
    }
    response.send("ok");
  }

  private static void hold(ServerRequest request, ServerResponse response) {
    gate = new CountDownLatch(1);
    response.send("ok");
  }

  private static void release(ServerRequest request, ServerResponse response) {
    gate.countDown();
    response.send("ok");
  }
}
