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
  record DeadLetter(Message message, String reason, Instant deadAt, int attempts) {}

  /**
   * A page of dead letters, by id.
   *
   * @param after only those with a greater id; empty: from the first
   * @param limit how many at most; 1 to 1,000
   */
  List<DeadLetter> list(Optional<UUID> after, int limit);

  /** The dead letter of this id. */
  Optional<DeadLetter> find(UUID id);

  /**
   * Runs it again as a job of its own: in one step the dead letter goes and {@code job} with {@code
   * message} waits. A dead letter can be redriven once, however often this is called.
   *
   * @return whether it was there
   */
  boolean redrive(UUID id, Job job, Message message);

  /** Removes it; says whether it was there. */
  boolean purge(UUID id);

  /**
   * Removes those that died before {@code before}, {@code limit} at most, which may be thousands:
   * other callers must not wait long for it; says how many.
   */
  int purgeBefore(Instant before, int limit);

  /** How many there are. May be an estimate. */
  long count();
}
