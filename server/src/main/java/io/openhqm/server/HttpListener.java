package io.openhqm.server;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.media.ReadableEntity;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Telemetry;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Speaks HTTP/1.1 and HTTP/2 and translates: request to {@link ApiRequest}, {@link ApiResponse} to
 * answer. Every limit is enforced here, before anything is parsed: body (413, and 408 for one that
 * takes too long), header fields (431), connections, requests in work and the memory for large
 * bodies (503 with {@code Retry-After}).
 */
final class HttpListener implements AutoCloseable {
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);
  private static final Problem STOPPING =
      Problem.of(Problem.Kind.OVERLOADED, "The server is stopping; send the request again.")
          .retryAfter(COME_AGAIN);

  private static final String ADMIN_PATH = "/api/v1/dead-letters";
  private static final int KNOWN_HEADER_NAMES_MAX = 256;

  /** Room for a larger body is made as it comes in: its length is only a claim. */
  private static final int READ_AT_ONCE_MAX = 64 * 1024;

  private static final int PART = 8192;

  private static final int FIELD_FRAMING_BYTES = ": \r\n".length();

  /** HTTP/2 field blocks are read that far beyond the limit, so that they can be answered. */
  private static final long FIELD_BLOCK_MARGIN = 64 * 1024;

  /**
   * @param host the address to listen on
   * @param port 0: any free one
   * @param bodyBytesMax the largest request body
   * @param bodyTimeMax how long a body may take
   * @param largeBodiesBytesMax how much memory large bodies may have at a time
   * @param headerBytesMax the largest sum of header fields
   * @param connectionsMax how many connections are served at a time
   * @param requestsMax how many requests may be in work at a time, those that wait for an end
   *     included; with more than half as many in work, nobody waits
   * @param operators who may use the resources for operators
   */
  record Settings(
      String host,
      int port,
      long bodyBytesMax,
      Duration bodyTimeMax,
      long largeBodiesBytesMax,
      int headerBytesMax,
      int connectionsMax,
      int requestsMax,
      Predicate<SocketAddress> operators) {}

  /** Told of every answer; {@code nanos} is how long it took. */
  interface Observer {
    void answered(String method, String path, int status, long nanos);

    /** How many requests to {@code path} are in work changed by {@code delta}. */
    void inFlight(String path, int delta);
  }

  private final Settings settings;
  private final ApiFunction api;
  private final Observer observer;
  private final Telemetry telemetry;
  private final Runnable answered;
  private final IncomingBody.Limits bodies;
  private final ScheduledThreadPoolExecutor alarms;
  private final AtomicInteger inWork = new AtomicInteger();
  private final ConcurrentMap<String, HeaderName> headerNames = new ConcurrentHashMap<>();
  private final ConnectionLimit connections;
  private final WebServer server;
  private volatile boolean draining;
  private volatile boolean closing;

  /**
   * @param answered told by the thread that answers a request when it has done so, or failed to
   */
  HttpListener(
      Settings settings,
      ApiFunction api,
      Observer observer,
      Telemetry telemetry,
      Runnable answered) {
    this.settings = settings;
    this.api = api;
    this.observer = observer;
    this.telemetry = telemetry;
    this.answered = answered;
    this.alarms =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("inbound-deadlines").factory());
    alarms.setRemoveOnCancelPolicy(true);
    this.bodies =
        new IncomingBody.Limits(
            settings.bodyTimeMax(),
            settings.bodyBytesMax(),
            new Budget(settings.largeBodiesBytesMax()),
            alarms);
    this.connections = connections(settings, observer);
    this.server =
        WebServers.answering(this::handle)
            .host(settings.host())
            .port(settings.port())
            .backlog(1024)
            .maxTcpConnections(settings.connectionsMax() + ConnectionLimit.SPARE)
            .maxPayloadSize(settings.bodyBytesMax())
            .contentEncoding(new CodedContent())
            .shutdownGracePeriod(Duration.ofSeconds(1))
            // HTTP/2 writes head and body apart: without this the second waits for an
            // acknowledgement.
            .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .idleConnectionTimeout(Duration.ofMinutes(5))
            .protocolsDiscoverServices(false)
            .addConnectionSelectors(protocols(settings))
            .directHandlers(problemsForMalformedRequests())
            .errorHandling(ErrorHandling.builder().includeEntity(true).build()) // tells them why
            .build();
  }

  private List<ServerConnectionSelector> protocols(Settings settings) {
    var http1 =
        Http1Config.builder()
            .maxHeadersSize(settings.headerBytesMax())
            .maxPrologueLength(8192)
            .build();
    var http2 =
        Http2Config.builder()
            .maxHeaderListSize(settings.headerBytesMax() + FIELD_BLOCK_MARGIN)
            .build();
    return connections.protocols(http1, http2);
  }

  private static ConnectionLimit connections(Settings settings, Observer observer) {
    var refusal =
        Problem.of(
                Problem.Kind.OVERLOADED,
                settings.connectionsMax()
                    + " connections are open, which is the limit (server.max_connections); nothing was stored, send it again later.")
            .retryAfter(COME_AGAIN)
            .toResponse();
    return new ConnectionLimit(
        settings.connectionsMax(), refusal, () -> observer.answered("", "", refusal.status(), 0));
  }

  /**
   * @throws StartException if the address cannot be listened on
   */
  void start() {
    // Helidon logs a bind that fails and returns, so the address is tried first.
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(settings.host(), settings.port()));
    } catch (IOException | UnresolvedAddressException refused) {
      throw cannotListen(refused.getMessage());
    }
    server.start();
    if (!server.isRunning()) {
      throw cannotListen("taken by another process in this moment");
    }
  }

  private StartException cannotListen(@Nullable String why) {
    return new StartException(
        "cannot listen on %s:%d (%s): choose another address by server.host and server.port, or --port"
            .formatted(settings.host(), settings.port(), why));
  }

  int port() {
    return server.port();
  }

  /** From here on no work is taken, and each answer ends its connection. */
  void refuseWork() {
    draining = true;
  }

  /** Waits until no request is in work, but not longer than {@code grace}. */
  void drain(Duration grace) throws InterruptedException {
    long until = System.nanoTime() + grace.toNanos();
    while (inWork.get() > 0 && System.nanoTime() < until) {
      Thread.sleep(10);
    }
  }

  @Override
  public void close() {
    closing = true;
    server.stop();
    alarms.shutdownNow();
  }

  private void handle(ServerRequest request, ServerResponse response) {
    long start = System.nanoTime();
    String path = request.prologue().uriPath().rawPath();
    ApiResponse answer;
    boolean limited = !isForOperators(path);
    int busy = limited ? inWork.incrementAndGet() : 0;
    observer.inFlight(path, 1);
    try {
      if (draining && takesWork(request, path)) {
        answer = stopping();
      } else if (busy > settings.requestsMax()) {
        answer = overloaded();
      } else {
        answer = answer(request, path, busy > settings.requestsMax() / 2);
      }
      answer = draining ? answer.with("Connection", "close") : answer;
      send(request, response, answer);
      observer.answered(
          request.prologue().method().text(), path, answer.status(), System.nanoTime() - start);
      goOn(request, answer);
    } finally {
      answered.run();
      if (limited) {
        inWork.decrementAndGet();
      }
      observer.inFlight(path, -1);
    }
  }

  /**
   * To the next request of the connection, or to its end. The server would take what is left of a
   * body for as long as the client likes.
   */
  private void goOn(ServerRequest request, ApiResponse answer) {
    if (isHttp1(request)) {
      if (endsConnection(request, answer) || !isTaken(request, request.content())) {
        throw new CloseConnectionException("as either side said, or as its body does not end");
      }
      return;
    }
    // What a reader was woken from counts as the body's end there; a copy reads on.
    var rest = isTooSlow(answer) ? request.content().copy(() -> {}) : request.content();
    if (!isTaken(request, rest)) {
      connections.end(request.socketId());
    }
  }

  private static boolean isTooSlow(ApiResponse answer) {
    return answer.status() == Problem.Kind.REQUEST_TIMEOUT.status()
        && answer.headers().has("Connection");
  }

  /** Whether what was not read of a body could be passed over within the limits of bodies. */
  private boolean isTaken(ServerRequest request, ReadableEntity rest) {
    if (rest.consumed()) {
      return true;
    }
    long length = request.headers().contentLength().orElse(-1);
    try (var incoming = new IncomingBody(bodies, length, () -> {})) {
      boolean isTooLarge = false;
      try {
        incoming.await();
        incoming.begin();
        rest.consume();
      } catch (ProblemException refused) {
        isTooLarge = true;
      } catch (RuntimeException broken) {
        isTooLarge = isHttp1(request) || isTooLarge(broken); // else the stream was reset
      }
      return incoming.inTime() && !isTooLarge;
    }
  }

  /**
   * RFC 9112 §9.6. The server itself would go on, and take the rest of a body that was refused for
   * the next request.
   */
  private static boolean endsConnection(ServerRequest request, ApiResponse answer) {
    return answer.headers().has("Connection")
        || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
  }

  private ApiResponse answer(ServerRequest request, String path, boolean isCrowded) {
    long length = request.headers().contentLength().orElse(-1);
    Runnable atLate = isHttp1(request) ? () -> tellTooSlow(request) : () -> {};
    try (var incoming = new IncomingBody(bodies, length, atLate)) {
      if (length > settings.bodyBytesMax()) {
        return tooLarge(settings.bodyBytesMax()).toResponse().with("Connection", "close");
      }
      var headers = headersOf(request);
      if (headers.isEmpty()) {
        return headersTooLarge().toResponse();
      }
      var body = completeBody(request, length, incoming);
      if (body.isEmpty()) {
        return tooLarge(settings.bodyBytesMax()).toResponse().with("Connection", "close");
      }
      var query = request.prologue().query().rawValue();
      if (path.startsWith(ADMIN_PATH)
          && !settings.operators().test(request.remotePeer().address())) {
        return Problem.of(
                Problem.Kind.FORBIDDEN,
                "Dead letters are for operators on the server's own machine; see server.admin.")
            .toResponse();
      }
      return api.handle(
          new ApiRequest(
              request.prologue().method().text(),
              path,
              query.isEmpty() ? Optional.empty() : Optional.of(query),
              isCrowded ? headers.get().without("Prefer") : headers.get(),
              body.get()));
    } catch (ProblemException refused) {
      return refused.problem().toResponse().with("Connection", "close");
    } catch (InvalidRequestException invalid) {
      return Problem.of(Problem.Kind.BAD_REQUEST, String.valueOf(invalid.getMessage()))
          .toResponse()
          .with("Connection", "close");
    } catch (InterruptedException stopping) {
      // The interrupt has done its work; left in place it would close the socket before the answer.
      return stopping();
    } catch (Error defect) {
      // Left to the server, it would be answered as if the request were malformed.
      telemetry.trouble("a request was answered with 500", defect);
      return Problem.of(
              Problem.Kind.INTERNAL, "The server failed; the operator finds the cause in its log.")
          .toResponse()
          .with("Connection", "close");
    }
  }

  private static boolean takesWork(ServerRequest request, String path) {
    return path.startsWith("/proxy/")
        || path.startsWith("/api/") && request.prologue().method().text().equals("POST");
  }

  private static ApiResponse stopping() {
    return STOPPING.toResponse();
  }

  /** Whatever goes wrong here is the client's or the network's doing, not a defect of ours. */
  private Optional<Bytes> completeBody(ServerRequest request, long length, IncomingBody incoming)
      throws InvalidRequestException {
    try {
      var body = readBody(request, length, incoming);
      requireInTime(request, incoming);
      if (closing) {
        // The server wakes who reads when it stops, and what is there by then looks whole.
        throw new ProblemException(STOPPING);
      }
      return body;
    } catch (ProblemException refused) {
      requireInTime(request, incoming);
      throw refused;
    } catch (RuntimeException broken) {
      requireInTime(request, incoming);
      if (isTooLarge(broken)) {
        return Optional.empty();
      } else if (broken instanceof RequestException gone && !isHttp1(request)) {
        throw gone; // the stream was reset: nobody waits for an answer
      }
      throw new InvalidRequestException(
          "The body is not complete; check its Content-Length or its chunks (RFC 9112 §6).");
    }
  }

  private static void requireInTime(ServerRequest request, IncomingBody incoming) {
    if (incoming.inTime()) {
      return;
    }
    if (isHttp1(request)) {
      throw new CloseConnectionException("its client was told that its body took too long");
    }
    throw incoming.tooSlow();
  }

  /**
   * To wake who waits for bytes of a connection is to close it, so that its client must have been
   * told before.
   */
  private void tellTooSlow(ServerRequest request) {
    var answer = IncomingBody.tooSlow(settings.bodyTimeMax()).toResponse();
    connections.tell(request.socketId(), answer);
    observer.answered(
        request.prologue().method().text(),
        request.prologue().uriPath().rawPath(),
        answer.status(),
        settings.bodyTimeMax().toNanos());
  }

  /** By the server's own count, which differs with the protocol. */
  private static boolean isTooLarge(RuntimeException refused) {
    return refused instanceof RequestException request
            && request.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413_CODE
        || refused instanceof HttpException http
            && http.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413_CODE;
  }

  /**
   * The whole body, or nothing when it is larger than the limit: then no more than the limit was
   * read.
   */
  private Optional<Bytes> readBody(ServerRequest request, long length, IncomingBody incoming) {
    if (length == 0 || !request.content().hasEntity()) {
      return Optional.of(Bytes.empty());
    }
    incoming.begin();
    if (!isHttp1(request)) {
      incoming.await(); // another thread reads it from the connection
    }
    return read(request, length, incoming);
  }

  /** The stream stays open: to close it is to wait for more. */
  private Optional<Bytes> read(ServerRequest request, long length, IncomingBody incoming) {
    try {
      var in = request.content().inputStream();
      return length > 0
          ? Optional.of(Bytes.wrap(readExactly(in, (int) length)))
          : readAll(in, incoming);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static byte[] readExactly(InputStream in, int length) throws IOException {
    byte[] bytes;
    int read;
    if (length <= READ_AT_ONCE_MAX) {
      // Into an array of just that size; else, each body would take a buffer of 16 KiB.
      bytes = new byte[length];
      read = in.readNBytes(bytes, 0, length);
    } else {
      bytes = in.readNBytes(length);
      read = bytes.length;
    }
    // Only the read behind the last byte tells the server that the body is done.
    if (read < length || in.read() >= 0) {
      throw new EOFException("the body is not as long as its Content-Length says");
    }
    return bytes;
  }

  private Optional<Bytes> readAll(InputStream in, IncomingBody incoming) throws IOException {
    var body = new ByteArrayOutputStream();
    byte[] part = new byte[PART];
    for (int read = in.read(part); read >= 0; read = in.read(part)) {
      if (body.size() + (long) read > settings.bodyBytesMax()) {
        return Optional.empty();
      }
      body.write(part, 0, read);
      incoming.hold(body.size());
    }
    return Optional.of(Bytes.wrap(body.toByteArray()));
  }

  /**
   * The header fields, or nothing when they are larger than the limit. Of HTTP/2 only we have to
   * count: there the server looks at blocks of several frames alone, and a block can be much
   * smaller than the fields in it.
   */
  private Optional<Headers> headersOf(ServerRequest request) throws InvalidRequestException {
    long left = isHttp1(request) ? Long.MAX_VALUE : settings.headerBytesMax();
    var fields = new ArrayList<Headers.Field>(request.headers().size());
    for (Header header : request.headers()) {
      String name = header.name();
      if (name.startsWith(":")) {
        continue; // HTTP/2 pseudo fields are in the prologue
      }
      List<String> values = header.valueCount() == 1 ? List.of(header.get()) : header.allValues();
      for (String value : values) {
        if (!Headers.isToken(name) || !Headers.isFieldValue(value)) {
          throw new InvalidRequestException(
              "The header field '"
                  + shortened(name)
                  + "' is not valid (RFC 9110 §5); correct or leave it out.");
        }
        left -= name.length() + value.length() + FIELD_FRAMING_BYTES;
        if (left < 0) {
          return Optional.empty();
        }
        fields.add(new Headers.Field(name, value));
      }
    }
    return Optional.of(new Headers(fields));
  }

  private void send(ServerRequest request, ServerResponse response, ApiResponse answer) {
    response.status(Status.create(answer.status()));
    boolean http1 = isHttp1(request);
    for (var field : answer.headers().fields()) {
      if (!http1 && field.name().equalsIgnoreCase("Connection")) {
        continue; // RFC 9113 §8.2.2: such a response would be malformed
      }
      response.headers().add(HeaderValues.create(headerName(field.name()), field.value()));
    }
    if (answer.body().isEmpty() || isHead(request.prologue().method().text())) {
      response.send();
    } else {
      response.send(answer.body().toReadOnlyArray());
    }
  }

  /** What we refuse ourselves is told to {@code HEAD} without its body too. */
  private static boolean isHead(String method) {
    return method.equals("HEAD");
  }

  private static boolean isHttp1(ServerRequest request) {
    return request.prologue().protocolVersion().startsWith("1");
  }

  /** Names that a backend made up are not kept: what can grow has a limit. */
  private HeaderName headerName(String name) {
    var known = headerNames.get(name);
    if (known != null) {
      return known;
    }
    var created = HeaderNames.create(name.toLowerCase(Locale.ROOT), name);
    if (headerNames.size() < KNOWN_HEADER_NAMES_MAX) {
      headerNames.put(name, created);
    }
    return created;
  }

  /** Whether a caller is on this machine. */
  static boolean isLocal(SocketAddress caller) {
    return caller instanceof InetSocketAddress address
        && address.getAddress() != null
        && address.getAddress().isLoopbackAddress();
  }

  private static boolean isForOperators(String path) {
    return path.equals("/health") || path.startsWith("/health/") || path.equals("/metrics");
  }

  private ApiResponse overloaded() {
    return Problem.of(
            Problem.Kind.OVERLOADED,
            settings.requestsMax()
                + " requests are in work, which is the limit (server.max_waiting_requests); nothing was stored, send it again later.")
        .retryAfter(COME_AGAIN)
        .toResponse();
  }

  private static Problem tooLarge(long max) {
    return Problem.of(
        Problem.Kind.BODY_TOO_LARGE,
        "The body is larger than " + max + " bytes, which is the limit (server.max_body_size).");
  }

  private Problem headersTooLarge() {
    return Problem.of(
        Problem.Kind.HEADERS_TOO_LARGE,
        "The header fields are larger than "
            + settings.headerBytesMax()
            + " bytes, which is the limit (server.max_header_size).");
  }

  private DirectHandlers problemsForMalformedRequests() {
    var handlers = DirectHandlers.builder();
    for (var type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, this::malformed);
    }
    return handlers.build();
  }

  /** What never reaches {@link #handle}: the server could not read the request. */
  private DirectHandler.TransportResponse malformed(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType type,
      Status status,
      ServerResponseHeaders headers,
      @Nullable String message) {
    var problem = problemOf(type, status, message);
    observer.answered(request.method(), "malformed", problem.kind().status(), 0);
    var answer = problem.toResponse();
    var response =
        DirectHandler.TransportResponse.builder()
            .status(Status.create(answer.status()))
            .headers(headers)
            .keepAlive(false);
    if (!isHead(request.method())) {
      response.entity(answer.body().toArray());
    }
    answer
        .headers()
        .fields()
        .forEach(field -> response.header(headerName(field.name()), field.value()));
    return response.build();
  }

  private Problem problemOf(DirectHandler.EventType type, Status status, @Nullable String message) {
    boolean headersTooLarge =
        status.code() == 431
            || message != null
                && (message.contains("headers size") || message.contains("Header size"));
    if (headersTooLarge) {
      return headersTooLarge();
    }
    if (status.code() == 413) { // also of the type BAD_REQUEST
      return tooLarge(settings.bodyBytesMax());
    }
    return switch (type) {
      case PAYLOAD_TOO_LARGE -> tooLarge(settings.bodyBytesMax());
      // INTERNAL_ERROR: the server's parser stumbled, before the request came to us.
      case BAD_REQUEST, FORBIDDEN, OTHER, HTTP_VERSION_NOT_SUPPORTED, INTERNAL_ERROR ->
          Problem.of(
              Problem.Kind.BAD_REQUEST,
              "The request is not valid HTTP; check its line, its header fields and its length.");
    };
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static final class InvalidRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(String message) {
      super(message);
    }
  }
}
