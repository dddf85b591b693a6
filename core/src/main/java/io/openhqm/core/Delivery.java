package io.openhqm.core;

import java.time.Duration;

/**
 * One handing-over of a message to a worker. Settle it once; an unsettled delivery comes again when
 * its time is over.
 */
public interface Delivery {
  /** The message. */
  Message message();

  /**
   * Whether the message came in our own envelope, so that a job was recorded for it; a foreign one
   * was put on the queue by another program and gets its job from the worker.
   */
  default boolean isForeign() {
    return false;
  }

  /**
   * How often the queue has handed the message out, this time included, at least 1; 1 where the
   * queue does not count.
   */
  default int receives() {
    return 1;
  }

  /**
   * Keeps the message from being handed to another worker for {@code duration} from now.
   *
   * @throws UnavailableException if the queue gave no answer
   */
  void extend(Duration duration);

  /**
   * Tells the queue what became of it. A second call has no effect, nor has one that comes after
   * the message was delivered again.
   *
   * @throws IllegalArgumentException if {@link Outcome.RetryAfter} asks for a longer delay than the
   *     queue can hold; the delivery is not settled
   * @throws UnavailableException if the queue gave no answer; the message may be delivered again
   */
  void settle(Outcome outcome);

  /**
   * Gives the message back, to wait in {@code lane} from now on instead of its own ({@link
   * Metadata#lane()}), where it keeps its place by priority and age. A queue that does not declare
   * {@link QueueFeatures#lanes()}, or has seen very many, hands it over again after {@code
   * otherwise}. Settles the delivery.
   *
   * @throws UnavailableException as {@link #settle}
   */
  default void moveTo(String lane, Duration otherwise) {
    settle(new Outcome.RetryAfter(otherwise));
  }
}
