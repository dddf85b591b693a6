package io.openhqm.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where jobs are recorded. Every write is conditional on what it expects to find, so that two
 * writers never undo each other, and a job that is terminal never changes again. When a method that
 * writes returns, what it wrote survives the loss of this process, unless it says otherwise. Safe
 * for use by many threads; calls block, as suits virtual threads.
 *
 * <p>Every method may throw {@link UnavailableException} when the store gave no answer: the write
 * may or may not have happened. After {@link #close} every method throws it. Times are kept to the
 * millisecond at least.
 */
public interface JobStore extends AutoCloseable {
  /** What {@link #create} found. */
  sealed interface Creation {
    /** It is recorded. */
    record Created() implements Creation {}

    /**
     * A job of the same id or idempotency key, not expired, is there already; nothing was written.
     */
    record Exists(Job job) implements Creation {}
  }

  /** What {@link #extend} found. */
  enum Extension {
    /** The lease goes on. */
    EXTENDED,
    /**
     * The lease goes on, but the client asked to cancel: stop, and complete with {@link
     * Ending.Cancelled}.
     */
    CANCEL_REQUESTED,
    /** Somebody else has the job now, or it is terminal: stop, write nothing. */
    LOST
  }

  /** What {@link #cancel} did or found. */
  sealed interface Cancellation {
    /** It waited, and is cancelled now. */
    record Cancelled(Job job) implements Cancellation {}

    /** A worker is at it and was asked to stop. */
    record Requested(Job job) implements Cancellation {}

    /** It is terminal already, perhaps cancelled. */
    record Finished(Job job) implements Cancellation {}

    /** No such job. */
    record Unknown() implements Cancellation {}
  }

  /**
   * A job that has waited longer than it should.
   *
   * @param job as it is: {@code PROCESSING} with a lease that ended, or {@code PENDING} and due
   *     with its message held here
   * @param message its message, where this store holds it or has it at hand
   */
  record Overdue(Job job, Optional<Message> message) {}

  /**
   * The largest result body that it records with a job, in bytes; a larger one goes to the {@link
   * BlobStore}. Constant.
   */
  long maxResultBytes();

  /**
   * Records {@code job} unless one of its id or its idempotency key is there: one conditional
   * write.
   *
   * @param job {@code PENDING}
   * @param held its message, when no queue can hold it until it is due: then {@link #overdue} hands
   *     it out when it is
   */
  Creation create(Job job, Optional<Message> held);

  /**
   * Removes a job that waits and that no attempt was made of, its idempotency key too: its message
   * could not be sent. Any other job stays as it is.
   */
  void discard(UUID id);

  /**
   * The job, and whether it is expired is for the caller to ask: a store may remove an expired one
   * late.
   */
  Optional<Job> find(UUID id);

  /** The job that has this idempotency key, unless it is expired. */
  Optional<Job> findByKey(String key);

  /**
   * The job as soon as it is terminal, or as it is when {@code atMost} is over; a job that is not
   * known is not waited for. Waits in elapsed time, not by the injected clock.
   *
   * @throws InterruptedException if the thread was interrupted
   */
  Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException;

  /**
   * Takes the job for one attempt, if it is due and nobody holds it; a lease that ended holds
   * nobody off. The fence is greater than that of any claim of this job before. Where the client
   * had asked the worker before to stop, the claim still shows it: complete with {@link
   * Ending.Cancelled}. The number of attempts survives the loss of this process at the latest when
   * the job's next write does.
   *
   * @param lease how long the lease is
   */
  Claim claim(UUID id, Duration lease);

  /**
   * Makes the lease end {@code duration} from now. A lease that ended goes on if nobody else has
   * claimed the job.
   */
  Extension extend(Lease lease, Duration duration);

  /**
   * Ends the job: status and result in one step. A message held here goes. A client's wish to
   * cancel does not stand in the way: an answer that is there is kept.
   *
   * @param ttl how long the job can be read from now on
   * @return false if the lease is not the job's newest or was given back by {@link #release}, or
   *     the job is terminal: nothing was written. A lease whose time is over still counts if nobody
   *     else has claimed the job
   */
  boolean complete(Lease lease, Ending ending, Duration ttl);

  /**
   * Gives the job back to wait for another attempt.
   *
   * @param notBefore when that may begin
   * @param error why this one failed; empty: it was not used up (a shutdown, say), and is not
   *     counted
   * @param held its message, when no queue can hold it until then; takes the place of one held
   *     before. Empty: one held before stays until it is {@link #handedOver}, as the delivery that
   *     was worked on may have been a copy of it
   * @return as in {@link #complete}; also false if the client asked to cancel the job: then {@link
   *     #extend} says so, and {@link #complete} with {@link Ending.Cancelled} is what remains to do
   */
  boolean release(Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held);

  /**
   * Cancels the job if it waits; asks its worker to stop if it is {@code PROCESSING}, even when the
   * lease ended: whoever claims it next is told. A message held here goes with a job that is
   * cancelled now, and so does the one on the queue where that is the same engine.
   *
   * @param ttl how long a job that is cancelled now can be read
   */
  Cancellation cancel(UUID id, Duration ttl);

  /**
   * Jobs that are {@link Overdue}, {@code limit} at most, those that have been overdue longest
   * first.
   */
  List<Overdue> overdue(int limit);

  /**
   * The message of an overdue job was sent: the store need not hold it any longer. No effect on a
   * job that is not known or has none held, nor on one that waits for another time than {@code
   * due}: a worker that was quick has given it back meanwhile, and what is held now was not sent.
   *
   * @param due when the job was due that {@link #overdue} handed out
   */
  void handedOver(UUID id, Instant due);

  /**
   * Removes jobs that expired some time ago, {@code limit} at most, which may be thousands: other
   * callers must not wait long for it; says how many. An engine that forgets expired jobs by itself
   * has none to remove. Bodies that are kept in a {@link BlobStore} are not its concern: the sweep
   * finds that their job is gone.
   */
  int purgeExpired(int limit);

  @Override
  void close();
}
