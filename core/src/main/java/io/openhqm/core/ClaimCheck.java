package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Leaves bodies that are too big to travel with a {@link BlobStore} and fetches them back. The one
 * place that decides when and under which key. Safe for use by many threads.
 *
 * @param blobs where big bodies go; empty: nowhere, so what is too big must be refused before it
 *     comes here
 * @param payloadBytesMax the largest payload that travels inline: the queue's {@link
 *     QueueFeatures#maxMessageBytes()}
 * @param resultBytesMax the largest result body that is kept inline: the store's {@link
 *     JobStore#maxResultBytes()}
 */
public record ClaimCheck(Optional<BlobStore> blobs, long payloadBytesMax, long resultBytesMax) {
  /** The longest that SQS keeps a message. */
  private static final Duration TIME_IN_QUEUE_MAX = Duration.ofDays(14);

  private static final Pattern KEY =
      Pattern.compile(
          "(payload|result)/(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})(?:/[0-9]+)?");

  /** Whose body is under a key. */
  public sealed interface Owner {
    /** The job that it belongs to. */
    UUID job();

    /** What was submitted. */
    record Payload(UUID job) implements Owner {}

    /** What one attempt brought. */
    record Result(UUID job) implements Owner {}
  }

  public ClaimCheck {
    requireNonNull(blobs, "blobs");
    if (payloadBytesMax < 1 || resultBytesMax < 1) {
      throw new IllegalArgumentException(
          "payloadBytesMax and resultBytesMax must be >= 1 but are "
              + payloadBytesMax
              + " and "
              + resultBytesMax);
    }
  }

  /** For engines that carry bodies of any size. */
  public static ClaimCheck unlimited() {
    return new ClaimCheck(Optional.empty(), Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Whether a payload of this size can be taken at all. */
  public boolean admitsPayload(long bytes) {
    return bytes <= payloadBytesMax || blobs.isPresent();
  }

  /**
   * The longest delay of a job with a payload of this size, so that what is left behind outlives
   * the delay and whatever time a queue keeps the message after it; empty: as long as one likes.
   */
  public Optional<Duration> delayMax(long payloadBytes) {
    return payloadBytes <= payloadBytesMax
        ? Optional.empty()
        : blobs.flatMap(BlobStore::keepsFor).map(ClaimCheck::lessTimeInQueue);
  }

  private static Duration lessTimeInQueue(Duration kept) {
    var left = kept.minus(TIME_IN_QUEUE_MAX);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Whether a result body of this size can be kept at all. */
  public boolean admitsResult(long bytes) {
    return bytes <= resultBytesMax || blobs.isPresent();
  }

  /**
   * The message with its payload left behind if that is too big to travel. When this returns, what
   * was left survives the loss of this process.
   *
   * @throws UnavailableException if it could not be stored
   * @throws IllegalArgumentException if it is too big and there is no blob store
   */
  public Message leavePayload(Message message) {
    return message.withPayload(leave(payloadKey(message.id()), message.payload(), payloadBytesMax));
  }

  /**
   * As {@link #leavePayload}, for the result of one attempt: an attempt with an old lease
   * overwrites nothing.
   */
  public Result leaveResult(Lease lease, Result result) {
    return result.withBody(
        leave(resultKey(lease.jobId(), lease.fence()), result.body(), resultBytesMax));
  }

  /**
   * The bytes of a body, from wherever they are; empty when the store has them no longer.
   *
   * @throws UnavailableException if the store gave no answer
   */
  public Optional<Bytes> collect(Body body) {
    return switch (body) {
      case Body.Inline inline -> Optional.of(inline.bytes());
      case Body.Stored stored -> blobs.flatMap(store -> store.get(stored));
    };
  }

  /** Removes what was left behind, if anything was. */
  public void drop(Body body) {
    if (body instanceof Body.Stored stored) {
      blobs.ifPresent(store -> store.delete(stored.key()));
    }
  }

  /**
   * Removes the payload that was left behind for a job, if any was: for one that ended before a
   * worker saw its message.
   */
  public void dropPayload(UUID job) {
    blobs.ifPresent(store -> store.delete(payloadKey(job)));
  }

  /** Whose body is under {@code key}; empty: it was not left here by this class. */
  public static Optional<Owner> ownerOf(String key) {
    var parts = KEY.matcher(key);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var job = UUID.fromString(parts.group(2));
    return Optional.of(
        parts.group(1).equals("payload") ? new Owner.Payload(job) : new Owner.Result(job));
  }

  private Body leave(String key, Body body, long bytesMax) {
    if (!(body instanceof Body.Inline inline) || inline.length() <= bytesMax) {
      return body;
    }
    var store =
        blobs.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a body of "
                        + inline.length()
                        + " bytes exceeds the engine's "
                        + bytesMax
                        + " and there is no blob store"));
    store.put(key, inline.bytes());
    return new Body.Stored(key, inline.length());
  }

  private static String payloadKey(UUID job) {
    return "payload/" + job;
  }

  private static String resultKey(UUID job, long fence) {
    return "result/" + job + "/" + fence;
  }
}
