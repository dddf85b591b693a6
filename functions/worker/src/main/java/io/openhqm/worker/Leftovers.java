package io.openhqm.worker;

import io.openhqm.core.BlobStore;
import io.openhqm.core.BlobStore.Kept;
import io.openhqm.core.Body;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.ClaimCheck.Owner;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/**
 * Bodies in the blob store that nobody needs: results of jobs that have been forgotten, payloads of
 * dead letters that are gone, and what a process that died between two steps left behind. They are
 * found by walking over all keys now and then and asking for each whether its job still needs it.
 * So it works whichever engines keep the jobs, the messages and the bodies, and a body that is
 * missed once is found the next time.
 */
final class Leftovers {
  private static final int PAGE = 200;

  /** How many pages are looked at in one step. */
  private static final int PAGES_MAX = 10;

  /** With so many removed a step ends: each costs a write, so that others would wait. */
  private static final int REMOVED_ENOUGH = 200;

  /** A walk costs one look into the job store for each key, so they do not follow at once. */
  private static final Duration PAUSE = Duration.ofMinutes(10);

  /**
   * A body is left before the record that refers to it is written, and a dead letter is recorded
   * after its job has ended: neither takes as long.
   */
  private static final Duration SETTLED = Duration.ofHours(1);

  private final BlobStore blobs;
  private final JobStore store;
  private final DeadLetters deadLetters;
  private final Duration retention;
  private final InstantSource clock;

  /** Guarded by this, as all below. */
  private Optional<String> last = Optional.empty();

  private Instant nextWalk = Instant.MIN;

  /**
   * @param retention how long dead letters are kept
   */
  Leftovers(
      BlobStore blobs,
      JobStore store,
      DeadLetters deadLetters,
      Duration retention,
      InstantSource clock) {
    this.blobs = blobs;
    this.store = store;
    this.deadLetters = deadLetters;
    this.retention = retention;
    this.clock = clock;
  }

  /** Goes one step on, if it is time for one; what fails in it waits for the next walk. */
  synchronized void remove() {
    int removed = 0;
    for (int page = 0; page < PAGES_MAX && removed < REMOVED_ENOUGH; page++) {
      var now = clock.instant();
      if (now.isBefore(nextWalk)) {
        return;
      }
      removed += removeOfNextPage(now);
    }
  }

  private int removeOfNextPage(Instant now) {
    var page = blobs.list(last, PAGE);
    boolean more = page.size() == PAGE;
    last = more ? Optional.of(page.getLast().key()) : Optional.empty();
    nextWalk = more ? nextWalk : now.plus(PAUSE);
    int removed = 0;
    for (var kept : page) {
      if (isOlder(kept.putAt(), SETTLED, now) && !isNeeded(kept, now)) {
        blobs.delete(kept.key());
        removed++;
      }
    }
    return removed;
  }

  private boolean isNeeded(Kept kept, Instant now) {
    var owner = ClaimCheck.ownerOf(kept.key());
    if (owner.isEmpty()) {
      return true;
    }
    var job = store.find(owner.get().job()).map(Job::state);
    return switch (owner.get()) {
      case Owner.Result result -> job.filter(state -> mayRefer(state, kept.key())).isPresent();
      case Owner.Payload payload -> isPayloadNeeded(payload.job(), job, kept.putAt(), now);
    };
  }

  /** A job that is worked on may be about to. */
  private static boolean mayRefer(Job.State state, String key) {
    return !(state instanceof Job.State.Ended ended)
        || ended.ending() instanceof Ending.Completed completed
            && completed.result().body() instanceof Body.Stored stored
            && stored.key().equals(key);
  }

  private boolean isPayloadNeeded(UUID id, Optional<Job.State> job, Instant putAt, Instant now) {
    if (job.isPresent()) {
      if (!(job.get() instanceof Job.State.Ended ended)) {
        return true;
      }
      boolean mayDie =
          ended.ending() instanceof Ending.Failed || ended.ending() instanceof Ending.TimedOut;
      if (!mayDie) {
        return false;
      }
      if (!isOlder(ended.endedAt(), SETTLED, now)) {
        return true;
      }
    }
    // A queue need not find each of its dead letters, so age speaks for it too.
    return !isOlder(putAt, retention, now) || deadLetters.find(id).isPresent();
  }

  private static boolean isOlder(Instant time, Duration age, Instant now) {
    return !now.isBefore(time.plus(age));
  }
}
