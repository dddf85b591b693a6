package io.openhqm.worker;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Works on one delivery: claims its job under a lease, has it processed, records what came of it,
 * and says what the queue shall do with the message. Safe for use by many threads; calls block, as
 * suits virtual threads.
 */
public final class Worker {
  private static final int RECORD_TRIES = 5;
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);

  /** So that a queue that gives a message up after so many receives outlasts a long outage. */
  private static final Duration OUTAGE_PAUSE_MAX = Duration.ofMinutes(2);

  /**
   * @param lease how long a claim holds without a heartbeat
   * @param ttl how long an ended job can be read
   * @param settleMargin what is kept of an invocation's time to record the result
   * @param retryAfterMax the longest that a backend's {@code Retry-After} is obeyed
   */
  public record Settings(
      Duration lease, Duration ttl, Duration settleMargin, Duration retryAfterMax) {
    /** Usual values: 30 s, 1 h, 2 s, 1 h. */
    public static Settings defaults() {
      return new Settings(
          Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofSeconds(2), Duration.ofHours(1));
    }
  }

  /** Waits; given in, so that a test need not. */
  @FunctionalInterface
  public interface Pause {
    /** Returns when {@code duration} is over. */
    void pause(Duration duration) throws InterruptedException;
  }

  /**
   * @param queue what the queue can do that deliveries come from
   * @param attempts where running attempts are noted; somebody must call {@link Attempts#beat}
   * @param answers where the processor has the memory for large answers from, if it has any
   * @param responses where ended jobs are announced, if they are
   * @param pause between tries to record a result
   */
  public record Ports(
      JobStore store,
      QueueFeatures queue,
      ClaimCheck claimCheck,
      EndpointResolver resolver,
      Processor processor,
      Attempts attempts,
      AnswerMemory answers,
      Optional<ResponseQueue> responses,
      Telemetry telemetry,
      InstantSource clock,
      RandomGenerator random,
      Pause pause) {
    public Ports {
      requireNonNull(store, "store");
      requireNonNull(queue, "queue");
      requireNonNull(processor, "processor");
    }
  }

  private final Settings settings;
  private final Ports ports;
  private final Backoff backoff;

  /** A worker over these ports. */
  public Worker(Settings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.backoff = new Backoff(ports.random(), settings.retryAfterMax());
  }

  /**
   * What is known of a delivery before its job is claimed.
   *
   * @param known where its message goes, if that was found out already
   * @param until when the delivery must be dealt with
   * @param isWhole whether this is all the time that an invocation has, so that what is cut short
   *     by its end would not fare better in another one
   */
  record Invocation(Optional<Resolution> known, Deadline until, boolean isWhole) {
    Invocation(Deadline until, boolean isWhole) {
      this(Optional.empty(), until, isWhole);
    }
  }

  /**
   * How long one attempt may take.
   *
   * @param allowed until then it is stopped
   * @param isCutShort whether that is less than its route gives it
   * @param isWorthAnother whether it is cut short and another invocation would give it more
   */
  private record AttemptTime(Duration allowed, boolean isCutShort, boolean isWorthAnother) {
    static AttemptTime of(Duration timeout, Duration usable, Invocation invocation) {
      boolean cutShort = usable.compareTo(timeout) < 0;
      return new AttemptTime(
          cutShort ? usable : timeout, cutShort, cutShort && !invocation.isWhole());
    }
  }

  /** What is true during one attempt. */
  private record Work(
      Delivery delivery, Lease lease, Job job, Route route, Instant startedAt, Deadline until) {
    Message message() {
      return delivery.message();
    }
  }

  EndpointResolver resolver() {
    return ports.resolver();
  }

  /** How an attempt came out. */
  private sealed interface Verdict {
    record End(Ending ending, String reason) implements Verdict {}

    record Again(Duration pause, String error) implements Verdict {}

    /** Not used up: given back as it was. */
    record GiveBack(Duration pause) implements Verdict {}

    /** Somebody else has the job. */
    record Lost() implements Verdict {}
  }

  /**
   * Works on {@code delivery} and says what to do with its message; the caller settles it. Never
   * throws for what a backend, a processor or an engine does.
   *
   * @param invocation until when this must return; the attempt's own deadline is read by its clock
   */
  public Outcome deliver(Delivery delivery, Deadline invocation) {
    return deliver(delivery, new Invocation(invocation, true));
  }

  /** As above. */
  Outcome deliver(Delivery delivery, Invocation invocation) {
    try {
      if (delivery.isForeign()) {
        recordForeign(delivery.message());
      }
      return decide(delivery, invocation);
    } catch (UnavailableException noAnswer) {
      ports.telemetry().trouble("a delivery was given back: the store gave no answer", noAnswer);
      return retryAfter(longer(noAnswer.retryAfter(), delivery.receives()));
    } finally {
      ports.answers().giveBack();
    }
  }

  /** {@code pause}, doubled each time that the message came before, up to two minutes. */
  private static Duration longer(Duration pause, int receives) {
    var most = pause.compareTo(OUTAGE_PAUSE_MAX) > 0 ? pause : OUTAGE_PAUSE_MAX;
    var longer = pause.multipliedBy(1L << Math.min(receives - 1, 7));
    return longer.compareTo(most) > 0 ? most : longer;
  }

  /** Whether an attempt that begins now has any time. */
  boolean hasTime(Deadline invocation) {
    return usable(invocation).isPositive();
  }

  private Duration usable(Deadline invocation) {
    return invocation.remaining().minus(settings.settleMargin());
  }

  private void recordForeign(Message message) {
    var now = ports.clock().instant();
    var job = Job.pending(message.id(), message.submittedAt(), now, Optional.empty());
    if (ports.store().create(job, Optional.empty()) instanceof JobStore.Creation.Created) {
      telemetry(message).accepted(message.id(), "foreign");
    }
  }

  private Outcome decide(Delivery delivery, Invocation invocation) {
    var id = delivery.message().id();
    return switch (ports.store().claim(id, settings.lease())) {
      case Claim.Granted granted -> work(delivery, granted, invocation);
      case Claim.Held held -> retryAfter(until(held.until()));
      case Claim.NotDue notDue -> retryAfter(until(notDue.notBefore()));
      case Claim.Finished finished -> finished(delivery, finished.job());
      // Its submission was answered 503 and taken back, or it ended and has been forgotten.
      case Claim.Unknown unknown -> new Outcome.Done();
    };
  }

  /** The worker before may have died between the record of the end and what follows from it. */
  private Outcome finished(Delivery delivery, Job job) {
    announce(job);
    if (job.state() instanceof Job.State.Ended ended) {
      if (ended.ending() instanceof Ending.Failed failed) {
        return new Outcome.DeadLetter(failed.error());
      } else if (ended.ending() instanceof Ending.TimedOut timedOut) {
        return new Outcome.DeadLetter(timedOut.error());
      }
    }
    ports.claimCheck().drop(delivery.message().payload());
    return new Outcome.Done();
  }

  private Outcome work(Delivery delivery, Claim.Granted granted, Invocation invocation) {
    var job = granted.job();
    Optional<Bytes> payload;
    try {
      payload = ports.claimCheck().collect(delivery.message().payload());
    } catch (UnavailableException noAnswer) {
      // The claim would hold until its lease is over, and count as an attempt that nobody made.
      ports.telemetry().trouble("a job was given back: its payload cannot be fetched", noAnswer);
      var later = longer(noAnswer.retryAfter(), delivery.receives());
      return settle(unroutable(delivery, granted, invocation), new Verdict.GiveBack(later));
    }
    if (payload.isEmpty()) {
      String error = "the payload is no longer in the blob store; submit the request again";
      var gone = new Verdict.End(new Ending.Failed(error), "payload_missing");
      return settle(unroutable(delivery, granted, invocation), gone);
    }
    // Before the routing, which may look at the payload.
    var message = delivery.message().withPayload(Body.of(payload.get()));
    boolean wasSeen = delivery.message().payload() instanceof Body.Inline;
    var resolution =
        invocation
            .known()
            .filter(any -> wasSeen)
            .orElseGet(() -> ports.resolver().resolve(message));
    return switch (resolution) {
      case Resolution.Refused refused -> {
        var nowhere = unroutable(delivery, granted, invocation);
        yield settle(nowhere, new Verdict.End(new Ending.Failed(refused.detail()), "endpoint"));
      }
      case Resolution.Found found -> {
        var work =
            new Work(
                delivery,
                granted.lease(),
                job,
                found.route(),
                ports.clock().instant(),
                invocation.until());
        yield settle(work, verdict(work, message, invocation));
      }
    };
  }

  private Work unroutable(Delivery delivery, Claim.Granted granted, Invocation invocation) {
    var route =
        new Route(
            "unknown",
            Optional.empty(),
            "POST",
            settings.lease(),
            new io.openhqm.core.RetryPolicy(1, Duration.ZERO, Duration.ZERO, java.util.Set.of()));
    return new Work(
        delivery,
        granted.lease(),
        granted.job(),
        route,
        ports.clock().instant(),
        invocation.until());
  }

  /**
   * @param message with its payload, where that of the delivery may be a claim check
   */
  private Verdict verdict(Work work, Message message, Invocation invocation) {
    if (isCancelRequested(work.job())) {
      return new Verdict.End(new Ending.Cancelled(), "");
    }
    if (work.job().attempts() > work.route().retry().attemptsMax()) {
      return new Verdict.End(new Ending.Failed(workersDied(work)), "worker_died");
    }
    if (!hasTime(invocation.until())) {
      return new Verdict.GiveBack(Duration.ZERO);
    }
    if (isLeaseOver(work.job())) {
      // This process stood still since the claim; another worker may be at it by now.
      return new Verdict.Lost();
    }
    return attempt(work, message, invocation);
  }

  private Verdict attempt(Work work, Message message, Invocation invocation) {
    var time = AttemptTime.of(work.route().timeout(), usable(invocation.until()), invocation);
    // By the invocation's clock: one that does not jump as the time of day may.
    var deadline = Deadline.after(time.allowed(), invocation.until().clock());
    int number = work.job().attempts();
    telemetry(message).attemptStarted(message.id(), work.route().name(), number);
    try (var running = ports.attempts().begin(work.lease(), work.delivery(), deadline)) {
      Optional<Verdict> verdict;
      try {
        // What the route makes of it is for this attempt; the delivery's own message stays.
        var made = work.route().rewrite().applyTo(message);
        var result = ports.processor().process(new Attempt(made, number, deadline, work.route()));
        verdict = Optional.of(answered(result));
      } catch (RetryException again) {
        verdict =
            Optional.of(
                again.kind() == RetryException.Kind.TIMED_OUT && time.isCutShort()
                    ? outOfTime(work, time)
                    : again(work, again));
      } catch (PermanentException never) {
        verdict = Optional.of(new Verdict.End(new Ending.Failed(never.getMessage()), "permanent"));
      } catch (InterruptedException stopped) {
        verdict = Optional.empty();
      } catch (Throwable bug) {
        // Checked ones too: not every language asks a processor to declare them.
        if (bug instanceof VirtualMachineError broken && !(bug instanceof StackOverflowError)) {
          throw broken;
        }
        ports.telemetry().trouble("the processor of '" + work.route().name() + "' failed", bug);
        verdict = Optional.of(again(work, RetryException.noAnswer(broke(work, bug))));
      }
      running.end();
      boolean ended = verdict.filter(Verdict.End.class::isInstance).isPresent();
      var stop = running.stop();
      // An answer that is there is kept, whatever was asked for while it came.
      return ended && stop.filter(Attempts.Stop.LOST::equals).isEmpty()
              || stop.isEmpty() && verdict.isPresent()
          ? verdict.get()
          : stopped(work, stop, time);
    }
  }

  private Verdict stopped(Work work, Optional<Attempts.Stop> stop, AttemptTime time) {
    // A processor that was interrupted by itself or by its own code: as when the server stops.
    return switch (stop.orElse(Attempts.Stop.SHUTDOWN)) {
      case CANCELLED -> new Verdict.End(new Ending.Cancelled(), "");
      case LOST -> new Verdict.Lost();
      case SHUTDOWN -> new Verdict.GiveBack(Duration.ZERO);
      case TIMED_OUT -> outOfTime(work, time);
    };
  }

  private Verdict outOfTime(Work work, AttemptTime time) {
    if (time.isWorthAnother()) {
      return new Verdict.GiveBack(Duration.ZERO);
    }
    String error = "no answer within " + text(time.allowed());
    String leaves =
        ", which is what the time limit of the worker's function leaves of the timeout of "
            + text(work.route().timeout());
    return again(work, RetryException.timedOut(time.isCutShort() ? error + leaves : error));
  }

  private Verdict answered(Result result) {
    long length = result.body().length();
    if (!ports.claimCheck().admitsResult(length)) {
      String error =
          "the answer of "
              + length
              + " bytes is larger than the job store keeps, and there is no blob store; have the"
              + " backend answer with less";
      return new Verdict.End(new Ending.Failed(error), "result_too_large");
    }
    return new Verdict.End(new Ending.Completed(result), "");
  }

  /** After a failed attempt: another one, or the end. */
  private Verdict again(Work work, RetryException failure) {
    int number = work.job().attempts();
    var policy = work.route().retry();
    if (failure.kind() == RetryException.Kind.NOT_TRIED) {
      return new Verdict.GiveBack(failure.after().orElse(COME_AGAIN));
    }
    if (number < policy.attemptsMax()) {
      return new Verdict.Again(
          backoff.after(number, policy, failure.after()), failure.getMessage());
    }
    if (failure.answer().isPresent()) {
      return answered(failure.answer().get());
    }
    String error =
        failure.getMessage() + ", after " + attempts(number) + " at '" + work.route().name() + "'";
    return switch (failure.kind()) {
      case TIMED_OUT ->
          new Verdict.End(
              new Ending.TimedOut(error + "; give it more time or look at the backend"), "timeout");
      case NO_ANSWER, NOT_TRIED ->
          new Verdict.End(
              new Ending.Failed(error + "; check that the backend runs and answers at its URL"),
              "no_answer");
    };
  }

  private Outcome settle(Work work, Verdict verdict) {
    return switch (verdict) {
      case Verdict.End end -> end(work, end);
      case Verdict.Again again -> release(work, again.pause(), Optional.of(again.error()));
      case Verdict.GiveBack back -> release(work, back.pause(), Optional.empty());
      case Verdict.Lost lost -> {
        attemptEnded(work, "lost", "another worker has the job");
        yield retryAfter(settings.lease());
      }
    };
  }

  private Outcome end(Work work, Verdict.End end) {
    var lease = work.lease();
    Ending ending =
        end.ending() instanceof Ending.Completed completed
            ? insisted(
                work,
                () ->
                    new Ending.Completed(ports.claimCheck().leaveResult(lease, completed.result())))
            : end.ending();
    if (!insisted(work, () -> ports.store().complete(lease, ending, settings.ttl()))
        && !isRecorded(work, ending)) {
      if (ending instanceof Ending.Completed completed) {
        ports.claimCheck().drop(completed.result().body());
      }
      attemptEnded(work, "lost", "another worker has the job");
      return retryAfter(COME_AGAIN);
    }
    var status = ending.status();
    attemptEnded(work, status.name().toLowerCase(java.util.Locale.ROOT), describe(ending));
    telemetry(work.message())
        .jobEnded(
            work.message().id(), work.route().name(), status, since(work.job().submittedAt()));
    if (ports.responses().isPresent()) {
      ports.store().find(work.message().id()).ifPresent(this::announce);
    }
    return switch (ending) {
      case Ending.Completed completed -> {
        ports.claimCheck().drop(work.message().payload());
        yield new Outcome.Done();
      }
      case Ending.Cancelled cancelled -> {
        ports.claimCheck().drop(work.message().payload());
        yield new Outcome.Done();
      }
      // The payload stays: a redrive needs it.
      case Ending.Failed failed -> deadLetter(work, end.reason(), failed.error());
      case Ending.TimedOut timedOut -> deadLetter(work, end.reason(), timedOut.error());
    };
  }

  /**
   * Whether this very end is there: a store that gave no answer may have written it, and then
   * refuses to write it again. Its body must not be dropped.
   */
  private boolean isRecorded(Work work, Ending ending) {
    return ports
        .store()
        .find(work.message().id())
        .filter(
            job -> job.state() instanceof Job.State.Ended ended && ended.ending().equals(ending))
        .isPresent();
  }

  private Outcome deadLetter(Work work, String reason, String error) {
    telemetry(work.message()).deadLettered(work.message().id(), work.route().name(), reason);
    return new Outcome.DeadLetter(error);
  }

  /**
   * A result that is not recorded costs a second call of the backend, so a store that gives no
   * answer is asked again: a few times in any case, well within the lease, and then for as long as
   * the job stays ours, which on a full disk is until there is room.
   */
  private <T> T insisted(Work work, Supplier<T> step) {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.get();
      } catch (UnavailableException noAnswer) {
        if (attempt >= RECORD_TRIES && !isKept(work)) {
          throw noAnswer;
        }
        ports.telemetry().trouble("a result could not be recorded; trying again", noAnswer);
        pause(Duration.ofMillis(50L << Math.min(attempt, RECORD_TRIES - 1)));
      }
    }
  }

  /** Whether the job could be kept from others for another lease, and there is time for more. */
  private boolean isKept(Work work) {
    if (!hasTime(work.until()) || Thread.currentThread().isInterrupted()) {
      return false;
    }
    try {
      if (ports.store().extend(work.lease(), settings.lease()) == JobStore.Extension.LOST) {
        return false;
      }
      work.delivery().extend(settings.lease());
      return true;
    } catch (UnavailableException noAnswer) {
      return false;
    }
  }

  private void pause(Duration duration) {
    try {
      ports.pause().pause(duration);
    } catch (InterruptedException stopping) {
      // The result still has to be recorded; whoever stops us sees the flag afterwards.
      Thread.currentThread().interrupt();
    }
  }

  private Outcome release(Work work, Duration pause, Optional<String> error) {
    boolean stays = ports.queue().keepsForRetry(work.message(), pause);
    var notBefore = ports.clock().instant().plus(pause);
    var held = stays ? Optional.<Message>empty() : Optional.of(work.message());
    if (!ports.store().release(work.lease(), notBefore, error, held)) {
      return releaseRefused(work);
    }
    attemptEnded(
        work, error.isPresent() ? "retry" : "given_back", error.orElse("given back unused"));
    return stays ? retryAfter(pause) : new Outcome.Done();
  }

  private Outcome releaseRefused(Work work) {
    return switch (ports.store().extend(work.lease(), settings.lease())) {
      case CANCEL_REQUESTED -> end(work, new Verdict.End(new Ending.Cancelled(), ""));
      case EXTENDED, LOST -> settle(work, new Verdict.Lost());
    };
  }

  private void announce(Job job) {
    ports.responses().ifPresent(responses -> responses.announce(job));
  }

  private void attemptEnded(Work work, String result, String detail) {
    telemetry(work.message())
        .attemptEnded(
            work.message().id(), work.route().name(), result, since(work.startedAt()), detail);
  }

  private Telemetry telemetry(Message message) {
    return ports.telemetry().traced(message.traceparent());
  }

  private Outcome retryAfter(Duration delay) {
    return new Outcome.RetryAfter(ports.queue().retryAtMost(delay));
  }

  private Duration until(Instant time) {
    return Duration.between(ports.clock().instant(), time);
  }

  private Duration since(Instant time) {
    var passed = Duration.between(time, ports.clock().instant());
    return passed.isNegative() ? Duration.ZERO : passed;
  }

  private boolean isLeaseOver(Job job) {
    return job.state() instanceof Job.State.Processing processing
        && !ports.clock().instant().isBefore(processing.leaseUntil());
  }

  private static boolean isCancelRequested(Job job) {
    return job.state() instanceof Job.State.Processing processing && processing.cancelRequested();
  }

  private static String describe(Ending ending) {
    return switch (ending) {
      case Ending.Completed completed -> "status code " + completed.result().statusCode();
      case Ending.Failed failed -> failed.error();
      case Ending.TimedOut timedOut -> timedOut.error();
      case Ending.Cancelled cancelled -> "cancelled";
    };
  }

  private static String workersDied(Work work) {
    return "the worker died in each of "
        + attempts(work.job().attempts() - 1)
        + " at '"
        + work.route().name()
        + "'; look at its log and memory, then redrive the dead letter";
  }

  /** Only the type: the text of an exception of a user's code may hold anything. */
  private static String broke(Work work, Throwable bug) {
    return "the processor '" + work.route().name() + "' broke with " + bug.getClass().getName();
  }

  private static String attempts(int number) {
    return number == 1 ? "1 attempt" : number + " attempts";
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
