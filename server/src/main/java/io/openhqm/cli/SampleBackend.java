package io.openhqm.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A small HTTP service to forward to in the demonstration: it tells what it was sent. */
final class SampleBackend implements AutoCloseable {
  private final HttpServer server;

  private SampleBackend(HttpServer server) {
    this.server = server;
  }

  /** Listens on a free port of the loopback address. */
  static SampleBackend start() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", SampleBackend::answer);
    server.start();
    return new SampleBackend(server);
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var out = new ByteArrayOutputStream();
      try (var json = Json.generator(out)) {
        json.writeStartObject();
        json.writeStringProperty("method", exchange.getRequestMethod());
        json.writeStringProperty("path", exchange.getRequestURI().toString());
        json.writeStringProperty("body", body);
        json.writeEndObject();
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, out.size());
      out.writeTo(exchange.getResponseBody());
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
