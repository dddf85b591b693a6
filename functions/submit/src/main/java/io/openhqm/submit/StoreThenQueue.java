package io.openhqm.submit;

import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The intake where jobs and messages live in two engines: first the job, then its message. A
 * message that cannot be sent takes its job along, so that the client, who gets no 202, may try
 * again.
 *
 * <ol>
 *   <li>The payload goes to the blob store, where it is too big to travel.
 *   <li>The job is created; with its message, where the queue cannot hold that until it is due.
 *   <li>The message is sent.
 * </ol>
 *
 * <p>A process that dies between the second step and the third leaves a job that nobody works on
 * and that nobody was told of. When the client comes again with the same idempotency key, its
 * message is sent before it is told anything.
 */
public final class StoreThenQueue implements Intake {
  private final JobStore store;
  private final RequestQueue queue;
  private final ClaimCheck claimCheck;
  private final Telemetry telemetry;

  /** Closes nothing of what it is given. */
  public StoreThenQueue(
      JobStore store, RequestQueue queue, ClaimCheck claimCheck, Telemetry telemetry) {
    this.store = store;
    this.queue = queue;
    this.claimCheck = claimCheck;
    this.telemetry = telemetry;
  }

  @Override
  public Creation accept(Job job, Message message, Instant notBefore) {
    var light = claimCheck.leavePayload(message);
    var found = created(job, light, notBefore);
    if (found instanceof Creation.Exists exists) {
      if (!exists.job().id().equals(job.id())) {
        claimCheck.drop(light.payload());
      }
      sendAgainIfForgotten(exists.job(), job, message);
    } else if (!isHeld(job, light, notBefore)) {
      sendOrUndo(job, light, notBefore);
    }
    return found;
  }

  private Creation created(Job job, Message light, Instant notBefore) {
    try {
      return store.create(
          job, isHeld(job, light, notBefore) ? Optional.of(light) : Optional.empty());
    } catch (UnavailableException down) {
      undo(job, light);
      throw down;
    }
  }

  private void sendOrUndo(Job job, Message light, Instant notBefore) {
    try {
      send(light, notBefore);
    } catch (UnavailableException down) {
      undo(job, light);
      throw down;
    }
  }

  /**
   * Takes the job back. Where that cannot be known to have worked, the payload stays, as the job
   * may still run; a worker that took the message before its job was gone goes on with it. One with
   * an idempotency key stays: another submission of that key may have been answered with it by now,
   * and the client's next one finds it.
   */
  private void undo(Job job, Message light) {
    if (job.idempotency().isPresent()) {
      return;
    }
    try {
      store.discard(light.id());
      if (store.find(light.id()).isEmpty()) {
        claimCheck.drop(light.payload());
      }
    } catch (UnavailableException stillDown) {
      telemetry.trouble(
          "a job whose submission was refused may be left over, and is never worked on", stillDown);
    }
  }

  /**
   * Sends the message of a job that waits for its first attempt: the submission before may have
   * died before it did.
   */
  private void sendAgainIfForgotten(Job existing, Job wanted, Message message) {
    boolean same =
        existing.idempotency().isPresent() && existing.idempotency().equals(wanted.idempotency());
    if (same && existing.attempts() == 0 && existing.state() instanceof Job.State.Pending pending) {
      if (!isHeld(existing, message, pending.notBefore())) {
        send(
            claimCheck.leavePayload(as(existing.id(), existing.submittedAt(), message)),
            pending.notBefore());
      }
    }
  }

  /** No later than the queue can: a worker sends it back that comes too early. */
  private void send(Message light, Instant notBefore) {
    var delay = Duration.between(light.submittedAt(), notBefore);
    queue.send(light, light.submittedAt().plus(queue.features().atMost(delay)));
  }

  /** Follows from job and message alone, so that a repetition decides as the first did. */
  private boolean isHeld(Job job, Message message, Instant notBefore) {
    return !queue.features().keeps(message, Duration.between(job.submittedAt(), notBefore));
  }

  private static Message as(UUID id, Instant submittedAt, Message message) {
    return new Message(
        id,
        message.payload(),
        message.headers(),
        message.metadata(),
        submittedAt,
        message.traceparent());
  }
}
