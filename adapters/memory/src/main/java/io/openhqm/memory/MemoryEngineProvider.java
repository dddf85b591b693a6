package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;

/**
 * Opens the engine that configuration calls {@code memory}; each opening is an engine of its own.
 */
public final class MemoryEngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    return new MemoryEngine(clock, config.queue().maxBacklog());
  }
}
