package io.openhqm.server;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A real HTTP backend that keeps what it was sent. The path says how it answers: {@code /status/N}
 * with that code, {@code /png} with bytes, {@code /text} with text, {@code /protocol} with the
 * version that was spoken, {@code /hold} when {@link #release} was called, anything else with the
 * body it was sent.
 */
final class TestBackend implements AutoCloseable {
  static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff, '\r', '\n'};

  private final List<ApiRequest> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private final WebServer server =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .shutdownHook(false)
          // Else it would refuse a body in a coding that it does not know.
          .addProtocol(Http1Config.builder().validateRequestHeaders(false).build())
          .routing(HttpRouting.builder().any(this::answer))
          .build()
          .start();

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  /** What came, in order. */
  List<ApiRequest> requests() {
    return List.copyOf(requests);
  }

  /** What came to this path. */
  List<ApiRequest> requestsTo(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  void release() {
    released.countDown();
  }

  private void answer(ServerRequest request, ServerResponse response) throws InterruptedException {
    byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    String path = request.prologue().uriPath().rawPath();
    var query = request.prologue().query().rawValue();
    requests.add(
        new ApiRequest(
            request.prologue().method().text(),
            path,
            query.isEmpty() ? Optional.empty() : Optional.of(query),
            headersOf(request),
            Bytes.wrap(body)));
    if (path.endsWith("/hold")) {
      released.await();
    }
    if (path.contains("/status/")) {
      response.status(Status.create(Integer.parseInt(path.replaceAll(".*/status/", ""))));
    }
    if (request.prologue().method() == Method.HEAD) {
      response.send(); // Helidon would send the body
    } else if (path.endsWith("/png")) {
      response.header(HeaderNames.CONTENT_TYPE, "image/png");
      response.send(PNG);
    } else if (path.endsWith("/protocol")) {
      response.header(HeaderNames.CONTENT_TYPE, "text/plain");
      response.send(request.prologue().protocolVersion());
    } else if (path.endsWith("/text")) {
      response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
      response.send("grün");
    } else {
      response.header(
          HeaderNames.CONTENT_TYPE,
          request
              .headers()
              .contentType()
              .map(type -> type.text())
              .orElse("application/octet-stream"));
      response.send(body);
    }
  }

  private static Headers headersOf(ServerRequest request) {
    var fields = new ArrayList<Headers.Field>();
    for (Header header : request.headers()) {
      header.allValues().forEach(value -> fields.add(new Headers.Field(header.name(), value)));
    }
    return new Headers(fields);
  }

  @Override
  public void close() {
    release();
    server.stop();
  }
}
