package io.openhqm.worker.proxy;

import io.openhqm.core.Endpoint.HttpVersion;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over sockets, for functions: they are connected to the very addresses that the guard
 * admitted, which the JDK's client cannot be told, and few classes are loaded for a first call.
 * Only where an endpoint asks for HTTP/2 over TLS, which proves whose address it is, that client is
 * made. Safe for use by many threads.
 */
public final class SocketTransport implements HttpTransport {
  private static final Duration IDLE_MAX = Duration.ofSeconds(60);
  private static final int TLS_PORT = 443;
  private static final int CLEAR_PORT = 80;

  private final Duration connectTimeout;
  private final OutboundGuard guard;
  private final InstantSource clock;
  private final Supplier<SSLContext> trust;

  /** The newest first; only with its lock held. */
  private final Map<Origin, Deque<Idle>> idle = new HashMap<>();

  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer;
  private @Nullable JdkTransport http2;

  private record Idle(Http1Connection connection, Instant since) {}

  private record Origin(boolean isTls, String host, int port) {
    static Origin of(URI url) {
      boolean isTls = url.getScheme().equalsIgnoreCase("https");
      int port = url.getPort() >= 0 ? url.getPort() : isTls ? TLS_PORT : CLEAR_PORT;
      return new Origin(isTls, url.getHost(), port);
    }

    /** As certificates have it: an IPv6 address without brackets. */
    String peer() {
      return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
  }

  /**
   * @param connectTimeout the longest to connect, and to agree on TLS
   * @param clock goes on while a function is frozen, which other clocks of the JVM need not
   */
  public SocketTransport(Duration connectTimeout, OutboundGuard guard, InstantSource clock) {
    this(connectTimeout, guard, clock, SocketTransport::jvmTrust);
  }

  /**
   * As above.
   *
   * @param trust which certificates are trusted, in place of those that the JVM trusts
   */
  public SocketTransport(
      Duration connectTimeout,
      OutboundGuard guard,
      InstantSource clock,
      Supplier<SSLContext> trust) {
    this.connectTimeout = connectTimeout;
    this.guard = guard;
    this.clock = clock;
    this.trust = trust;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("outbound-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.scheduleWithFixedDelay(
        this::closeIdle, IDLE_MAX.toSeconds(), IDLE_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  private static SSLContext jvmTrust() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException misconfigured) {
      throw new IllegalStateException("the JVM has no TLS", misconfigured);
    }
  }

  @Override
  public Answer exchange(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException {
    if (timer.isShutdown()) {
      throw closed();
    }
    var origin = Origin.of(request.url());
    if (request.version() == HttpVersion.HTTP_2 && origin.isTls()) {
      return http2().exchange(request, left);
    }
    var call = new Call();
    calls.add(call);
    Future<?> watch = CompletableFuture.completedFuture(null);
    try {
      watch = timer.schedule(call::timeOut, left.toNanos(), TimeUnit.NANOSECONDS);
      return exchange(request, origin, call);
    } catch (RejectedExecutionException shutdown) {
      throw closed();
    } catch (IOException broken) {
      if (call.isTimedOut()) {
        throw new TimeoutException();
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw broken;
    } finally {
      watch.cancel(false);
      calls.remove(call);
      call.abort();
    }
  }

  private static IOException closed() {
    return new IOException("the transport is closed");
  }

  private Answer exchange(Request request, Origin origin, Call call)
      throws IOException, InterruptedException, TimeoutException {
    var connection = taken(origin, call);
    if (connection == null) {
      connection = connect(origin, call);
    }
    var exchanged = connection.exchange(request);
    if (exchanged.isReusable() && call.leave()) {
      keep(origin, connection);
    }
    return exchanged.answer();
  }

  private void keep(Origin origin, Http1Connection connection) {
    synchronized (idle) {
      if (timer.isShutdown()) {
        connection.close();
      } else {
        idle.computeIfAbsent(origin, unseen -> new ArrayDeque<>())
            .push(new Idle(connection, clock.instant()));
      }
    }
  }

  private @Nullable Http1Connection taken(Origin origin, Call call) throws IOException {
    for (var known = newest(origin); known != null; known = newest(origin)) {
      var connection = known.connection();
      // The timer stands still while a function is frozen.
      if (!isOld(known) && connection.isFresh()) {
        call.use(connection::close);
        return connection;
      }
      connection.close();
    }
    return null;
  }

  private boolean isOld(Idle kept) {
    return !clock.instant().isBefore(kept.since().plus(IDLE_MAX));
  }

  private @Nullable Idle newest(Origin origin) {
    synchronized (idle) {
      var kept = idle.get(origin);
      if (kept == null) {
        return null;
      }
      var newest = kept.pop();
      if (kept.isEmpty()) {
        idle.remove(origin);
      }
      return newest;
    }
  }

  private void closeIdle() {
    synchronized (idle) {
      for (var kept : idle.values()) {
        kept.removeIf(
            one -> {
              if (isOld(one)) {
                one.connection().close();
                return true;
              }
              return false;
            });
      }
      idle.values().removeIf(Deque::isEmpty);
    }
  }

  /** To the first address that accepts it. */
  private Http1Connection connect(Origin origin, Call call) throws IOException {
    var addresses = guard.admitted(origin.host());
    for (int i = 0; ; i++) {
      try {
        return connect(addresses[i], origin, call);
      } catch (ConnectException | HttpConnectTimeoutException | NoRouteToHostException vain) {
        if (i == addresses.length - 1) {
          throw vain;
        }
      }
    }
  }

  private Http1Connection connect(InetAddress address, Origin origin, Call call)
      throws IOException {
    var channel = SocketChannel.open();
    call.use(() -> closeQuietly(channel));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    var socket = channel.socket();
    int timeoutMillis = Math.clamp(connectTimeout.toMillis(), 1, Integer.MAX_VALUE);
    try {
      socket.connect(new InetSocketAddress(address, origin.port()), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      var secured = origin.isTls() ? secured(socket, origin) : socket;
      // The deadline ends what takes too long.
      socket.setSoTimeout(0);
      return new Http1Connection(channel, secured);
    } catch (SocketTimeoutException slow) {
      channel.close();
      throw new HttpConnectTimeoutException("connect timed out");
    } catch (IOException refused) {
      channel.close();
      throw refused;
    }
  }

  private SSLSocket secured(Socket socket, Origin origin) throws IOException {
    var factory = trust.get().getSocketFactory();
    var secured = (SSLSocket) factory.createSocket(socket, origin.peer(), origin.port(), true);
    var parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException unimportant) {
      // It is closed all the same.
    }
  }

  private synchronized JdkTransport http2() {
    if (http2 == null) {
      http2 = new JdkTransport(connectTimeout, trust.get());
    }
    return http2;
  }

  @Override
  public synchronized void close() {
    timer.shutdownNow();
    calls.forEach(Call::abort);
    synchronized (idle) {
      idle.values().forEach(kept -> kept.forEach(one -> one.connection().close()));
      idle.clear();
    }
    if (http2 != null) {
      http2.close();
    }
  }

  /** An exchange under way, which ends when what it uses is closed. */
  private static final class Call {
    private @Nullable Runnable close;
    private boolean aborted;
    private boolean timedOut;

    /** From now on this is closed where the call is aborted. */
    synchronized void use(Runnable closing) throws IOException {
      close = closing;
      if (aborted) {
        closing.run();
        throw new IOException("out of time, or the transport is closed");
      }
    }

    /**
     * What it uses is another call's from now on.
     *
     * @return whether that was in time
     */
    synchronized boolean leave() {
      close = null;
      return !aborted;
    }

    synchronized void timeOut() {
      timedOut = true;
      abort();
    }

    synchronized boolean isTimedOut() {
      return timedOut;
    }

    synchronized void abort() {
      aborted = true;
      if (close != null) {
        close.run();
      }
    }
  }
}
