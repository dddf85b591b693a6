package io.openhqm.worker.proxy;

import io.openhqm.core.Bytes;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes a body up to a limit; what is larger is never kept, and its connection is given up. What is
 * large waits for {@link #readOn}.
 */
final class LimitedBody implements BodySubscriber<Bytes> {
  private final long max;
  private final long announced;
  private final AtomicBoolean tooLarge;
  private final CompletableFuture<Optional<LimitedBody>> large;
  private final CompletableFuture<Bytes> body = new CompletableFuture<>();
  private final List<byte[]> parts = new ArrayList<>(1);
  private Flow.Subscription subscription = NONE;
  private long length;

  private static final Flow.Subscription NONE =
      new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
      };

  /**
   * @param announced how long it will be, or zero
   * @param tooLarge set where it is larger; over HTTP/2 the client says of such a body only that
   *     its stream was cancelled
   * @param large given this one where it is large
   */
  LimitedBody(
      long max,
      long announced,
      AtomicBoolean tooLarge,
      CompletableFuture<Optional<LimitedBody>> large) {
    this.max = max;
    this.announced = announced;
    this.tooLarge = tooLarge;
    this.large = large;
  }

  /** How large it may be. */
  long bytesMax() {
    return announced > 0 ? announced : max;
  }

  /** There is room for it. */
  void readOn() {
    subscription.request(1);
  }

  @Override
  public CompletionStage<Bytes> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (announced > max) {
      refuse();
      return;
    }
    if (announced > HttpTransport.SMALL_ANSWER) {
      large.complete(Optional.of(this));
    } else {
      given.request(1);
    }
  }

  private void refuse() {
    tooLarge.set(true);
    body.completeExceptionally(new HttpTransport.AnswerTooLargeException(max));
    subscription.cancel();
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (body.isDone()) {
      return;
    }
    for (var buffer : buffers) {
      length += buffer.remaining();
      if (length > max) {
        parts.clear();
        refuse();
        return;
      }
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      parts.add(part);
    }
    boolean waits = length > HttpTransport.SMALL_ANSWER && large.complete(Optional.of(this));
    if (!waits) {
      subscription.request(1);
    }
  }

  @Override
  public void onError(Throwable failure) {
    parts.clear();
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(joined());
  }

  private Bytes joined() {
    if (parts.size() == 1) {
      return Bytes.wrap(parts.getFirst());
    }
    byte[] all = new byte[Math.toIntExact(length)];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return Bytes.wrap(all);
  }
}
