package io.openhqm.server;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport;
import io.openhqm.worker.proxy.OutboundGuard;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.classic.MinimalHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Over Apache's clients, which connect to the very addresses that the guard admitted: HTTP/1.1 over
 * the blocking one, which takes half the time of the JDK's a call. What may become HTTP/2 goes over
 * the other one, which is made when it is first needed, as is TLS: both take memory and time. Safe
 * for use by many threads.
 */
final class ApacheTransport implements HttpTransport {
  static final int CONNECTIONS_MAX = 10_000;

  /** In the worst case 4 MiB. */
  static final Http1Config HTTP1 =
      Http1Config.custom().setMaxHeaderCount(256).setMaxLineLength(16 * 1024).build();

  private static final Duration IDLE_MAX = Duration.ofSeconds(60);

  private final PoolingHttpClientConnectionManager connections;
  private final MinimalHttpClient client;
  private final Lazy<ApacheHttp2> http2;
  private final ScheduledThreadPoolExecutor timer;

  ApacheTransport(Duration connectTimeout, OutboundGuard guard) {
    this(connectTimeout, guard, SSLContexts::createSystemDefault);
  }

  /**
   * As above.
   *
   * @param trust which certificates are trusted, in place of those that the JVM trusts
   */
  ApacheTransport(Duration connectTimeout, OutboundGuard guard, Supplier<SSLContext> trust) {
    var tls = new Lazy<>(() -> new DefaultClientTlsStrategy(trust.get()));
    this.connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new GuardedAddresses(guard))
            .setTlsSocketStrategy(new LateTls(tls))
            .setConnectionFactory(unbound -> new BackendConnection(HTTP1))
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
            .setMaxConnTotal(CONNECTIONS_MAX)
            .setMaxConnPerRoute(CONNECTIONS_MAX)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(connectTimeout))
                    // Always: it is the connection that knows when what takes its time is due.
                    .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                    .build())
            // The deadline ends what takes too long; a timeout of the socket would set an alarm for
            // each read.
            .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(Timeout.DISABLED).build())
            .build();
    this.client = HttpClients.createMinimal(connections);
    this.http2 =
        new Lazy<>(() -> new ApacheHttp2(connectTimeout, new GuardedAddresses(guard), tls.get()));
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("outbound-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.scheduleWithFixedDelay(
        this::closeIdle, IDLE_MAX.toSeconds(), IDLE_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  private void closeIdle() {
    connections.closeIdle(TimeValue.of(IDLE_MAX));
    http2.ifMade(made -> made.closeIdle(TimeValue.of(IDLE_MAX)));
  }

  @Override
  public Answer exchange(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException {
    if (timer.isShutdown()) {
      throw closed();
    }
    boolean tls = request.url().getScheme().equalsIgnoreCase("https");
    return switch (request.version()) {
      case HTTP_2 -> http2.get().exchange(request, left);
      case AUTO -> tls ? http2.get().exchange(request, left) : http1(request, left);
      case HTTP_1_1 -> http1(request, left);
    };
  }

  private Answer http1(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException {
    var url = request.url();
    var call = new HttpUriRequestBase(request.method(), url);
    // As it is written: the constructor above would have it otherwise for a path with two slashes.
    call.setPath(target(url));
    addFields(call, request);
    if (request.method().equals("HEAD")) {
      // A body that comes all the same would be taken for the answer to the next request.
      call.setHeader("Connection", "close");
    }
    if (!request.body().isEmpty()) {
      call.setEntity(new ByteArrayEntity(request.body().toReadOnlyArray(), null));
    }
    return within(left, call, () -> answer(host(url), call, request));
  }

  static HttpHost host(URI url) {
    return new HttpHost(url.getScheme(), url.getHost(), url.getPort());
  }

  static void addFields(HttpRequest call, Request request) {
    call.setHeader("User-Agent", USER_AGENT);
    for (var field : request.headers().fields()) {
      if (field.name().equalsIgnoreCase("User-Agent")) {
        call.setHeader(field.name(), field.value());
      } else {
        call.addHeader(field.name(), field.value());
      }
    }
    if (!request.body().isEmpty()
        && request.method().equals("OPTIONS")
        && !request.headers().has("Content-Type")) {
      // RFC 9110 section 9.3.7 asks for one, and the client refuses to go without.
      call.setHeader("Content-Type", "application/octet-stream");
    }
  }

  static String target(URI url) {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  private interface Exchange {
    Answer run() throws IOException, InterruptedException, TimeoutException;
  }

  /** Over all of it: a timeout of a socket begins anew with each byte that trickles in. */
  private Answer within(Duration left, HttpUriRequestBase call, Exchange exchange)
      throws IOException, InterruptedException, TimeoutException {
    var timedOut = new AtomicBoolean();
    var watch =
        watch(
            () -> {
              timedOut.set(true);
              call.cancel();
            },
            left);
    try {
      return exchange.run();
    } catch (IOException | RuntimeException broken) {
      // Also what the client throws that does not expect to be cancelled or closed just then.
      if (timedOut.get()) {
        throw new TimeoutException();
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (timer.isShutdown()) {
        throw closed();
      }
      if (broken instanceof ConnectTimeoutException) {
        throw new HttpConnectTimeoutException("connect timed out");
      }
      throw broken;
    } finally {
      watch.cancel(false);
    }
  }

  private Future<?> watch(Runnable end, Duration left) throws IOException {
    try {
      return timer.schedule(end, left.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException shutdown) {
      throw closed();
    }
  }

  private static IOException closed() {
    return new IOException("the transport is closed");
  }

  private Answer answer(HttpHost host, HttpUriRequestBase call, Request request)
      throws IOException, InterruptedException, TimeoutException {
    try (ClassicHttpResponse response = client.executeOpen(host, call, null)) {
      try {
        return new Answer(response.getCode(), headers(response), body(response, request));
      } catch (IOException | InterruptedException | TimeoutException unread) {
        // Closing it would first read the rest, which may have no end.
        call.cancel();
        throw unread;
      }
    }
  }

  static Headers headers(HttpResponse response) {
    var fields = new ArrayList<Headers.Field>();
    for (var header : response.getHeaders()) {
      String value = header.getValue() == null ? "" : header.getValue();
      if (Headers.isToken(header.getName()) && Headers.isFieldValue(value)) {
        fields.add(new Headers.Field(header.getName(), value));
      }
    }
    return new Headers(fields);
  }

  private static Bytes body(ClassicHttpResponse response, Request request)
      throws IOException, InterruptedException, TimeoutException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return Bytes.empty();
    }
    long announced = entity.getContentLength();
    if (announced > request.answerBytesMax()) {
      throw new AnswerTooLargeException(request.answerBytesMax());
    }
    var in = entity.getContent();
    if (announced < 0) {
      return unannounced(in, request);
    }
    if (request.becomesLarge(0, announced)) {
      request.room().take(announced);
    }
    byte[] body = new byte[(int) announced];
    in.readNBytes(body, 0, body.length);
    return Bytes.wrap(body);
  }

  private static Bytes unannounced(InputStream in, Request request)
      throws IOException, InterruptedException, TimeoutException {
    long max = Math.min(request.answerBytesMax(), Integer.MAX_VALUE - 8);
    byte[] body = in.readNBytes((int) Math.min(max, SMALL_ANSWER) + 1);
    if (request.becomesLarge(0, body.length)) {
      request.room().take(max);
      byte[] rest = in.readNBytes((int) max + 1 - body.length);
      int length = body.length;
      body = Arrays.copyOf(body, length + rest.length);
      System.arraycopy(rest, 0, body, length, rest.length);
    }
    if (body.length > max) {
      throw new AnswerTooLargeException(request.answerBytesMax());
    }
    return Bytes.wrap(body);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    client.close(org.apache.hc.core5.io.CloseMode.IMMEDIATE);
    http2.ifMade(ApacheHttp2::close);
  }

  /** Made once, when it is first needed. */
  private static final class Lazy<T> {
    private final Supplier<T> make;
    private @Nullable T made;

    Lazy(Supplier<T> make) {
      this.make = make;
    }

    synchronized T get() {
      if (made == null) {
        made = make.get();
      }
      return made;
    }

    synchronized void ifMade(java.util.function.Consumer<T> action) {
      if (made != null) {
        action.accept(made);
      }
    }
  }

  private record GuardedAddresses(OutboundGuard guard) implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      return guard.admitted(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }

  private record LateTls(Lazy<DefaultClientTlsStrategy> tls) implements TlsSocketStrategy {
    @Override
    public SSLSocket upgrade(
        Socket socket, String target, int port, @Nullable Object attachment, HttpContext context)
        throws IOException {
      return tls.get().upgrade(socket, target, port, attachment, context);
    }
  }
}
