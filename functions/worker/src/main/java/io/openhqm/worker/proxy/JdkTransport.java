package io.openhqm.worker.proxy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;

/**
 * Exchanges over the JDK's client and TLS: HTTP/2 where the backend agrees, else HTTP/1.1. It looks
 * names up by itself, and over HTTP/2 it takes in up to 16 MiB of a large answer before there is
 * room for it. A GET or HEAD whose connection ends before an answer begins it sends once more
 * within the same exchange; nothing tells it not to. Safe for use by many threads.
 */
final class JdkTransport implements HttpTransport {
  private final HttpClient client;

  /**
   * @param connectTimeout the longest to connect
   * @param trust which certificates are trusted
   */
  JdkTransport(Duration connectTimeout, SSLContext trust) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(trust)
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  @Override
  public Answer exchange(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException {
    long max = request.answerBytesMax();
    long until = System.nanoTime() + left.toNanos();
    var tooLarge = new AtomicBoolean();
    var large = new CompletableFuture<Optional<LimitedBody>>();
    var answer =
        client.sendAsync(
            jdkRequest(request),
            info -> new LimitedBody(max, announced(request, info), tooLarge, large));
    answer.whenComplete((any, failed) -> large.complete(Optional.empty()));
    try {
      var waiting = large.get(left.toNanos(), TimeUnit.NANOSECONDS);
      if (waiting.isPresent()) {
        request.room().take(waiting.get().bytesMax());
        waiting.get().readOn();
      }
      var response = answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      return new Answer(response.statusCode(), headers(response), response.body());
    } catch (TimeoutException | InterruptedException stop) {
      answer.cancel(true);
      throw stop;
    } catch (ExecutionException failed) {
      if (tooLarge.get()) {
        throw new AnswerTooLargeException(max);
      }
      switch (failed.getCause()) {
        case IOException io -> throw io;
        // What the client throws at an answer that is not HTTP.
        case RuntimeException unreadable -> throw new IOException(unreadable);
        case Error error -> throw error;
        case null, default -> throw new IOException(failed.getCause());
      }
    }
  }

  /** How long the body will be, as far as its head tells. */
  private static long announced(Request request, HttpResponse.ResponseInfo info) {
    boolean bodiless =
        request.method().equals("HEAD") || info.statusCode() == 204 || info.statusCode() == 304;
    return bodiless ? 0 : info.headers().firstValueAsLong("Content-Length").orElse(0);
  }

  private static HttpRequest jdkRequest(Request request) {
    var jdk = HttpRequest.newBuilder(request.url());
    if (!request.headers().has("User-Agent")) {
      jdk.header("User-Agent", USER_AGENT);
    }
    for (var field : request.headers().fields()) {
      jdk.header(field.name(), field.value());
    }
    var body = request.body();
    return jdk.method(
            request.method(),
            body.isEmpty()
                ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(body.toReadOnlyArray()))
        .build();
  }

  private static Headers headers(HttpResponse<Bytes> response) {
    var fields = new ArrayList<Headers.Field>();
    response
        .headers()
        .map()
        .forEach(
            (name, values) ->
                values.stream()
                    .filter(value -> Headers.isToken(name) && Headers.isFieldValue(value))
                    .forEach(value -> fields.add(new Headers.Field(name, value))));
    return new Headers(fields);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
