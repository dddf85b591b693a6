package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * What a queue can do; the core makes up the difference.
 *
 * @param ordering messages of one session are delivered one after the other, in order
 * @param priorities a message of higher priority is delivered first
 * @param lanes a receiver can name lanes ({@link Metadata#lane()}) of which it wants nothing now,
 *     and messages of other lanes are found behind any number of theirs
 * @param maxDelay the longest delay with which a message can be sent; empty: any. Zero: none
 * @param maxRetryDelay the longest delay after which a delivery can be had again; empty: any. Some
 *     queues hold a message that was delivered much longer than one that is sent
 * @param maxMessageBytes the largest payload that it carries, in bytes
 * @param retention the longest that it keeps a message that nobody takes; empty: for ever
 */
public record QueueFeatures(
    boolean ordering,
    boolean priorities,
    boolean lanes,
    Optional<Duration> maxDelay,
    Optional<Duration> maxRetryDelay,
    long maxMessageBytes,
    Optional<Duration> retention) {
  /** A weekend without workers. */
  private static final Duration TIME_FOR_WORK = Duration.ofDays(3);

  public QueueFeatures {
    requireNonNull(maxDelay, "maxDelay");
    requireNonNull(maxRetryDelay, "maxRetryDelay");
    requireNonNull(retention, "retention");
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException("maxMessageBytes must be >= 1 but is " + maxMessageBytes);
    }
  }

  /** A queue that does not tell lanes apart and forgets no message. */
  public QueueFeatures(
      boolean ordering,
      boolean priorities,
      Optional<Duration> maxDelay,
      Optional<Duration> maxRetryDelay,
      long maxMessageBytes) {
    this(ordering, priorities, false, maxDelay, maxRetryDelay, maxMessageBytes, Optional.empty());
  }

  /** A queue that holds a message as long when it is sent as when it is to be had again. */
  public QueueFeatures(
      boolean ordering, boolean priorities, Optional<Duration> maxDelay, long maxMessageBytes) {
    this(ordering, priorities, maxDelay, maxDelay, maxMessageBytes);
  }

  /** The same of a queue that tells lanes apart. */
  public QueueFeatures withLanes() {
    return new QueueFeatures(
        ordering, priorities, true, maxDelay, maxRetryDelay, maxMessageBytes, retention);
  }

  /** The same of a queue that forgets a message that nobody took for so long. */
  public QueueFeatures withRetention(Duration retention) {
    return new QueueFeatures(
        ordering,
        priorities,
        lanes,
        maxDelay,
        maxRetryDelay,
        maxMessageBytes,
        Optional.of(retention));
  }

  /** Whether a message can be sent to come after {@code delay}. */
  public boolean canDelay(Duration delay) {
    return isWithin(maxDelay, delay);
  }

  /** Whether a delivery can come again after {@code delay}. */
  public boolean canRetryAfter(Duration delay) {
    return isWithin(maxRetryDelay, delay);
  }

  /**
   * Whether {@code message} can be sent now to wait on the queue for {@code delay}. One of a
   * session is where the queue keeps order, however long it has to wait: elsewhere it would lose
   * its place. It then comes early, as often as it takes, and is sent back for the rest.
   */
  public boolean keeps(Message message, Duration delay) {
    return canDelay(delay) || staysInOrder(message);
  }

  /** As {@link #keeps}, for a message that was delivered and shall come again. */
  public boolean keepsForRetry(Message message, Duration delay) {
    return canRetryAfter(delay) || staysInOrder(message);
  }

  /**
   * The longest delay of a job of a session. Where the queue keeps order it waits on it for that
   * long already ({@link #keeps}), and when it is due, it needs time for its session's earlier jobs
   * and for workers that are away, before the queue forgets it. Empty: as long as one likes.
   */
  public Optional<Duration> sessionDelayMax() {
    return retention.filter(kept -> ordering).map(QueueFeatures::lessTimeForWork);
  }

  private static Duration lessTimeForWork(Duration kept) {
    var left = kept.minus(TIME_FOR_WORK);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** {@code delay}, or the longest to send with if that is less; never negative. */
  public Duration atMost(Duration delay) {
    return least(maxDelay, delay);
  }

  /** {@code delay}, or the longest to come again after if that is less; never negative. */
  public Duration retryAtMost(Duration delay) {
    return least(maxRetryDelay, delay);
  }

  private boolean staysInOrder(Message message) {
    return ordering
        && message.metadata().sessionId().isPresent()
        && !maxRetryDelay.equals(Optional.of(Duration.ZERO));
  }

  private static boolean isWithin(Optional<Duration> most, Duration delay) {
    return most.isEmpty() || delay.compareTo(most.get()) <= 0;
  }

  private static Duration least(Optional<Duration> most, Duration delay) {
    var wanted = delay.isNegative() ? Duration.ZERO : delay;
    return isWithin(most, wanted) ? wanted : most.orElse(wanted);
  }
}
