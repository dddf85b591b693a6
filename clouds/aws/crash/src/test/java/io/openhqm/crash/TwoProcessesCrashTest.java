package io.openhqm.crash;

import io.openhqm.aws.worker.LocalAws;
import io.openhqm.crash.Submission.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link CrashTest}, but listener and worker are processes of their own, over a queue and a
 * table that know nothing of each other: a FIFO queue of SQS and DynamoDB.
 */
final class TwoProcessesCrashTest {
  private static final int KILLS = Integer.getInteger("crash.kills", 4);
  private static final int CLIENTS = 4;
  private static final long SEED = Long.getLong("crash.seed", 20_26L);

  /** Longer than it takes to have a message, so that each kill finds some under way. */
  private static final Duration TAKES = Duration.ofMillis(100);

  /** How long the work of a killed worker waits; still far longer than one stands still. */
  private static final int LEASE_SECONDS = 5;

  @TempDir Path folder;

  private static String engines(LocalAws.Stack stack) {
    return """
    queue: {type: sqs, sqs_region: "%1$s", sqs_queue_url: "%2$s", sqs_dlq_url: "%3$s"}
    cache: {type: dynamodb, dynamodb_region: "%1$s", dynamodb_table: "%4$s", dynamodb_index_leases: false}
    worker: {count: %5$d, lease_seconds: %6$d}
    """
        .formatted(
            LocalAws.REGION,
            stack.requests(),
            stack.deadLetters(),
            stack.table(),
            Clients.WORKERS,
            LEASE_SECONDS);
  }

  @Test
  void everyAcceptedJobEndsAsItShouldHoweverOftenListenerAndWorkerAreKilled() throws Exception {
    var aws = LocalAws.get();
    var engines = engines(aws.newStack(true));
    var environment = new HashMap<>(aws.endpoints());
    environment.put("AWS_ACCESS_KEY_ID", "test");
    environment.put("AWS_SECRET_ACCESS_KEY", "test");
    // There is no blob store for what is big.
    var kinds = EnumSet.complementOf(EnumSet.of(Kind.BIG));
    try (var backend = new CountingBackend(TAKES);
        var listener = new KilledServer(folder, "listener", engines, backend.url(), environment);
        var worker = new KilledServer(folder, "worker", engines, backend.url(), environment);
        var clients = new Clients(CLIENTS, listener, backend, kinds)) {
      clients.loadWhileKilling(List.of(worker, listener), KILLS, SEED);
      clients.requireAllPromisesKept(KILLS / 2 * Clients.WORKERS);
    }
  }
}
