package io.openhqm.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/**
 * Where accepted messages wait for a worker. Safe for use by many threads; calls block, as suits
 * virtual threads. Delivery is at least once: a message may be delivered again until it is settled.
 * After {@link #close} every method throws {@link UnavailableException}.
 *
 * <p>Where {@link QueueFeatures#ordering()} is declared, messages of one session are delivered one
 * after the other in the order in which they were sent: the next one only after the one before was
 * settled with {@link Outcome.Done} or {@link Outcome.DeadLetter}. One that is delayed, retried or
 * held by a worker holds up those behind it, whatever their priority, and nobody else.
 */
public interface RequestQueue extends AutoCloseable {
  /** What this queue can do. Constant. */
  QueueFeatures features();

  /**
   * Stores {@code message}; when this returns, it survives the loss of this process. Sending a
   * message whose id still waits here, or is held by a worker, stores nothing new.
   *
   * @param notBefore it is not delivered earlier; a time that has passed means at once
   * @throws UnavailableException if it could not be stored, or if that is not known
   * @throws IllegalArgumentException if it is larger, or to be delayed longer, than {@link
   *     #features()} says
   */
  void send(Message message, Instant notBefore);

  /**
   * Stores each of {@code messages} as {@link #send} does, in fewer steps where the product takes
   * many at once. One that is not stored holds up no other, except, where order is kept, those of
   * its session behind it, which are not stored either.
   *
   * @return those that were not stored, or of which that is not known
   */
  default List<NotSent> sendAll(List<Message> messages, Instant notBefore) {
    var notSent = new ArrayList<NotSent>();
    var stopped = new HashMap<String, RuntimeException>();
    for (var message : messages) {
      var session = message.metadata().sessionId().filter(any -> features().ordering());
      try {
        var before = session.map(stopped::get);
        if (before.isPresent()) {
          throw before.get();
        }
        send(message, notBefore);
      } catch (RuntimeException failure) {
        notSent.add(new NotSent(message, failure));
        session.ifPresent(stuck -> stopped.put(stuck, failure));
      }
    }
    return notSent;
  }

  /**
   * @param why what {@link #send} would have thrown, for it or for one before it of its session
   */
  record NotSent(Message message, RuntimeException why) {}

  /**
   * Takes messages that are due, highest priority first, then oldest first. Each is kept from other
   * receivers until it is settled or {@code visibility} is over.
   *
   * @param max how many at most; 1 or more
   * @param visibility how long they are kept from others; {@link Delivery#extend} makes it longer
   * @param wait how long to wait for the first one, in elapsed time, not by the injected clock;
   *     zero: not at all
   * @return empty when the time was over
   * @throws UnavailableException if the queue gave no answer
   * @throws InterruptedException if the thread was interrupted; nothing was taken
   */
  List<Delivery> receive(int max, Duration visibility, Duration wait) throws InterruptedException;

  /**
   * As {@link #receive(int, Duration, Duration)}, but passes over what waits in full lanes, however
   * much that is. A queue that does not declare {@link QueueFeatures#lanes()} hands it over like
   * anything else; one that has seen very many lanes may do so too.
   *
   * @param full lanes ({@link Metadata#lane()}) of which nothing is wanted now
   */
  default List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
      throws InterruptedException {
    return receive(max, visibility, wait);
  }

  /**
   * Extends each of {@code deliveries}, which are this queue's, as {@link Delivery#extend} does, in
   * fewer steps where the product takes many at once: a worker keeps up to 1,000 that wait for a
   * backend, and tells so three times while they would be kept.
   *
   * @throws UnavailableException if the queue gave no answer, to all or to some; those that are
   *     left come again when their time is over
   */
  default void extendAll(List<Delivery> deliveries, Duration duration) {
    deliveries.forEach(delivery -> delivery.extend(duration));
  }

  /** The messages that were given up. */
  DeadLetters deadLetters();

  /**
   * How many messages wait or are held by workers, dead letters not counted, and since when the
   * oldest waits. May be an estimate.
   */
  Depth depth();

  /**
   * @param messages how many; 0 or more
   * @param oldest when the oldest that is due was submitted; empty where none is
   */
  record Depth(long messages, java.util.Optional<Instant> oldest) {}

  @Override
  void close();
}
