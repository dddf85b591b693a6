package io.openhqm.memory;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Everything in maps under one lock, so that each call is one step. Bounded: when as many jobs are
 * kept as are allowed, expired ones go before their time, and if that does not help, {@link
 * io.openhqm.core.UnavailableException} is thrown. Safe for use by many threads.
 */
public final class MemoryEngine implements Engine {
  private final Memory memory;
  private final MemoryJobStore store;
  private final MemoryJobStore announcingStore;
  private final MemoryQueue queue;
  private final MemoryBlobStore blobs;

  /**
   * @param clock by which jobs become due, leases end and results expire; waiting goes by elapsed
   *     time
   * @param jobsMax how many jobs, messages, dead letters, blobs and announcements are kept at most,
   *     of each; 1 or more
   */
  public MemoryEngine(InstantSource clock, long jobsMax) {
    if (jobsMax < 1) {
      throw new IllegalArgumentException("jobsMax must be >= 1 but is " + jobsMax);
    }
    memory = new Memory(clock, jobsMax);
    store = new MemoryJobStore(memory, false);
    announcingStore = new MemoryJobStore(memory, true);
    queue = new MemoryQueue(memory);
    blobs = new MemoryBlobStore(memory);
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.of(queue);
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.of(store);
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.of(blobs);
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.of(
        (job, message, notBefore) -> store.locked(() -> memory.accept(job, message, notBefore)));
  }

  @Override
  public Optional<ResponseQueue> responses() {
    return Optional.of(
        job ->
            queue.locked(
                () -> {
                  memory.announce(job);
                  return job;
                }));
  }

  @Override
  public Optional<JobStore> announcingStore() {
    return Optional.of(announcingStore);
  }

  /**
   * Takes announcements of finished jobs, the oldest first. They are kept as long as the job can be
   * read, and as many as there may be jobs.
   *
   * @param limit how many at most
   */
  public List<String> takeAnnouncements(int limit) {
    return queue.locked(() -> memory.takeAnnouncements(limit));
  }

  @Override
  public Health health() {
    return memory.isClosed()
        ? new Health(false, "The memory engine is closed: start the server again.")
        : new Health(true, "ok");
  }

  @Override
  public void close() {
    memory.close();
  }
}
