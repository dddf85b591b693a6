package io.openhqm.core;

import java.util.Optional;

/**
 * Something that keeps queues or jobs, opened: SQLite, Redis, SQS, DynamoDB, … Closing it closes
 * all it gave out.
 *
 * <p>An engine that keeps both and is asked for both gives an {@link Intake} that is one atomic
 * write.
 */
public interface Engine extends AutoCloseable {
  /** Its queue, if it has one. */
  Optional<RequestQueue> queue();

  /** Its job store, if it has one. */
  Optional<JobStore> store();

  /** Its blob store, if it has one. */
  Optional<BlobStore> blobs();

  /** The atomic intake, if it keeps both queue and jobs. */
  Optional<Intake> intake();

  /** Where finished jobs are announced, if it can: the response queue. */
  default Optional<ResponseQueue> responses() {
    return Optional.empty();
  }

  /**
   * Its job store, but one that announces each end on {@link #responses} itself and in the same
   * step, if it keeps both: then nobody else has to announce, and no announcement is lost.
   */
  default Optional<JobStore> announcingStore() {
    return Optional.empty();
  }

  /** Whether it can work now. The text says what is wrong and what to do. */
  Health health();

  /**
   * What broke it for good, if something did: it fails whatever it is asked, until it is closed and
   * opened anew. Cheap; asked every second.
   */
  default Optional<String> broken() {
    return Optional.empty();
  }

  /** Figures of its own, by name of the metric. Cheap; called at each scrape. */
  default java.util.Map<String, Double> figures() {
    return java.util.Map.of();
  }

  /**
   * @param up whether it can take and give work
   * @param detail what is wrong and what to do; "ok" where nothing is
   */
  record Health(boolean up, String detail) {}

  @Override
  void close();
}
