package io.openhqm.crash;

import io.openhqm.crash.Submission.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the real server under load, again and again, and accounts for every 202. */
final class CrashTest {
  private static final int KILLS = Integer.getInteger("crash.kills", 20);
  private static final int CLIENTS = 16;
  private static final long SEED = Long.getLong("crash.seed", 20_26L);
  private static final String ENGINES =
      """
      queue: {type: embedded, embedded_path: crash.db}
      worker: {count: %d}
      """
          .formatted(Clients.WORKERS);

  /** Calls take a little, so that each kill finds some under way. */
  private static final Duration TAKES = Duration.ofMillis(3);

  @TempDir Path folder;

  @Test
  void everyAcceptedJobEndsAsItShouldHoweverOftenTheServerIsKilled() throws Exception {
    try (var backend = new CountingBackend(TAKES);
        var server = new KilledServer(folder, "all", ENGINES, backend.url(), Map.of());
        var clients = new Clients(CLIENTS, server, backend, EnumSet.allOf(Kind.class))) {
      clients.loadWhileKilling(List.of(server), KILLS, SEED);
      clients.requireAllPromisesKept(KILLS * Clients.WORKERS);
    }
  }
}
