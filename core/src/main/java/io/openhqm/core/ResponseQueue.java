package io.openhqm.core;

/**
 * Where each finished job is announced by its {@link Announcement}, for programs that wait on a
 * queue rather than poll. At least once: where the job store is of another engine, a process that
 * dies between the end and its announcement announces it again, and a job that is cancelled while
 * it waits is announced by who cancels it and by the worker that comes upon its message. Safe for
 * use by many threads; calls block. An announcement need not be kept longer than the job can be
 * read.
 */
public interface ResponseQueue {
  /**
   * Stores the announcement; when this returns, it survives the loss of this process.
   *
   * @param job terminal
   * @throws UnavailableException if it could not be stored
   * @throws IllegalArgumentException if the job is not terminal
   */
  void announce(Job job);
}
