package io.openhqm.core;

/**
 * Where each finished job is announced, for programs that wait on a queue rather than poll. At
 * least once.
 */
public interface ResponseQueue {
  /**
   * Stores the announcement; when this returns, it survives the loss of this process.
   *
   * @param job terminal
   * @throws UnavailableException if it could not be stored
   */
  void announce(Job job);
}
