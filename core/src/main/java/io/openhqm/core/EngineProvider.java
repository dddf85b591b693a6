package io.openhqm.core;

import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;

/**
 * Found by {@link java.util.ServiceLoader}: opens an engine by the name that stands in {@code
 * queue.type} and {@code cache.type}.
 */
public interface EngineProvider {
  /** The name in configuration, lower case. */
  String name();

  /**
   * Opens it.
   *
   * @throws EngineException if it cannot be opened; the message says what is wrong and what to do
   */
  Engine open(OpenHqmConfig config, InstantSource clock);
}
