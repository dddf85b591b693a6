package io.openhqm.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What a process can load by the names that stand in its configuration. The core has the ports and
 * not what is behind them, so whoever starts a process that uses all of its configuration says what
 * there is, and a slip stops the start with its place.
 */
public interface Installed {
  /** What engines are called in {@code queue.type}, {@code cache.type} and {@code blobs.type}. */
  Set<String> engines();

  /** The classes of their providers, which may stand there too. */
  Set<String> engineClasses();

  /**
   * What the user's processors are called.
   *
   * @param jars the user's jars, which are there; empty: only the class path
   * @throws IllegalArgumentException if they cannot be loaded; the message is for the user
   */
  Set<String> processors(List<Path> jars);
}
