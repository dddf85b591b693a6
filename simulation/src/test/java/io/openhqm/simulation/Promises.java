package io.openhqm.simulation;

import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.simulation.Witness.Accepted;
import io.openhqm.worker.Sweep;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** What must hold when a run is over. */
final class Promises {
  /** Enough for a job that nobody hinders, and less than any hanging backend takes. */
  private static final Duration UNHINDERED = Duration.ofSeconds(8);

  private static final Duration RETENTION = Duration.ofDays(7);

  private final World world;
  private final Witness witness;
  private final Engine jobs;
  private final Engine queue;

  Promises(World world, Engine jobs, Engine queue) {
    this.world = world;
    this.witness = world.witness;
    this.jobs = jobs;
    this.queue = queue;
  }

  void check() {
    for (var one : witness.accepted().values()) {
      var end = ended(one.id());
      if (end.isEmpty()) {
        witness.violation(
            1, one.id() + " was accepted and is " + jobs.store().orElseThrow().find(one.id()));
      } else {
        checkEnd(one, end.get());
      }
      checkCalls(one);
    }
    checkLeftovers();
  }

  /** When all is over and forgotten, no body is kept. */
  private void checkLeftovers() {
    var store = jobs.store().orElseThrow();
    var blobs = jobs.blobs().orElseThrow();
    var sweep =
        new Sweep(
            new Sweep.Settings(Node.LEASE, world.ttl(), RETENTION),
            new Sweep.Ports(
                store,
                queue.queue().orElseThrow(),
                new ClaimCheck(Optional.of(blobs), 1, 1),
                world.resolver(),
                Optional.empty(),
                witness,
                world.scheduler));
    for (int i = 0; i < 3; i++) {
      world.scheduler.passTime(RETENTION.multipliedBy(2));
      sweep.run();
    }
    for (var kept : blobs.list(Optional.empty(), 1_000)) {
      var job = store.find(ClaimCheck.ownerOf(kept.key()).orElseThrow().job());
      // A submission that died before its message was sent leaves a job that waits for ever.
      boolean forgotten =
          job.map(one -> one.attempts() > 0 || witness.accepted().containsKey(one.id()))
              .orElse(true);
      if (forgotten) {
        witness.violation(1, kept + " is kept although nobody needs it: " + job);
      }
    }
  }

  /** As it ended, even if it has expired since. */
  private Optional<Job> ended(UUID id) {
    var now = jobs.store().orElseThrow().find(id);
    witness.stored(id, now);
    return witness.end(id);
  }

  private void checkEnd(Accepted one, Job job) {
    var id = one.id();
    boolean cancelAsked = witness.isCancelAsked(id);
    var ending = ((Job.State.Ended) job.state()).ending();
    switch (ending) {
      case Ending.Completed completed -> {}
      case Ending.Failed failed -> requireDeadLetter(id, failed.error());
      case Ending.TimedOut timedOut -> requireDeadLetter(id, timedOut.error());
      case Ending.Cancelled cancelled -> {
        if (!cancelAsked) {
          witness.violation(3, id + " is CANCELLED and nobody asked for it");
        }
      }
    }
    checkAnnouncements(id, job);
    if (world.mood.isCalm() && !cancelAsked) {
      checkForetold(one, job);
    }
  }

  /**
   * Never where nobody wants it, once where an end and its announcement are one write, at least
   * once elsewhere.
   */
  private void checkAnnouncements(UUID id, Job job) {
    int times = witness.announcementsOf(id);
    if (times == 0 && world.mood.separate() && job.status() == JobStatus.CANCELLED) {
      // Its message was held by the store, so that nobody comes upon it when a process dies between
      // the cancellation and its announcement.
      return;
    }
    int least = world.mood.announces() ? 1 : 0;
    if (times < least || times > least && !(world.mood.announces() && world.mood.separate())) {
      witness.violation(1, id + " ended as " + job.status() + ", announced " + times + " times");
    }
  }

  private void requireDeadLetter(UUID id, String error) {
    var letter = queue.queue().orElseThrow().deadLetters().find(id);
    if (letter.isEmpty() && !witness.isBuriedByCopy(id) || error.isBlank()) {
      witness.violation(1, id + " failed and is not among the dead letters: " + error);
    }
  }

  private void checkForetold(Accepted one, Job job) {
    var plan = one.plan();
    int calls = witness.callsOf(one.id()).size();
    if (job.status() != plan.statusForetold() || calls != plan.callsForetold()) {
      witness.violation(
          2,
          "nothing went wrong, and yet "
              + one.id()
              + " is "
              + job.status()
              + " after "
              + calls
              + " calls; foretold: "
              + plan.statusForetold()
              + " after "
              + plan.callsForetold());
    }
    if (plan.isHealthy()) {
      var took = Duration.between(job.submittedAt(), job.updatedAt());
      if (took.compareTo(UNHINDERED) > 0) {
        witness.violation(4, one.id() + " was held up by others: it took " + took);
      }
    }
  }

  private void checkCalls(Accepted one) {
    var calls = witness.callsOf(one.id());
    long counted = calls.stream().filter(call -> call.counts).count();
    if (counted > Plan.ATTEMPTS_MAX) {
      witness.violation(2, one.id() + " was tried " + counted + " times");
    }
    boolean completed = witness.end(one.id()).map(Job::status).equals(COMPLETED);
    if (calls.isEmpty() && completed) {
      witness.violation(5, one.id() + " is COMPLETED and no backend was called");
    }
  }

  private static final Optional<JobStatus> COMPLETED = Optional.of(JobStatus.COMPLETED);
}
