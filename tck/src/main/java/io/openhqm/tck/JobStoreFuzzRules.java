package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.JobStore.Overdue;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** J30: any order of calls, by any number of workers, early and late. */
abstract class JobStoreFuzzRules extends JobStoreSweepRules {
  private static final int STEPS = 300;

  @Test
  void j30AnyOrderOfCallsLeavesWhatTheRulesSay() throws Exception {
    for (int seed = 0; seed < seeds(); seed++) {
      var run = new Run(seed);
      for (int step = 0; step < STEPS; step++) {
        String call = run.step();
        run.compareAll("seed " + seed + ", step " + step + ": " + call);
      }
      run.endAll();
    }
  }

  private final class Run {
    private final Random random;
    private final JobModel model = new JobModel(time());
    private final List<UUID> ids = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Map<UUID, Job> terminal = new HashMap<>();
    private final int seed;

    Run(int seed) {
      this.seed = seed;
      random = new Random(seed);
      for (int i = 0; i < 5; i++) {
        ids.add(newId());
      }
      leases.add(new Lease(ids.getFirst(), 1));
    }

    String step() throws InterruptedException {
      var id = ids.get(random.nextInt(ids.size()));
      var lease = leases.get(leases.size() - 1 - random.nextInt(Math.min(6, leases.size())));
      return switch (random.nextInt(isRealTime() ? 16 : 20)) {
        case 0, 1 -> create(id);
        case 2 -> {
          store.discard(id);
          model.discard(id);
          yield "discard " + id;
        }
        case 3, 4, 5, 6 -> claim(id);
        case 7, 8 -> extend(lease);
        case 9, 10 -> complete(lease);
        case 11, 12, 13 -> release(lease);
        case 14 -> cancel(id);
        case 15 -> {
          var due =
              store.find(id).map(Job::state).orElse(null) instanceof Job.State.Pending waits
                      && random.nextBoolean()
                  ? waits.notBefore()
                  : now();
          store.handedOver(id, due);
          model.handedOver(id, due);
          yield "handedOver " + id + " due " + due;
        }
        default -> {
          passTime(tick().multipliedBy(random.nextInt(4)).dividedBy(2));
          yield "time passes";
        }
      };
    }

    private String create(UUID id) {
      var key = "seed-" + seed + "-" + random.nextInt(3);
      var job = random.nextBoolean() ? newJobWithKey(id, key) : newPending(id);
      var held = random.nextBoolean() ? Optional.of(newMessage(id)) : NOT_HELD;
      var expected = model.create(job, held);
      var actual = store.create(job, held);
      if (expected instanceof Creation.Exists) {
        // A job may hinder another by its id and a third by its key: either may be named.
        assertThat(actual).as("create %s", job).isInstanceOf(Creation.Exists.class);
      } else {
        assertThat(actual).as("create %s", job).isEqualTo(expected);
      }
      return "create " + job;
    }

    private Job newPending(UUID id) {
      return Job.pending(id, now(), now().plus(someTime()), Optional.empty());
    }

    private Duration someTime() {
      return isRealTime() ? Duration.ZERO : tick().multipliedBy(random.nextInt(4)).dividedBy(2);
    }

    private Duration someLease() {
      return isRealTime() ? Duration.ofHours(1) : ticks(1 + random.nextInt(3));
    }

    private String claim(UUID id) {
      var lease = someLease();
      var actual = store.claim(id, lease);
      var expected = model.claim(id, lease, actual);
      assertThat(view(actual)).as("seed %s: claim %s", seed, id).isEqualTo(view(expected));
      if (actual instanceof Claim.Granted granted) {
        leases.add(granted.lease());
      }
      return "claim " + id + " → " + actual;
    }

    private String extend(Lease lease) {
      var duration = someLease();
      var actual = store.extend(lease, duration);
      assertThat(actual)
          .as("seed %s: extend %s", seed, lease)
          .isEqualTo(model.extend(lease, duration));
      return "extend " + lease + " → " + actual;
    }

    private String complete(Lease lease) {
      var ending =
          switch (random.nextInt(4)) {
            case 0 -> new Ending.Failed("failed");
            case 1 -> new Ending.TimedOut("timed out");
            case 2 -> new Ending.Cancelled();
            default -> completed("\"" + random.nextInt() + "\"");
          };
      var ttl = ticks(2 + random.nextInt(4));
      boolean actual = store.complete(lease, ending, ttl);
      assertThat(actual)
          .as("seed %s: %s", seed, lease)
          .isEqualTo(model.complete(lease, ending, ttl));
      return "complete " + lease + " " + ending + " → " + actual;
    }

    private String release(Lease lease) {
      var due = now().plus(someTime());
      var error = random.nextInt(3) == 0 ? Optional.<String>empty() : Optional.of("no answer");
      var held = random.nextBoolean() ? Optional.of(newMessage(lease.jobId())) : NOT_HELD;
      boolean actual = store.release(lease, due, error, held);
      assertThat(actual)
          .as("seed %s: release %s", seed, lease)
          .isEqualTo(model.release(lease, due, error, held));
      return "release " + lease + " " + error + " → " + actual;
    }

    private String cancel(UUID id) {
      var actual = store.cancel(id, ticks(4));
      var expected = model.cancel(id, ticks(4));
      assertThat(view(actual)).as("seed %s: cancel %s", seed, id).isEqualTo(view(expected));
      return "cancel " + id + " → " + actual;
    }

    void compareAll(String step) {
      for (var id : ids) {
        var actual = store.find(id);
        assertThat(actual.map(this::view)).as(step).isEqualTo(model.find(id).map(this::view));
        actual.filter(job -> job.status().isTerminal()).ifPresent(job -> unchanged(job, step));
      }
      var overdue = store.overdue(1000).stream().filter(o -> ids.contains(o.job().id())).toList();
      assertThat(views(Set.copyOf(overdue))).as(step).isEqualTo(views(model.overdue()));
    }

    private void unchanged(Job job, String step) {
      var first = terminal.putIfAbsent(job.id(), job);
      if (first != null) {
        assertThat(job).as("terminal, and changed by %s", step).isEqualTo(first);
      }
    }

    /** So that what is overdue in one run is not in the next. */
    void endAll() {
      for (var lease : leases) {
        store.complete(lease, new Ending.Cancelled(), TTL);
      }
      ids.forEach(id -> store.cancel(id, TTL));
    }

    private Set<String> views(Set<Overdue> overdue) {
      return overdue.stream()
          .map(
              one ->
                  one.job().state() instanceof State.Processing
                      ? view(one.job())
                      : view(one.job()) + one.message().map(Message::payload))
          .collect(Collectors.toSet());
    }

    private String view(Claim claim) {
      return switch (claim) {
        case Claim.Granted granted -> granted.lease() + view(granted.job());
        case Claim.Finished finished -> view(finished.job());
        case Claim.Held held -> isRealTime() ? "held" : held.toString();
        case Claim.NotDue notDue -> notDue.toString();
        case Claim.Unknown unknown -> unknown.toString();
      };
    }

    private String view(Cancellation cancellation) {
      return switch (cancellation) {
        case Cancellation.Cancelled cancelled -> "cancelled " + view(cancelled.job());
        case Cancellation.Requested requested -> "requested " + view(requested.job());
        case Cancellation.Finished finished -> "finished " + view(finished.job());
        case Cancellation.Unknown unknown -> unknown.toString();
      };
    }

    /** What the rules fix: not when an extension counts as a change, nor the error left behind. */
    private String view(Job job) {
      var state =
          switch (job.state()) {
            case State.Pending pending -> "due " + pending.notBefore();
            case State.Processing running ->
                "fence "
                    + running.fence()
                    + " cancel "
                    + running.cancelRequested()
                    + (isRealTime() ? "" : " " + running.leaseUntil() + running.startedAt());
            case State.Ended ended ->
                ended.ending() + (isRealTime() ? "" : " " + ended.endedAt() + ended.expiresAt());
          };
      return job.id()
          + " "
          + job.status()
          + " "
          + job.attempts()
          + " "
          + job.idempotency()
          + " "
          + job.submittedAt()
          + " "
          + state;
    }
  }
}
