package io.openhqm.server;

import java.util.logging.LogManager;

/**
 * Keeps the handlers when the process is told to end: Java's own log manager takes them away at
 * once, while jobs are still under work, and what becomes of those would be in no log. Named by the
 * system property {@code java.util.logging.manager}.
 */
public final class LastingLogManager extends LogManager {
  /** The name of the system property. */
  public static final String PROPERTY = "java.util.logging.manager";

  @Override
  public void reset() {
    // LogOutput is closed by the one who opened it.
  }
}
