package io.openhqm.core;

import java.time.Instant;

/**
 * Takes a submission in: its job is recorded and its message waits on the queue, or neither. An
 * engine that is both store and queue does it in one atomic write.
 */
public interface Intake {
  /**
   * When this returns {@link JobStore.Creation.Created}, the job and its message survive the loss
   * of this process.
   *
   * @param job {@code PENDING}
   * @param message of the same id
   * @param notBefore when it is due; a time that has passed means at once
   * @throws UnavailableException if it could not be stored: the client must not be told that it was
   *     accepted
   */
  JobStore.Creation accept(Job job, Message message, Instant notBefore);
}
