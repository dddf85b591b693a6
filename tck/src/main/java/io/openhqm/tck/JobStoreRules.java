package io.openhqm.tck;

import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/** What the rules of the job store share. */
abstract class JobStoreRules extends EngineContract {
  static final Optional<Message> NOT_HELD = Optional.empty();
  static final Duration TTL = Duration.ofDays(2);

  JobStore store;
  Engine engine;

  @BeforeEach
  final void openStore() throws Exception {
    engine = opened();
    store = engine.store().orElseThrow(() -> new AssertionError("the engine has no job store"));
  }

  /** A job that is there and due. */
  final Job created() {
    return created(newJob());
  }

  final Job created(Job job) {
    if (!(store.create(job, NOT_HELD) instanceof JobStore.Creation.Created)) {
      throw new AssertionError(job + " was not created");
    }
    return job;
  }

  final Claim.Granted claimed(UUID id) {
    return claimed(id, ticks(3));
  }

  final Claim.Granted claimed(UUID id, Duration lease) {
    if (store.claim(id, lease) instanceof Claim.Granted granted) {
      return granted;
    }
    throw new AssertionError("the claim of " + id + " was not granted");
  }

  final Job found(UUID id) {
    return store.find(id).orElseThrow(() -> new AssertionError("no job " + id));
  }

  final Job.State.Processing processing(Job job) {
    if (job.state() instanceof Job.State.Processing processing) {
      return processing;
    }
    throw new AssertionError("not PROCESSING: " + job);
  }

  final Job.State.Pending pending(Job job) {
    if (job.state() instanceof Job.State.Pending pending) {
      return pending;
    }
    throw new AssertionError("not PENDING: " + job);
  }

  final Job.State.Ended ended(Job job) {
    if (job.state() instanceof Job.State.Ended end) {
      return end;
    }
    throw new AssertionError("not terminal: " + job);
  }

  static Ending completed(String text) {
    return new Ending.Completed(Result.json(Bytes.utf8(text)));
  }
}
