package io.openhqm.cli;

import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.openhqm.core.api.Json;
import io.openhqm.server.WebServers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A small HTTP service to forward to in the demonstration: it tells what it was sent. */
final class SampleBackend implements AutoCloseable {
  private final WebServer server;

  private SampleBackend(WebServer server) {
    this.server = server;
  }

  /** Listens on a free port of the loopback address. */
  static SampleBackend start() {
    return new SampleBackend(
        WebServers.answering(SampleBackend::answer).host("127.0.0.1").port(0).build().start());
  }

  String url() {
    return "http://localhost:" + server.port();
  }

  private static void answer(ServerRequest request, ServerResponse response) {
    byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    var query = request.prologue().query().rawValue();
    var out = new ByteArrayOutputStream();
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("method", request.prologue().method().text());
      json.writeStringProperty(
          "path", request.prologue().uriPath().rawPath() + (query.isEmpty() ? "" : "?" + query));
      json.writeStringProperty("body", new String(body, StandardCharsets.UTF_8));
      json.writeEndObject();
    }
    response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
    response.send(out.toByteArray());
  }

  @Override
  public void close() {
    server.stop();
  }
}
