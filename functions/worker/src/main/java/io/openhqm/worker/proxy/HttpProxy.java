package io.openhqm.worker.proxy;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint;
import io.openhqm.core.HopByHop;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.core.Telemetry;
import io.openhqm.core.endpoint.OutboundHeaders;
import io.openhqm.worker.AnswerMemory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Forwards a message to its endpoint and takes the answer: bodies byte for byte, connections
 * reused, the attempt's deadline over all of it, a body that stalls or trickles included, and never
 * more than {@code max_response_size} in memory, of all answers together no more than there is room
 * for. Redirects are not followed unless asked for. Safe for use by many threads.
 */
public final class HttpProxy implements Processor {
  private static final int REDIRECTS_MAX = 5;
  private static final Duration BUSY = Duration.ofMillis(100);
  private static final int BUSY_TIMES_MAX = 600;
  private static final int ENDPOINTS_KEPT_MAX = 1_000;
  private static final String NO_ROOM =
      ", as other large answers had the memory that there is for them; give the process more memory,"
          + " or lower worker.count or max_response_size";

  private final Settings settings;
  private final OutboundGuard guard;
  private final Telemetry telemetry;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final HttpTransport transport;
  private final AnswerMemory answers;
  private final ConcurrentMap<Endpoint, Prepared> prepared = new ConcurrentHashMap<>();

  /**
   * @param followRedirects whether redirects to the same origin are followed
   */
  public record Settings(boolean followRedirects) {}

  /**
   * What is worked out once an endpoint.
   *
   * @param url the endpoint's, in ASCII: a request line has no room for other characters
   */
  private record Prepared(
      URI url, OutboundHeaders headers, Optional<Semaphore> room, AtomicInteger refused) {
    static Prepared of(Endpoint endpoint) {
      var max = endpoint.concurrencyMax();
      return new Prepared(
          URI.create(endpoint.url().toASCIIString()),
          new OutboundHeaders(endpoint),
          max.isPresent() ? Optional.of(new Semaphore(max.getAsInt())) : Optional.empty(),
          new AtomicInteger());
    }

    /**
     * Whoever calls looks for room before it claims a job. What it could not tell the way of comes
     * here all the same, and again the later, the more have come in vain.
     */
    void enter(String name) throws RetryException {
      if (room.isPresent() && !room.get().tryAcquire()) {
        int times = Math.min(refused.incrementAndGet(), BUSY_TIMES_MAX);
        throw RetryException.notTried(
            BUSY.multipliedBy(times),
            "endpoint '" + name + "' has as many calls as max_concurrency admits");
      }
      refused.set(0);
    }

    void leave() {
      room.ifPresent(Semaphore::release);
    }
  }

  /**
   * @param transport closed with the proxy
   * @param answers the worker's own, which gives back what was taken for an attempt
   * @param random for span ids; safe for use by many threads
   */
  public HttpProxy(
      Settings settings,
      HttpTransport transport,
      AnswerMemory answers,
      OutboundGuard guard,
      Telemetry telemetry,
      InstantSource clock,
      RandomGenerator random) {
    this.settings = settings;
    this.guard = guard;
    this.telemetry = telemetry;
    this.clock = clock;
    this.random = random;
    this.transport = transport;
    this.answers = answers;
  }

  @Override
  public String name() {
    return "proxy";
  }

  @Override
  public Result process(Attempt attempt)
      throws RetryException, PermanentException, InterruptedException {
    var endpoint =
        attempt
            .route()
            .endpoint()
            .orElseThrow(
                () ->
                    new PermanentException(
                        "the message has no endpoint; set proxy.default_endpoint"));
    var ready = prepared(endpoint);
    ready.enter(endpoint.name());
    try {
      return call(attempt, endpoint, ready);
    } finally {
      ready.leave();
    }
  }

  /** URLs that the allow list admits make endpoints of their own: what can grow has a limit. */
  private Prepared prepared(Endpoint endpoint) {
    var known = prepared.get(endpoint);
    if (known != null) {
      return known;
    }
    if (prepared.size() >= ENDPOINTS_KEPT_MAX) {
      return Prepared.of(endpoint);
    }
    return prepared.computeIfAbsent(endpoint, Prepared::of);
  }

  private Result call(Attempt attempt, Endpoint endpoint, Prepared ready)
      throws RetryException, PermanentException, InterruptedException {
    long start = System.nanoTime();
    int status = 0;
    try {
      var url =
          TargetUrl.of(
                  ready.url(),
                  attempt.message().metadata().target(),
                  attempt.route().rewrite().query())
              .orElseThrow(
                  () ->
                      new PermanentException(
                          "the path leads out of endpoint '" + endpoint.name() + "'"));
      requireAllowed(url, attempt, endpoint);
      var answer = send(attempt, endpoint, ready, url);
      status = answer.status();
      return result(endpoint, attempt, answer);
    } finally {
      telemetry.backendCalled(endpoint.name(), status, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private void requireAllowed(URI url, Attempt attempt, Endpoint endpoint)
      throws PermanentException, RetryException, InterruptedException {
    try {
      var refusal = guard.refusal(url.getHost(), attempt.deadline().remaining());
      if (refusal.isPresent()) {
        throw new PermanentException(
            "endpoint '" + endpoint.name() + "' is not called: " + refusal.get());
      }
    } catch (UnknownHostException unknown) {
      throw RetryException.noAnswer(
          "the host of endpoint '" + endpoint.name() + "' has no address (DNS)");
    } catch (TimeoutException hangs) {
      throw RetryException.timedOut(
          "the address of endpoint '"
              + endpoint.name()
              + "' was not found (DNS) within "
              + attempt.route().timeout().toMillis()
              + " ms");
    }
  }

  private HttpTransport.Answer send(Attempt attempt, Endpoint endpoint, Prepared ready, URI url)
      throws RetryException, PermanentException, InterruptedException {
    var body = payload(attempt);
    var headers = ready.headers().of(attempt, random);
    var at = url;
    for (int hops = 0; ; hops++) {
      var request =
          new HttpTransport.Request(
              attempt.route().method(),
              at,
              endpoint.httpVersion(),
              headers,
              body,
              endpoint.responseBytesMax(),
              bytes -> takeRoom(bytes, attempt));
      var answer = exchange(request, attempt, endpoint);
      var next = redirect(request, answer);
      if (next.isEmpty() || hops == REDIRECTS_MAX) {
        return answer;
      }
      requireAllowed(next.get(), attempt, endpoint);
      at = next.get();
    }
  }

  /**
   * Where to go on; only within the same origin, which is what was configured, and only where the
   * method stays.
   */
  private Optional<URI> redirect(HttpTransport.Request request, HttpTransport.Answer answer) {
    boolean keepsMethod =
        switch (answer.status()) {
          case 307, 308 -> true;
          case 301, 302 -> request.method().equals("GET") || request.method().equals("HEAD");
          default -> false;
        };
    if (!settings.followRedirects() || !keepsMethod) {
      return Optional.empty();
    }
    var from = request.url();
    try {
      return answer
          .headers()
          .first("Location")
          .map(from::resolve)
          .filter(to -> Endpoint.urlFault(to).isEmpty())
          .filter(
              to ->
                  to.getScheme().equalsIgnoreCase(from.getScheme())
                      && to.getHost().equalsIgnoreCase(from.getHost())
                      && to.getPort() == from.getPort());
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  private static Bytes payload(Attempt attempt) {
    return attempt.message().payload() instanceof Body.Inline inline
        ? inline.bytes()
        : Bytes.empty();
  }

  private HttpTransport.Answer exchange(
      HttpTransport.Request request, Attempt attempt, Endpoint endpoint)
      throws RetryException, PermanentException, InterruptedException {
    var left = attempt.deadline().remaining();
    if (left.isZero()) {
      throw timedOut(attempt, endpoint, "");
    }
    try {
      return transport.exchange(request, left);
    } catch (NoRoomException noRoom) {
      throw timedOut(attempt, endpoint, NO_ROOM);
    } catch (TimeoutException over) {
      throw timedOut(attempt, endpoint, "");
    } catch (IOException | IllegalArgumentException failed) {
      throw failure(failed, endpoint);
    }
  }

  private void takeRoom(long bytes, Attempt attempt) throws InterruptedException, NoRoomException {
    if (!answers.take(bytes, attempt.deadline().remaining())) {
      throw new NoRoomException();
    }
  }

  /** A large answer is there but no memory for it. */
  private static final class NoRoomException extends TimeoutException {
    private static final long serialVersionUID = 1L;
  }

  private static RetryException timedOut(Attempt attempt, Endpoint endpoint, String why) {
    return RetryException.timedOut(
        "no complete answer from endpoint '"
            + endpoint.name()
            + "' within "
            + attempt.route().timeout().toMillis()
            + " ms"
            + why);
  }

  /** In words that hold no URL: a query may carry a token. */
  private static RetryException failure(Throwable cause, Endpoint endpoint)
      throws PermanentException {
    String at =
        "endpoint '" + endpoint.name() + "' at " + endpoint.url().getHost() + port(endpoint.url());
    return switch (cause) {
      case HttpTransport.AnswerTooLargeException tooLarge ->
          throw new PermanentException(
              "the answer of "
                  + at
                  + " is larger than "
                  + endpoint.responseBytesMax()
                  + " bytes, which is the limit (max_response_size)");
      case HttpConnectTimeoutException slow ->
          RetryException.noAnswer("could not connect to " + at + " in time");
      case UnknownHostException unknown ->
          RetryException.noAnswer("the host of " + at + " has no address (DNS)");
      case ConnectException refused ->
          RetryException.noAnswer(
              refused.getCause() instanceof UnresolvedAddressException
                  ? "the host of " + at + " has no address (DNS)"
                  : "could not connect to " + at + ": connection refused or unreachable");
      case SSLException tls when isCertificateFault(tls) ->
          RetryException.noAnswer(
              "no TLS connection to "
                  + at
                  + ": its certificate is not accepted ("
                  + tls.getMessage()
                  + "); have it issued for this host by an authority that the JVM trusts"
                  + " (javax.net.ssl.trustStore)");
      case SSLException tls ->
          RetryException.noAnswer("no TLS connection to " + at + ": " + tls.getMessage());
      case IOException broken ->
          RetryException.noAnswer(
              "the connection to " + at + " broke before the answer was complete");
      case IllegalArgumentException impossible ->
          throw new PermanentException(
              "the request to "
                  + at
                  + " cannot be sent: its method or a header field is not admitted");
      default ->
          RetryException.noAnswer(
              "the call of " + at + " failed with " + cause.getClass().getSimpleName());
    };
  }

  /** A check of the host's name on top of the JVM's own is not the cause of anything else. */
  private static boolean isCertificateFault(SSLException tls) {
    for (Throwable at = tls; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return true;
      }
    }
    return tls instanceof SSLPeerUnverifiedException;
  }

  private static String port(URI url) {
    return url.getPort() < 0 ? "" : ":" + url.getPort();
  }

  private Result result(Endpoint endpoint, Attempt attempt, HttpTransport.Answer answer)
      throws RetryException {
    int status = answer.status();
    if (status < 200 || status > 599) {
      throw RetryException.noAnswer(
          "endpoint '"
              + endpoint.name()
              + "' answered with the status code "
              + status
              + ", which HTTP does not have");
    }
    var headers = HopByHop.strip(answer.headers());
    var result = new Result(status, headers, Body.of(answer.body()));
    if (attempt.route().retry().statusCodes().contains(status)) {
      throw RetryException.answered(
          "endpoint '" + endpoint.name() + "' answered " + status,
          result,
          RetryAfterHeader.of(status, headers, clock.instant()));
    }
    return result;
  }

  @Override
  public void close() {
    transport.close();
  }
}
