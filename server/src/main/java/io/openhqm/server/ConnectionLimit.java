package io.openhqm.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProtocolConfigs;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.Http2UpgradeProvider;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.openhqm.core.api.ApiResponse;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves so many connections at a time, and tells those beyond at once: over HTTP/1.1 by an answer,
 * over HTTP/2 by a GOAWAY that says that nothing was worked on. A connection that begins with a
 * request for operators is served all the same: a server under load must not look dead.
 *
 * <p>Whoever is to be told has to be accepted first, for which {@link #SPARE} connections more are
 * allowed. Beyond those, and while as many are silent, connections wait to be accepted.
 */
final class ConnectionLimit {
  /** How many connections beyond the limit may be open, to be told so or to serve operators. */
  static final int SPARE = 64;

  private static final Pattern OPERATORS_REQUEST =
      Pattern.compile("(GET|HEAD) /(health[/? ]|metrics[? ])");
  private static final int OPERATORS_REQUEST_CHARS = "HEAD /metrics ".length();

  /** SETTINGS without any, then GOAWAY: last stream 0, ENHANCE_YOUR_CALM (RFC 9113 §6.8, §7). */
  private static final byte[] GO_AWAY =
      HexFormat.ofDelimiter(" ")
          .parseHex(
              "00 00 00 04 00 00 00 00 00" + " 00 00 08 07 00 00 00 00 00 00 00 00 00 00 00 00 0b");

  private final Semaphore free;
  private final byte[] refusal;
  private final Runnable refused;
  private final ConcurrentMap<String, Served> open = new ConcurrentHashMap<>();

  /**
   * @param max how many connections are served
   * @param refusal what a connection beyond is answered
   * @param refused called for each that was
   */
  ConnectionLimit(int max, ApiResponse refusal, Runnable refused) {
    this.free = new Semaphore(max);
    this.refusal = http1(refusal);
    this.refused = refused;
  }

  /** Ends a connection, whatever it is at; nothing where it has ended. */
  void end(String socketId) {
    var connection = open.get(socketId);
    if (connection != null) {
      connection.close(true);
    }
  }

  /** Answers over HTTP/1.1 what another thread reads from the connection, if that is open. */
  void tell(String socketId, ApiResponse answer) {
    var connection = open.get(socketId);
    if (connection != null) {
      try {
        connection.context.dataWriter().writeNow(BufferData.create(http1(answer)));
      } catch (UncheckedIOException gone) {
        // Nobody is there to be told.
      }
    }
  }

  /** Both protocols, HTTP/2 by prior knowledge or by upgrade. */
  List<ServerConnectionSelector> protocols(Http1Config http1, Http2Config http2) {
    var upgrade = new Http2UpgradeProvider().create(http2, ProtocolConfigs.create(List.of()));
    return List.of(
        new Limited(Http2ConnectionSelector.builder().http2Config(http2).build(), GO_AWAY),
        new Limited(
            Http1ConnectionSelector.builder().config(http1).addUpgrader(upgrade).build(), refusal));
  }

  private static byte[] http1(ApiResponse answer) {
    var head = new StringBuilder("HTTP/1.1 " + answer.status() + " \r\n");
    answer
        .with("Connection", "close")
        .with("Content-Length", Integer.toString(answer.body().length()))
        .headers()
        .fields()
        .forEach(f -> head.append(f.name()).append(": ").append(f.value()).append("\r\n"));
    head.append("\r\n").append(answer.body().toUtf8());
    return head.toString().getBytes(StandardCharsets.UTF_8);
  }

  private final class Limited implements ServerConnectionSelector {
    private final ServerConnectionSelector real;
    private final byte[] refusal;

    Limited(ServerConnectionSelector real, byte[] refusal) {
      this.real = real;
      this.refusal = refusal;
    }

    @Override
    public int bytesToIdentifyConnection() {
      return real.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return real.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return real.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      if (free.tryAcquire()) {
        return served(context, free::release);
      } else if (isForOperators(context)) {
        return served(context, () -> {});
      }
      refused.run();
      return new Refused(context, refusal);
    }

    private Served served(ConnectionContext context, Runnable over) {
      String id = context.childSocketId(); // what a request calls socketId
      var served =
          new Served(
              context,
              real.connection(Metered.of(context)),
              () -> {
                open.remove(id);
                over.run();
              });
      open.put(id, served);
      return served;
    }

    /** The bytes are there, as the protocol was told from them; they stay there. */
    private boolean isForOperators(ConnectionContext context) {
      var reader = context.dataReader();
      int length = Math.min(reader.available(), OPERATORS_REQUEST_CHARS);
      return OPERATORS_REQUEST.matcher(reader.getBuffer(length).readString(length)).lookingAt();
    }
  }

  /**
   * Tells the body that is being read of what comes. Over HTTP/1.1 the thread that reads a body is
   * the one that reads from the connection; over HTTP/2 another one is, and nobody is told. Reads
   * the socket itself, behind what the protocol was told from: through the context's own reader
   * each byte would be copied twice more, and kept twice.
   */
  private record Metered(ConnectionContext real, DataReader dataReader)
      implements ConnectionContext {
    static Metered of(ConnectionContext context) {
      var begun = context.dataReader();
      var socket = context.serverSocket();
      return new Metered(
          context,
          DataReader.create(
              () -> {
                int there = begun.available();
                if (there == 0) {
                  IncomingBody.awaited();
                }
                byte[] bytes = there > 0 ? begun.readBytes(there) : read(socket);
                if (bytes != null) {
                  IncomingBody.received(bytes.length);
                }
                return bytes;
              }));
    }

    private static byte @Nullable [] read(HelidonSocket socket) {
      try {
        return socket.get();
      } catch (UncheckedIOException broken) {
        throw new ServerConnectionException("a read from the connection failed", broken);
      }
    }

    @Override
    public ListenerContext listenerContext() {
      return real.listenerContext();
    }

    @Override
    public ExecutorService executor() {
      return real.executor();
    }

    @Override
    public DataWriter dataWriter() {
      return real.dataWriter();
    }

    @Override
    public Router router() {
      return real.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
      return real.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
      return real.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
      return real.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
      return real.localPeer();
    }

    @Override
    public boolean isSecure() {
      return real.isSecure();
    }

    @Override
    public String socketId() {
      return real.socketId();
    }

    @Override
    public String childSocketId() {
      return real.childSocketId();
    }
  }

  /** Tells when it is over. */
  private record Served(ConnectionContext context, ServerConnection real, Runnable over)
      implements ServerConnection, InterruptableTask<Void> {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      try {
        real.handle(limit);
      } finally {
        over.run();
      }
    }

    @Override
    public boolean canInterrupt() {
      return real instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    @Override
    public Duration idleTime() {
      return real.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      real.close(interrupt);
    }
  }

  private record Refused(ConnectionContext context, byte[] refusal) implements ServerConnection {
    @Override
    public void handle(Limit limit) {
      context.dataWriter().writeNow(BufferData.create(refusal));
    }

    @Override
    public Duration idleTime() {
      return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
      // It ends as soon as it was told.
    }
  }
}
