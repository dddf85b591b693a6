package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Ending;
import io.openhqm.core.EndpointResolver.Refusal;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.Result;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import io.openhqm.tck.ManualClock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which bodies the sweep keeps and which it removes; jobs and bodies are in two engines. */
final class LeftoversTest {
  private static final Duration TTL = Duration.ofHours(1);
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration RETENTION = Duration.ofDays(7);
  private static final Duration LONG = Duration.ofDays(40);
  private static final Body BIG = Body.of(Bytes.wrap(new byte[100]));

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final MemoryEngine jobs = new MemoryEngine(clock, 10_000);
  private final MemoryEngine bodies = new MemoryEngine(clock, 10_000);
  private final JobStore store = jobs.store().orElseThrow();
  private final RequestQueue queue = jobs.queue().orElseThrow();
  private final DeadLetters letters = queue.deadLetters();
  private final BlobStore blobs = bodies.blobs().orElseThrow();
  private final ClaimCheck claimCheck = new ClaimCheck(Optional.of(blobs), 10, 10);
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final Sweep sweep = sweep(claimCheck);

  private Sweep sweep(ClaimCheck over) {
    return sweep(over, queue);
  }

  private Sweep sweep(ClaimCheck over, RequestQueue from) {
    return new Sweep(
        new Sweep.Settings(LEASE, TTL, RETENTION),
        new Sweep.Ports(
            store,
            from,
            over,
            message -> new Resolution.Refused(Refusal.NO_ENDPOINT, "nowhere"),
            Optional.empty(),
            new Telemetry() {},
            clock));
  }

  @AfterEach
  void close() {
    jobs.close();
    bodies.close();
  }

  private List<String> kept() {
    return blobs.list(Optional.empty(), 10_000).stream().map(BlobStore.Kept::key).toList();
  }

  private void sweepAfter(Duration duration) {
    clock.advance(duration);
    sweep.run();
  }

  private UUID submitted() {
    var id = ids.next();
    var now = clock.instant();
    var message = new Message(id, BIG, Headers.none(), Metadata.none(), now, Optional.empty());
    var light = claimCheck.leavePayload(message);
    jobs.intake().orElseThrow().accept(Job.pending(id, now, now, Optional.empty()), light, now);
    return id;
  }

  private Lease claimed(UUID id) {
    return ((Claim.Granted) store.claim(id, LEASE)).lease();
  }

  private Ending completed(Lease lease) {
    return new Ending.Completed(
        claimCheck.leaveResult(lease, new Result(200, Headers.none(), BIG)));
  }

  private void settled(Outcome outcome) throws InterruptedException {
    queue.receive(1, LEASE, Duration.ZERO).getFirst().settle(outcome);
  }

  private static String payload(UUID id) {
    return "payload/" + id;
  }

  private static String result(UUID id, int fence) {
    return "result/" + id + "/" + fence;
  }

  @Test
  void aResultGoesWhenItsJobHasBeenForgottenAndNotBefore() throws Exception {
    var id = submitted();
    var lease = claimed(id);
    store.complete(lease, completed(lease), LONG);
    settled(new Outcome.Done());

    sweepAfter(Duration.ofDays(20));
    assertThat(kept()).contains(result(id, 1));
    sweepAfter(Duration.ofDays(20));
    assertThat(kept()).as("expired, but known").contains(result(id, 1));

    sweepAfter(Duration.ofDays(2));
    assertThat(store.find(id)).isEmpty();
    assertThat(kept()).isEmpty();
  }

  @Test
  void whatAJobThatWaitsOrIsWorkedOnMayNeedStays() throws Exception {
    var waiting = submitted();
    var working = submitted();
    clock.advance(LONG);
    completed(claimed(working));

    sweepAfter(LEASE.minusSeconds(1));

    assertThat(kept())
        .containsExactlyInAnyOrder(payload(waiting), payload(working), result(working, 1));
  }

  @Test
  void theResultOfAnAttemptThatWasNotRecordedGoesWithTheEnd() {
    var id = submitted();
    completed(claimed(id));
    clock.advance(LEASE);
    var second = claimed(id);
    store.complete(second, completed(second), LONG);

    sweepAfter(Duration.ofMinutes(59).minus(LEASE));
    assertThat(kept()).as("too young").contains(result(id, 1), result(id, 2));

    sweepAfter(Duration.ofHours(2));
    assertThat(kept()).containsExactly(result(id, 2));
  }

  @Test
  void aPayloadThatNobodyDroppedGoes() {
    var done = submitted();
    var lease = claimed(done);
    store.complete(lease, new Ending.Completed(Result.text("")), LONG);
    var cancelled = submitted();
    store.cancel(cancelled, LONG);
    var never = ids.next();
    blobs.put(payload(never), Bytes.utf8("of a submission that ended in between"));

    sweepAfter(Duration.ofMinutes(59));
    assertThat(kept()).contains(payload(done), payload(cancelled), payload(never));

    sweepAfter(Duration.ofHours(1));
    assertThat(kept()).containsExactly(payload(never));
    sweepAfter(RETENTION);
    assertThat(kept()).isEmpty();
  }

  @Test
  void thePayloadOfADeadLetterStaysAsLongAsThatAndNoLonger() throws Exception {
    var id = submitted();
    clock.advance(LONG);
    store.complete(claimed(id), new Ending.Failed("no answer"), TTL);
    sweep.run();
    assertThat(kept()).as("failed, and soon a dead letter").containsExactly(payload(id));
    settled(new Outcome.DeadLetter("no answer"));

    sweepAfter(RETENTION.minusMinutes(1));
    assertThat(store.find(id)).isEmpty();
    assertThat(letters.find(id)).isPresent();
    assertThat(kept()).containsExactly(payload(id));

    sweepAfter(Duration.ofHours(1));
    assertThat(letters.find(id)).as("too old").isEmpty();
    assertThat(kept()).isEmpty();
  }

  @Test
  void thePayloadOfADeadLetterThatMayBeThereStays() {
    var id = ids.next();
    blobs.put(payload(id), Bytes.utf8("of a job that is forgotten"));
    clock.advance(RETENTION.plusHours(1));

    sweep(claimCheck, new Veiled(queue)).run();
    assertThat(kept()).containsExactly(payload(id));

    sweep.run();
    assertThat(kept()).isEmpty();
  }

  /** Others look at its dead letters. */
  private record Veiled(RequestQueue real) implements OverQueue {
    @Override
    public DeadLetters deadLetters() {
      return (DeadLetters)
          Proxy.newProxyInstance(
              DeadLetters.class.getClassLoader(),
              new Class<?>[] {DeadLetters.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("find")) {
                  throw new UnavailableException("hidden", Duration.ofSeconds(1));
                }
                return 0;
              });
    }
  }

  @Test
  void whatIsNotOursStays() {
    var keys =
        List.of("payload/x", "result/" + new UUID(0, 1) + "/x", "thumbnails/" + new UUID(0, 1));
    keys.forEach(key -> blobs.put(key, Bytes.utf8("x")));

    sweepAfter(LONG);

    assertThat(kept()).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void manyAreWalkedOverInSteps() {
    for (int i = 0; i < 1_000; i++) {
      blobs.put(result(ids.next(), 1), Bytes.utf8("x"));
    }
    clock.advance(LONG);

    sweep.run();
    assertThat(kept()).as("after a bounded step").hasSizeBetween(1, 999);
    for (int i = 0; i < 9; i++) {
      sweep.run();
    }
    assertThat(kept()).isEmpty();
  }

  @Test
  void whatMustStayIsPassedOverInGreaterSteps() {
    for (int i = 0; i < 1_000; i++) {
      blobs.put("payload/x" + i, Bytes.utf8("x"));
    }
    var key = result(ids.next(), 1);
    blobs.put(key, Bytes.utf8("x"));

    sweepAfter(LONG);

    assertThat(kept()).hasSize(1_000).doesNotContain(key);
  }

  @Test
  void aBodyThatCannotBeRemovedIsRemovedByALaterWalk() {
    var first = ids.next();
    blobs.put(result(first, 1), Bytes.utf8("x"));
    clock.advance(LONG);
    var down = new DownForDeletes();
    var troubled = sweep(new ClaimCheck(Optional.of(down), 10, 10));

    troubled.run();
    assertThat(kept()).hasSize(1);
    down.isDown = false;
    clock.advance(Duration.ofMinutes(11));
    troubled.run();

    assertThat(kept()).isEmpty();
  }

  private final class DownForDeletes implements BlobStore {
    private boolean isDown = true;

    @Override
    public void put(String key, Bytes bytes) {
      blobs.put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return blobs.get(key);
    }

    @Override
    public void delete(String key) {
      if (isDown) {
        throw new UnavailableException("down", Duration.ofSeconds(1));
      }
      blobs.delete(key);
    }

    @Override
    public List<Kept> list(Optional<String> after, int limit) {
      return blobs.list(after, limit);
    }

    @Override
    public void close() {}
  }
}
