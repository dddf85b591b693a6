package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import java.time.InstantSource;

/**
 * Opens the embedded engine where no configuration file is at hand: in tests, in benchmarks, inside
 * another program.
 */
public final class EmbeddedEngines {
  private EmbeddedEngines() {}

  /**
   * Opens the file, making or migrating it where needed.
   *
   * @throws EngineException if the file is in use by another process, damaged, of a newer layout,
   *     or cannot be written
   */
  public static Engine open(EmbeddedSettings settings, InstantSource clock) {
    return EmbeddedEngine.open(settings, clock);
  }
}
