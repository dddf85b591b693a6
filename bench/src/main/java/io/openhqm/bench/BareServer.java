package io.openhqm.bench;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/**
 * The HTTP server that OpenHQM uses, doing nothing but to read the body and answer a fixed 202 as
 * large as OpenHQM's: what accepting would cost if a promise cost nothing.
 */
final class BareServer {
  private BareServer() {}

  public static void main(String[] args) {
    byte[] answer = answer();
    WebServer.builder()
        .host("127.0.0.1")
        .port(Integer.parseInt(args[0]))
        .backlog(1024)
        .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
        .routing(
            HttpRouting.builder()
                .get("/health", (request, response) -> response.send("ok"))
                .post("/api/v1/submit", (request, response) -> accept(request, response, answer)))
        .build()
        .start();
  }

  private static void accept(ServerRequest request, ServerResponse response, byte[] answer) {
    if (request.content().as(byte[].class).length == 0) {
      throw new IllegalArgumentException("a submission has a body");
    }
    response.status(Status.ACCEPTED_202);
    response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
    response.send(answer);
  }

  private static byte[] answer() {
    String id = "01a20e20-95d3-7000-9697-0f8ee997fe49";
    return ("""
        {"correlation_id":"%s","status":"PENDING","submitted_at":"2026-11-24T15:15:46.257Z",\
        "links":{"status":"/api/v1/status/%s","response":"/api/v1/response/%s",\
        "cancel":"/api/v1/requests/%s"}}""")
        .formatted(id, id, id, id)
        .getBytes(StandardCharsets.UTF_8);
  }
}
