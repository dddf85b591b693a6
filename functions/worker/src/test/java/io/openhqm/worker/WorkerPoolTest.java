package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is worked on when, over the memory engine and by the real clock. */
final class WorkerPoolTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Result OK = new Result(200, Headers.none(), Body.of(Bytes.utf8("done")));

  private final InstantSource clock = InstantSource.system();
  private final MemoryEngine engine = new MemoryEngine(clock, 100_000);
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final Attempts attempts =
      new Attempts(engine.store().orElseThrow(), clock, Telemetry.NONE, LEASE);

  @AfterEach
  void close() {
    engine.close();
  }

  private WorkerPool pool(int count, Processor processor) {
    var route =
        new Route(
            "orders",
            Optional.empty(),
            "POST",
            Duration.ofSeconds(60),
            new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of(503)));
    var worker =
        new Worker(
            new Worker.Settings(LEASE, Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(5)),
            new Worker.Ports(
                engine.store().orElseThrow(),
                engine.queue().orElseThrow().features(),
                new ClaimCheck(engine.blobs(), 1_000, 1_000),
                message -> new Resolution.Found(route),
                processor,
                attempts,
                Optional.empty(),
                Telemetry.NONE,
                clock,
                new Random(7),
                Thread::sleep));
    return new WorkerPool(
        new WorkerPool.Settings(count, 10, LEASE),
        engine.queue().orElseThrow(),
        worker,
        attempts,
        Telemetry.NONE,
        clock);
  }

  private UUID submit() {
    var id = ids.next();
    var now = clock.instant();
    engine
        .intake()
        .orElseThrow()
        .accept(
            Job.pending(id, now, now, Optional.empty()),
            new Message(
                id,
                Body.of(Bytes.utf8("{}")),
                Headers.none(),
                Metadata.none(),
                now,
                Optional.empty()),
            now);
    return id;
  }

  private JobStatus status(UUID id) {
    return engine.store().orElseThrow().find(id).orElseThrow().status();
  }

  @Test
  void onlyWhatIsWorkedOnIsActive() throws Exception {
    var called = new CountDownLatch(2);
    var answer = new CountDownLatch(1);
    try (var pool =
        pool(
            5,
            attempt -> {
              called.countDown();
              answer.await();
              return OK;
            })) {
      var first = submit();
      pool.start();
      await().until(() -> status(first) == JobStatus.PROCESSING);
      await().until(() -> pool.active() == 1);
      var second = submit();
      called.await();
      assertThat(pool.active()).isEqualTo(2);
      answer.countDown();
      await().until(() -> status(second) == JobStatus.COMPLETED);
      await().until(() -> pool.active() == 0);
    }
  }
}
