package io.openhqm.embedded;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Gives back what the file no longer needs, a little at a time and only while nobody waits. Some
 * free pages are left, as new rows would make the file grow again.
 */
final class Shrink implements Writer.Chore {
  /** In one transaction: 1 MiB. */
  private static final int STEP_PAGES = 256;

  /** 4 MiB. */
  private static final int FREE_PAGES = 1024;

  /** Of all pages one in this many may be free. */
  private static final int FREE_SHARE = 8;

  private boolean shrunk;

  @Override
  public @Nullable Operation next(Sql sql, boolean idle) throws SQLException {
    if (!idle) {
      return null;
    }
    long free = sql.number("PRAGMA freelist_count");
    if (free > FREE_PAGES && free > sql.number("PRAGMA page_count") / FREE_SHARE) {
      shrunk = true;
      return new Step();
    }
    if (shrunk) {
      // Only then does the file itself get shorter.
      shrunk = false;
      sql.number("PRAGMA wal_checkpoint(PASSIVE)");
    }
    return null;
  }

  private static final class Step extends Operation {
    @Override
    void run(Sql sql) throws SQLException {
      sql.vacuum(STEP_PAGES);
    }
  }
}
