package io.openhqm.worker;

import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Ending;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Overdue;
import io.openhqm.core.Message;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * Sees to what nobody else does: jobs whose worker died go on or come to their end, due delays go
 * to the queue, expired results, old dead letters and bodies that nobody needs go away. Run it
 * every few seconds, by one or by many at a time. Safe for use by many threads.
 */
public final class Sweep {
  private static final int BATCH = 500;
  private static final int ROUNDS_MAX = 200;

  /**
   * How many jobs, and how many dead letters, are forgotten in one run: more than a server ends in
   * the second until the next, and so few that what is overdue does not wait long.
   */
  private static final int FORGOTTEN_MAX = 10_000;

  /**
   * @param lease how long the sweep holds a job that it closes
   * @param ttl how long a job that it closed can be read
   * @param deadLetterRetention how long dead letters are kept; zero: the queue sees to that itself
   */
  public record Settings(Duration lease, Duration ttl, Duration deadLetterRetention) {}

  /**
   * @param queue where due delays go
   * @param claimCheck where big bodies are
   * @param responses where jobs that the sweep ends are announced, if the store does not do so
   *     itself
   */
  public record Ports(
      JobStore store,
      RequestQueue queue,
      ClaimCheck claimCheck,
      EndpointResolver resolver,
      Optional<ResponseQueue> responses,
      Telemetry telemetry,
      InstantSource clock) {}

  private final Settings settings;
  private final JobStore store;
  private final RequestQueue queue;
  private final EndpointResolver resolver;
  private final Optional<ResponseQueue> responses;
  private final Telemetry telemetry;
  private final InstantSource clock;
  private final Optional<Leftovers> leftovers;

  /** A sweep over these ports. */
  public Sweep(Settings settings, Ports ports) {
    this.settings = settings;
    this.store = ports.store();
    this.queue = ports.queue();
    this.resolver = ports.resolver();
    this.responses = ports.responses();
    this.telemetry = ports.telemetry();
    this.clock = ports.clock();
    leftovers =
        ports
            .claimCheck()
            .blobs()
            .map(
                blobs ->
                    new Leftovers(
                        blobs, store, queue.deadLetters(), settings.deadLetterRetention(), clock));
  }

  /**
   * Does what there is to do now, a bounded part of it at a time; says how many overdue jobs it saw
   * to. A job that cannot be seen to is left for the next time and stops no other.
   */
  public int run() {
    return run(() -> true);
  }

  /**
   * As {@link #run()}, for one whose time is limited.
   *
   * @param hasTime whether there is time for another 500 jobs; when not, the rest is left for the
   *     next time
   */
  public int run(BooleanSupplier hasTime) {
    int seen = 0;
    for (int round = 0; round < ROUNDS_MAX && hasTime.getAsBoolean(); round++) {
      var overdue = store.overdue(BATCH);
      var notSent = sendDue(overdue);
      int done = 0;
      for (var each : overdue) {
        done += see(each, notSent) ? 1 : 0;
      }
      seen += done;
      if (overdue.size() < BATCH || done == 0) {
        break;
      }
    }
    forget();
    return seen;
  }

  /** Sends, together, the messages of jobs that wait; says of which it could not, and why. */
  private Map<UUID, RuntimeException> sendDue(List<Overdue> overdue) {
    var messages =
        overdue.stream()
            .filter(each -> each.job().state() instanceof Job.State.Pending)
            .flatMap(each -> each.message().stream())
            .toList();
    var notSent = new HashMap<UUID, RuntimeException>();
    if (!messages.isEmpty()) {
      queue
          .sendAll(messages, clock.instant())
          .forEach(left -> notSent.put(left.message().id(), left.why()));
    }
    return notSent;
  }

  private boolean see(Overdue overdue, Map<UUID, RuntimeException> notSent) {
    var id = overdue.job().id();
    try {
      switch (overdue.job().state()) {
        case Job.State.Processing abandoned -> takeOver(overdue);
        case Job.State.Pending waits when notSent.containsKey(id) -> throw notSent.get(id);
        case Job.State.Pending waits ->
            overdue.message().ifPresent(sent -> store.handedOver(id, waits.notBefore()));
        case Job.State.Ended ended -> {}
      }
      return true;
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("an overdue job waits for the next sweep", noAnswer);
    } catch (RuntimeException | StackOverflowError bug) {
      telemetry.trouble("an overdue job could not be seen to", bug);
    }
    return false;
  }

  /**
   * The worker died. Claiming counts an attempt that never ran, so giving the job back must not
   * count it.
   */
  private void takeOver(Overdue overdue) {
    var id = overdue.job().id();
    if (!(store.claim(id, settings.lease()) instanceof Claim.Granted granted)) {
      return;
    }
    var job = granted.job();
    boolean cancelled =
        job.state() instanceof Job.State.Processing processing && processing.cancelRequested();
    if (cancelled) {
      end(overdue, granted, new Ending.Cancelled());
    } else if (job.attempts() - 1 >= attemptsMax(overdue.message())) {
      // First, as nobody would after a crash: a worker brings it to the dead letters, with the end.
      overdue.message().ifPresent(message -> queue.send(message, clock.instant()));
      end(overdue, granted, new Ending.Failed(workersDied(job.attempts() - 1)));
    } else {
      var now = clock.instant();
      store.release(granted.lease(), now, Optional.empty(), Optional.empty());
      overdue.message().ifPresent(message -> queue.send(message, now));
    }
  }

  private int attemptsMax(Optional<Message> message) {
    return message
        .map(
            known ->
                switch (resolver.resolve(known)) {
                  case Resolution.Found found -> found.route().retry().attemptsMax();
                  case Resolution.Refused refused -> 1;
                })
        // The worker knows it when the queue delivers the message again.
        .orElse(Integer.MAX_VALUE);
  }

  private void end(Overdue overdue, Claim.Granted granted, Ending ending) {
    var job = granted.job();
    if (!store.complete(granted.lease(), ending, settings.ttl())) {
      return;
    }
    var since = Duration.between(job.submittedAt(), clock.instant());
    var traced = telemetry.traced(overdue.message().flatMap(Message::traceparent));
    traced.jobEnded(job.id(), "swept", ending.status(), since);
    if (ending instanceof Ending.Failed) {
      traced.deadLettered(job.id(), "swept", "worker_died");
    }
    responses.ifPresent(where -> store.find(job.id()).ifPresent(where::announce));
  }

  private void forget() {
    try {
      store.purgeExpired(FORGOTTEN_MAX);
      if (settings.deadLetterRetention().isPositive()) {
        DeadLetters deadLetters = queue.deadLetters();
        deadLetters.purgeBefore(
            clock.instant().minus(settings.deadLetterRetention()), FORGOTTEN_MAX);
      }
      leftovers.ifPresent(Leftovers::remove);
    } catch (UnavailableException noAnswer) {
      telemetry.trouble("expired jobs wait for the next sweep", noAnswer);
    }
  }

  private static String workersDied(int attempts) {
    return "the worker died in each of "
        + attempts
        + " attempts; look at its log and memory, then redrive the dead letter";
  }
}
