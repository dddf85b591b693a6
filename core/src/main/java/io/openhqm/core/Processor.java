package io.openhqm.core;

import java.util.Map;

/**
 * Turns a message into a result: the HTTP proxy, the built-in echo, or a user's own code, which is
 * found by {@link java.util.ServiceLoader} under its {@link #name()}.
 *
 * <p>{@link #process} is called by many threads at once. A call whose time is over, or whose job
 * was cancelled, is interrupted.
 */
public interface Processor extends AutoCloseable {
  /** The name by which configuration asks for it ({@code processor.name}). */
  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * Called once, before the first message.
   *
   * @param config what stands under {@code processor.config}; scalars as text, lists and maps as
   *     such
   * @throws IllegalArgumentException if it cannot work with that; stops the start
   */
  default void start(Map<String, Object> config) {}

  /**
   * Works on one message. It may be called again for the same message id (at least once).
   *
   * @return what the client will read
   * @throws RetryException another attempt may succeed
   * @throws PermanentException no attempt ever will
   * @throws InterruptedException if it was told to stop
   */
  Result process(Attempt attempt) throws RetryException, PermanentException, InterruptedException;

  @Override
  default void close() {}
}
