package io.openhqm.worker;

import io.openhqm.core.Claim;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Outcome;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Closes the jobs of messages that a queue gave up on by itself: it handed them out again and again
 * and never heard what became of them. Nobody else would bring such a job to its end. Safe for use
 * by many threads.
 */
public final class GivenUp {
  /**
   * @param lease how long a job is held while it is closed
   * @param ttl how long a job that was closed can be read
   */
  public record Settings(Duration lease, Duration ttl) {}

  /**
   * @param queue what the queue can do that holds what was given up
   * @param responses where jobs that end here are announced, if the store does not do so itself
   */
  public record Ports(
      JobStore store,
      QueueFeatures queue,
      Optional<ResponseQueue> responses,
      Telemetry telemetry,
      InstantSource clock) {}

  private final Settings settings;
  private final JobStore store;
  private final QueueFeatures queue;
  private final Optional<ResponseQueue> responses;
  private final Telemetry telemetry;
  private final InstantSource clock;

  /** Closes nothing of what it is given. */
  public GivenUp(Settings settings, Ports ports) {
    this.settings = settings;
    this.store = ports.store();
    this.queue = ports.queue();
    this.responses = ports.responses();
    this.telemetry = ports.telemetry();
    this.clock = ports.clock();
  }

  /**
   * Closes the job of {@code delivery}, unless it has ended, and says what to do with the message;
   * the caller settles it. One whose job somebody holds comes again. Never throws for what an
   * engine does.
   *
   * @param receives how often the queue handed it out
   */
  public Outcome close(Delivery delivery, int receives) {
    try {
      return switch (store.claim(delivery.message().id(), settings.lease())) {
        case Claim.Granted granted -> end(granted, receives);
        case Claim.Held held -> retryAfter(held.until());
        case Claim.NotDue notDue -> retryAfter(notDue.notBefore());
        case Claim.Finished finished -> finished(finished.job());
        case Claim.Unknown unknown -> unknown(delivery, receives);
      };
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("a message that was given up waits: an engine gave no answer", noAnswer);
      return new Outcome.RetryAfter(queue.retryAtMost(noAnswer.retryAfter()));
    }
  }

  /**
   * No worker came as far as to record a job for the message of another program. The submission of
   * one of ours was taken back, or it ended and has been forgotten.
   */
  private Outcome unknown(Delivery delivery, int receives) {
    if (!delivery.isForeign()) {
      return new Outcome.Done();
    }
    telemetry.deadLettered(delivery.message().id(), "given_up", "given_up");
    return new Outcome.DeadLetter(gaveUp(receives));
  }

  private Outcome end(Claim.Granted granted, int receives) {
    var job = granted.job();
    boolean cancelled =
        job.state() instanceof Job.State.Processing processing && processing.cancelRequested();
    Ending ending = cancelled ? new Ending.Cancelled() : new Ending.Failed(gaveUp(receives));
    if (!store.complete(granted.lease(), ending, settings.ttl())) {
      return retryAfter(clock.instant().plus(settings.lease()));
    }
    var since = Duration.between(job.submittedAt(), clock.instant());
    telemetry.jobEnded(job.id(), "given_up", ending.status(), since);
    if (responses.isPresent()) {
      store.find(job.id()).ifPresent(this::announce);
    }
    if (cancelled) {
      return new Outcome.Done();
    }
    telemetry.deadLettered(job.id(), "given_up", "given_up");
    return new Outcome.DeadLetter(gaveUp(receives));
  }

  /** Whoever ended it may have died before it was announced. */
  private Outcome finished(Job job) {
    announce(job);
    if (job.state() instanceof Job.State.Ended ended) {
      if (ended.ending() instanceof Ending.Failed failed) {
        return new Outcome.DeadLetter(failed.error());
      } else if (ended.ending() instanceof Ending.TimedOut timedOut) {
        return new Outcome.DeadLetter(timedOut.error());
      }
    }
    return new Outcome.Done();
  }

  private void announce(Job job) {
    responses.ifPresent(where -> where.announce(job));
  }

  private Outcome retryAfter(Instant time) {
    return new Outcome.RetryAfter(queue.retryAtMost(Duration.between(clock.instant(), time)));
  }

  private static String gaveUp(int receives) {
    return "the queue gave up after "
        + receives
        + " receives of which no worker said what became of it: it died, ran out of time or was not"
        + " let run; look at its log, memory and limits, then redrive the dead letter";
  }
}
