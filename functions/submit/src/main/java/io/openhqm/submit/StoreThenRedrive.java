package io.openhqm.submit;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The dead letters of a queue whose jobs live in another engine: a redriven message gets its job
 * first, as a submission does in {@link StoreThenQueue}.
 */
public final class StoreThenRedrive implements DeadLetters {
  private final JobStore store;
  private final DeadLetters letters;
  private final Telemetry telemetry;

  /** Closes nothing of what it is given. */
  public StoreThenRedrive(JobStore store, DeadLetters letters, Telemetry telemetry) {
    this.store = store;
    this.letters = letters;
    this.telemetry = telemetry;
  }

  @Override
  public boolean redrive(UUID id, Job job, Message message) {
    if (store.create(job, Optional.empty()) instanceof Creation.Exists) {
      throw new UnavailableException(
          "The id that was made for the redriven job is taken.", Duration.ofSeconds(1));
    }
    // Where the queue gives no answer the job stays: the message may be under way, and must find
    // it.
    boolean redriven = letters.redrive(id, job, message);
    if (!redriven) {
      discard(job.id());
    }
    return redriven;
  }

  private void discard(UUID job) {
    try {
      store.discard(job);
    } catch (UnavailableException stillDown) {
      telemetry.trouble(
          "a job that was made to redrive a dead letter may be left over, and is never worked on",
          stillDown);
    }
  }

  @Override
  public List<Summary> list(Optional<UUID> after, int limit) {
    return letters.list(after, limit);
  }

  @Override
  public Optional<DeadLetter> find(UUID id) {
    return letters.find(id);
  }

  @Override
  public boolean purge(UUID id) {
    return letters.purge(id);
  }

  @Override
  public int purgeBefore(Instant before, int limit) {
    return letters.purgeBefore(before, limit);
  }

  @Override
  public long count() {
    return letters.count();
  }
}
