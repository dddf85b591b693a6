package io.openhqm.embedded;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.endpoint.SessionRule;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open the embedded engine.
 *
 * @param file the database; made if it is not there, with the folders above it. Beside it stand
 *     {@code -wal}, {@code -shm} and {@code .lock}
 * @param maxBacklog how many messages may wait; more are refused
 * @param inbox whether rows that other programs put into the table {@code inbox} are taken as
 *     messages
 * @param sessions finds the session of such a row that names none
 * @param window how many waiting messages of one priority are known in memory; the rest is read
 *     from the file when its turn comes
 * @param cachedBytes how many bytes of waiting messages are kept in memory, so that they need not
 *     be read back
 */
public record EmbeddedSettings(
    Path file,
    long maxBacklog,
    boolean inbox,
    Optional<SessionRule> sessions,
    int window,
    long cachedBytes) {
  public EmbeddedSettings {
    requireNonNull(file, "file");
    requireNonNull(sessions, "sessions");
    if (maxBacklog < 1 || window < 1 || cachedBytes < 0) {
      throw new IllegalArgumentException("maxBacklog and window must be >= 1 and cachedBytes >= 0");
    }
  }

  /** The usual sizes; any backlog. */
  public static EmbeddedSettings of(Path file) {
    return new EmbeddedSettings(file, Long.MAX_VALUE, true, Optional.empty(), 4096, 4 << 20);
  }

  /** The same with another bound on what may wait. */
  public EmbeddedSettings withMaxBacklog(long other) {
    return new EmbeddedSettings(file, other, inbox, sessions, window, cachedBytes);
  }

  /** The same with another number of waiting messages in memory. */
  public EmbeddedSettings withWindow(int other) {
    return new EmbeddedSettings(file, maxBacklog, inbox, sessions, other, cachedBytes);
  }

  /** The same, with or without a look at the inbox. */
  public EmbeddedSettings withInbox(boolean other) {
    return new EmbeddedSettings(file, maxBacklog, other, sessions, window, cachedBytes);
  }

  /** The same with sessions for what is in the inbox. */
  public EmbeddedSettings withSessions(Optional<SessionRule> other) {
    return new EmbeddedSettings(file, maxBacklog, inbox, other, window, cachedBytes);
  }
}
