package io.openhqm.core;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Messages that no worker will be given again, with the reason. They stay until they are redriven,
 * purged, or too old. A payload that is kept in a {@link BlobStore} is not their concern.
 */
public interface DeadLetters {
  /**
   * @param message what was given up
   * @param reason why, in words that a user can act on
   * @param deadAt when
   * @param attempts how many attempts were made
   */
  record DeadLetter(Message message, String reason, Instant deadAt, int attempts) {
    /** What a list shows of it. */
    public Summary summary() {
      return new Summary(
          message.id(),
          message.metadata().endpoint(),
          message.submittedAt(),
          message.payload().length(),
          reason,
          deadAt,
          attempts);
    }
  }

  /**
   * A dead letter without its message: a page of those may be larger than the memory.
   *
   * @param id the message's
   * @param endpoint the endpoint that the message names
   * @param submittedAt when the message was accepted
   * @param payloadBytes how long its payload is, wherever that is kept
   * @param reason why it was given up, in words that a user can act on
   * @param deadAt when
   * @param attempts how many attempts were made
   */
  record Summary(
      UUID id,
      Optional<String> endpoint,
      Instant submittedAt,
      long payloadBytes,
      String reason,
      Instant deadAt,
      int attempts) {}

  /**
   * A page of dead letters, by id. No more than one message need be in memory at a time for it.
   *
   * @param after only those with a greater id; empty: from the first
   * @param limit how many at most; 1 to 1,000
   */
  List<Summary> list(Optional<UUID> after, int limit);

  /**
   * The dead letter of this id.
   *
   * @return empty if there is none
   * @throws UnavailableException if that is not known, as others may have it at the moment
   */
  Optional<DeadLetter> find(UUID id);

  /**
   * Runs it again as a job of its own: in one step the dead letter goes and {@code job} with {@code
   * message} waits. A dead letter can be redriven once, however often this is called.
   *
   * @return whether it was there to be had; {@link #find} tells whether it is gone
   */
  boolean redrive(UUID id, Job job, Message message);

  /** Removes it; says whether it was there to be had, as above. */
  boolean purge(UUID id);

  /**
   * Removes those that died before {@code before}, {@code limit} at most, which may be thousands:
   * other callers must not wait long for it; says how many.
   */
  int purgeBefore(Instant before, int limit);

  /** How many there are. May be an estimate. */
  long count();
}
