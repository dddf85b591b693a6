package io.openhqm.server;

import io.openhqm.core.Bytes;
import io.openhqm.worker.proxy.HttpTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 over Apache's client: by prior knowledge in clear text; over TLS where the backend agrees,
 * else HTTP/1.1. A connection carries one call at a time. Safe for use by many threads.
 */
final class ApacheHttp2 implements HttpTransport {
  private static final Logger LOG = Logger.getLogger(ApacheHttp2.class.getName());
  private static final int HEAD_BYTES_MAX = 256 * 1024;

  private final PoolingAsyncClientConnectionManager connections;
  private final CloseableHttpAsyncClient client;
  private volatile boolean isClosed;

  ApacheHttp2(Duration connectTimeout, DnsResolver addresses, TlsStrategy tls) {
    this.connections =
        PoolingAsyncClientConnectionManagerBuilder.create()
            .setDnsResolver(addresses)
            .setTlsStrategy(tls)
            .setTlsConfigResolver(host -> TlsConfig.custom().setVersionPolicy(policy(host)).build())
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
            .setMaxConnTotal(ApacheTransport.CONNECTIONS_MAX)
            .setMaxConnPerRoute(ApacheTransport.CONNECTIONS_MAX)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom().setConnectTimeout(Timeout.of(connectTimeout)).build())
            .build();
    this.client =
        HttpAsyncClients.custom()
            .setConnectionManager(connections)
            .setH2Config(
                H2Config.custom()
                    .setPushEnabled(false)
                    .setMaxHeaderListSize(HEAD_BYTES_MAX)
                    .build())
            .setHttp1Config(ApacheTransport.HTTP1)
            .setCharCodingConfig(
                CharCodingConfig.custom().setCharset(StandardCharsets.ISO_8859_1).build())
            .setConnectionReuseStrategy(ApacheHttp2::isAtItsNextAnswer)
            .setUserAgent(USER_AGENT)
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableContentCompression()
            .disableAuthCaching()
            .disableConnectionState()
            .disableRequestPriority()
            .setIoReactorExceptionCallback(this::broken)
            .build();
    client.start();
  }

  private static HttpVersionPolicy policy(HttpHost host) {
    return host.getSchemeName().equalsIgnoreCase("https")
        ? HttpVersionPolicy.NEGOTIATE
        : HttpVersionPolicy.FORCE_HTTP_2;
  }

  /** Asked of HTTP/1.1 only: a body that comes with a HEAD would be taken for the next answer. */
  private static boolean isAtItsNextAnswer(
      @Nullable HttpRequest request, HttpResponse response, HttpContext context) {
    return (request == null || !request.getMethod().equals("HEAD"))
        && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context);
  }

  @Override
  public Answer exchange(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException {
    long until = System.nanoTime() + left.toNanos();
    var url = request.url();
    var call =
        new BasicHttpRequest(
            request.method(), ApacheTransport.host(url), ApacheTransport.target(url));
    ApacheTransport.addFields(call, request);
    var body =
        request.body().isEmpty()
            ? null
            : new BasicAsyncEntityProducer(request.body().toReadOnlyArray(), null);
    var outcome = new Outcome(request);
    var exchange =
        client.execute(
            new BasicRequestProducer(call, body) {
              @Override
              public void releaseResources() {
                super.releaseResources();
                outcome.released();
              }
            },
            new Consumer(new Limited(outcome)),
            outcome);
    try {
      var large = outcome.large.get(left.toNanos(), TimeUnit.NANOSECONDS);
      if (large.isPresent()) {
        request.room().take(large.get().bytesMax());
        large.get().readOn();
      }
      return outcome.answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        // To connect or to agree on TLS: nothing else of it has a timeout.
        case SocketTimeoutException slow ->
            throw new HttpConnectTimeoutException("connect timed out");
        case IOException io -> throw io;
        case Error error -> throw error;
        case null, default -> throw new IOException(failed.getCause());
      }
    } finally {
      // Without effect on one that is complete.
      exchange.cancel(true);
    }
  }

  /** Closing it, the client's own threads stumble over each other. */
  private void broken(Exception failure) {
    if (!isClosed) {
      LOG.log(Level.SEVERE, failure, () -> "the HTTP/2 client is broken; restart the server");
    }
  }

  void closeIdle(TimeValue after) {
    connections.closeIdle(after);
  }

  @Override
  public void close() {
    isClosed = true;
    client.close(CloseMode.IMMEDIATE);
  }

  /**
   * What the calling thread waits for: the answer, and that its connection is another call's, which
   * the client says by letting go of the request.
   */
  private static final class Outcome implements FutureCallback<Message<HttpResponse, Bytes>> {
    private final Request request;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /** What waits for room; empty: the answer did not become large. */
    private final CompletableFuture<Optional<Limited>> large = new CompletableFuture<>();

    private volatile @Nullable Answer came;

    Outcome(Request request) {
      this.request = request;
      answer.whenComplete((any, failed) -> large.complete(Optional.empty()));
    }

    @Override
    public void completed(Message<HttpResponse, Bytes> message) {
      var body = message.getBody();
      came =
          new Answer(
              message.getHead().getCode(),
              ApacheTransport.headers(message.getHead()),
              body == null ? Bytes.empty() : body);
    }

    void released() {
      var whole = came;
      if (whole != null) {
        answer.complete(whole);
      }
    }

    @Override
    public void failed(Exception cause) {
      answer.completeExceptionally(cause);
    }

    @Override
    public void cancelled() {
      answer.completeExceptionally(new IOException("the client was closed"));
    }

    /** Of a consumer that throws the client would say nothing, up to the deadline. */
    void tooLarge() {
      answer.completeExceptionally(new AnswerTooLargeException(request.answerBytesMax()));
    }
  }

  /** Tells what takes the body of the head. */
  private static final class Consumer extends BasicResponseConsumer<Bytes> {
    private final Limited body;

    Consumer(Limited body) {
      super(body);
      this.body = body;
    }

    @Override
    public void consumeResponse(
        HttpResponse head,
        @Nullable EntityDetails entity,
        HttpContext context,
        FutureCallback<Message<HttpResponse, Bytes>> callback)
        throws HttpException, IOException {
      body.begin(head);
      super.consumeResponse(head, entity, context, callback);
    }
  }

  /** Takes a body up to a limit; what is larger is never kept, what is large waits for room. */
  private static final class Limited implements AsyncEntityConsumer<Bytes> {
    /** The client itself lets as much come at the beginning as is small. */
    private static final int STEP = HttpTransport.SMALL_ANSWER / 2;

    private final Outcome outcome;
    private final long limit;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /** Negative: nothing tells. */
    private volatile long announced = -1;

    private @Nullable FutureCallback<Bytes> done;
    private @Nullable CapacityChannel held;
    private boolean hasRoom;

    Limited(Outcome outcome) {
      this.outcome = outcome;
      this.limit = outcome.request.answerBytesMax();
    }

    @Override
    public void streamStart(EntityDetails entity, FutureCallback<Bytes> callback) {
      done = callback;
      if (announced > limit) {
        outcome.tooLarge();
      } else if (outcome.request.becomesLarge(0, announced)) {
        outcome.large.complete(Optional.of(this));
      }
    }

    /** Over HTTP/2, what the client itself says of the length is nothing. */
    void begin(HttpResponse head) {
      var length = head.getFirstHeader("Content-Length");
      boolean isOfBody =
          !outcome.request.method().equals("HEAD")
              && head.getCode() != 304
              && !head.containsHeader("Transfer-Encoding");
      announced = length != null && isOfBody ? lengthOf(length.getValue()) : -1;
    }

    private static long lengthOf(String text) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException notOne) {
        return -1;
      }
    }

    /** How large it may be. */
    long bytesMax() {
      return announced < 0 ? limit : announced;
    }

    /** There is room for it. */
    synchronized void readOn() throws IOException {
      hasRoom = true;
      if (held != null) {
        readOn(held);
      }
    }

    /**
     * Never up to the most that a window may be: a backend that counts what it sent only later
     * would find it larger than that.
     */
    private void readOn(CapacityChannel channel) throws IOException {
      channel.update((int) Math.min(bytesMax(), Integer.MAX_VALUE / 2));
    }

    /** One thread at a time: the client does not expect two. */
    @Override
    public synchronized void updateCapacity(CapacityChannel channel) throws IOException {
      held = channel;
      if (hasRoom) {
        readOn(channel);
      } else if (!outcome.large.isDone()) {
        channel.update(STEP);
      }
    }

    @Override
    public void consume(ByteBuffer part) {
      long length = body.size() + (long) part.remaining();
      if (length > limit) {
        outcome.tooLarge();
      } else if (length > bytesMax()) {
        outcome.failed(new IOException("the answer is longer than it tells"));
      } else if (outcome.request.becomesLarge(body.size(), part.remaining())) {
        outcome.large.complete(Optional.of(this));
      }
      if (outcome.answer.isDone()) {
        part.position(part.limit());
        return;
      }
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      body.writeBytes(bytes);
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
      if (body.size() < announced) {
        outcome.failed(new IOException("the answer is shorter than it tells"));
      }
      if (done != null) {
        done.completed(getContent());
      }
    }

    @Override
    public void failed(Exception cause) {
      if (done != null) {
        done.failed(cause);
      }
    }

    @Override
    public Bytes getContent() {
      return Bytes.wrap(body.toByteArray());
    }

    @Override
    public void releaseResources() {
      body.reset();
    }
  }
}
