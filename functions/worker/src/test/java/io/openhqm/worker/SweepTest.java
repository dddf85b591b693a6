package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Announcement;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of jobs that nobody works on any more, under a clock that is turned by hand. */
final class SweepTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TTL = Duration.ofHours(1);
  private static final RetryPolicy TWO_ATTEMPTS =
      new RetryPolicy(2, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of());

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final MemoryEngine engine = new MemoryEngine(clock, 11_000);
  private final JobStore store = engine.store().orElseThrow();
  private final RequestQueue queue = engine.queue().orElseThrow();
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final Set<UUID> bottomless = new HashSet<>();
  private final EndpointResolver resolver =
      message -> {
        if (bottomless.contains(message.id())) {
          throw new StackOverflowError("no end to it");
        }
        return new Resolution.Found(
            new Route("orders", Optional.empty(), "POST", Duration.ofSeconds(10), TWO_ATTEMPTS));
      };
  private final Sweep sweep = sweepOver(queue);

  private Sweep sweepOver(RequestQueue where) {
    return new Sweep(
        new Sweep.Settings(LEASE, TTL, Duration.ofDays(7)),
        new Sweep.Ports(
            store,
            where,
            ClaimCheck.unlimited(),
            resolver,
            engine.responses(),
            new Telemetry() {},
            clock));
  }

  /** Takes all messages but one. */
  private record Picky(RequestQueue real, UUID not) implements OverQueue {
    @Override
    public void send(Message message, Instant notBefore) {
      if (message.id().equals(not)) {
        throw new UnavailableException("not this one", Duration.ofSeconds(1));
      }
      real.send(message, notBefore);
    }
  }

  @AfterEach
  void close() {
    engine.close();
  }

  /** A job whose message the store holds until it is due. */
  private UUID held(Duration delay) {
    var id = ids.next();
    var now = clock.instant();
    store.create(Job.pending(id, now, now.plus(delay), Optional.empty()), Optional.of(message(id)));
    return id;
  }

  private Message message(UUID id) {
    return new Message(
        id,
        Body.of(Bytes.utf8("{}")),
        Headers.none(),
        Metadata.none(),
        clock.instant(),
        Optional.empty());
  }

  /** A worker takes the job and is never heard of again. */
  private void workerDies(UUID id) {
    assertThat(store.claim(id, LEASE)).isInstanceOf(Claim.Granted.class);
    clock.advance(LEASE.plusSeconds(1));
  }

  private Job job(UUID id) {
    return store.find(id).orElseThrow();
  }

  @Test
  void whoseTimeIsLimitedStopsBetweenRoundsAndGoesOnTheNextTime() {
    for (int i = 0; i < 1_100; i++) {
      held(Duration.ofMinutes(1));
    }
    clock.advance(Duration.ofMinutes(2));
    var rounds = new AtomicInteger();
    assertThat(sweep.run(() -> rounds.incrementAndGet() <= 2)).isEqualTo(1_000);
    assertThat(sweep.run(() -> true)).isEqualTo(100);
  }

  @Test
  void aDelayedMessageIsSentOnceWhenItIsDueAndNotBefore() throws Exception {
    var id = held(Duration.ofMinutes(1));
    clock.advance(Duration.ofSeconds(59));
    assertThat(sweep.run()).isZero();
    assertThat(queue.receive(10, LEASE, Duration.ZERO)).isEmpty();

    clock.advance(Duration.ofSeconds(1));
    sweep.run();
    sweep.run();
    assertThat(queue.receive(10, LEASE, Duration.ZERO))
        .extracting(delivery -> delivery.message().id())
        .containsExactly(id);
  }

  @Test
  void aMessageThatTheQueueDoesNotTakeWaitsForTheNextSweepAndHoldsUpNoOther() throws Exception {
    var first = held(Duration.ZERO);
    var refused = held(Duration.ZERO);
    var last = held(Duration.ZERO);

    assertThat(sweepOver(new Picky(queue, refused)).run()).isEqualTo(2);
    assertThat(sweep.run()).isEqualTo(1);

    assertThat(queue.receive(10, LEASE, Duration.ZERO))
        .extracting(delivery -> delivery.message().id())
        .containsExactlyInAnyOrder(first, last, refused);
    assertThat(sweep.run()).isZero();
  }

  @Test
  void aJobWhoseWorkerDiedWaitsForAnotherAndTheAttemptStaysCounted() throws Exception {
    var id = held(Duration.ZERO);
    workerDies(id);
    sweep.run();
    assertThat(job(id).status()).isEqualTo(JobStatus.PENDING);
    assertThat(job(id).attempts()).isEqualTo(1);
    assertThat(queue.receive(1, LEASE, Duration.ZERO))
        .extracting(delivery -> delivery.message().id())
        .containsExactly(id);
  }

  @Test
  void aJobThatOverflowsTheStackHoldsUpNoOther() {
    var bottomlessOne = held(Duration.ZERO);
    var other = held(Duration.ZERO);
    bottomless.add(bottomlessOne);
    assertThat(store.claim(bottomlessOne, LEASE)).isInstanceOf(Claim.Granted.class);
    workerDies(other);
    sweep.run();
    assertThat(job(other).status()).isEqualTo(JobStatus.PENDING);
  }

  @Test
  void aJobThatWorkersDiedOfInEveryAttemptFailsAndItsMessageIsQueuedForTheDeadLetters()
      throws Exception {
    var id = held(Duration.ZERO);
    workerDies(id);
    sweep.run();
    queue.receive(1, LEASE, Duration.ZERO).getFirst().settle(new Outcome.Done());
    workerDies(id);
    sweep.run();
    assertThat(queue.receive(1, LEASE, Duration.ZERO))
        .extracting(delivery -> delivery.message().id())
        .containsExactly(id);
    assertThat(job(id).state())
        .isInstanceOfSatisfying(
            Job.State.Ended.class,
            ended ->
                assertThat(ended.ending())
                    .isInstanceOfSatisfying(
                        Ending.Failed.class,
                        failed ->
                            assertThat(failed.error())
                                .contains("the worker died in each of 2 attempts")));
  }

  @Test
  void aCancelledJobWhoseWorkerDiedIsCancelled() {
    var id = held(Duration.ZERO);
    assertThat(store.claim(id, LEASE)).isInstanceOf(Claim.Granted.class);
    assertThat(store.cancel(id, TTL)).isInstanceOf(JobStore.Cancellation.Requested.class);
    clock.advance(LEASE.plusSeconds(1));
    sweep.run();
    assertThat(job(id).status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void whatTheSweepEndsIsAnnouncedWhereTheStoreDoesNot() {
    var id = held(Duration.ZERO);
    assertThat(store.claim(id, LEASE)).isInstanceOf(Claim.Granted.class);
    store.cancel(id, TTL);
    clock.advance(LEASE.plusSeconds(1));
    sweep.run();
    assertThat(engine.takeAnnouncements(10)).containsExactly(Announcement.of(job(id)));
  }

  @Test
  void aJobThatIsBeingWorkedOnIsLeftAlone() {
    var id = held(Duration.ZERO);
    assertThat(store.claim(id, LEASE)).isInstanceOf(Claim.Granted.class);
    clock.advance(LEASE.minusSeconds(1));
    sweep.run();
    assertThat(job(id).status()).isEqualTo(JobStatus.PROCESSING);
  }

  @Test
  void anExpiredJobIsKnownForAWhileAndThenForgotten() {
    var id = held(Duration.ZERO);
    var granted = (Claim.Granted) store.claim(id, LEASE);
    assertThat(store.complete(granted.lease(), new Ending.Cancelled(), TTL)).isTrue();
    clock.advance(TTL.plusSeconds(1));
    sweep.run();
    assertThat(store.find(id)).as("gone rather than never heard of").isPresent();
    clock.advance(Duration.ofDays(30));
    sweep.run();
    assertThat(store.find(id)).isEmpty();
  }

  @Test
  void thousandsThatExpireInASecondAreForgottenInOneRunWhichIsBounded() {
    var all = new ArrayList<UUID>();
    for (int i = 0; i < 10_500; i++) {
      var id = held(Duration.ZERO);
      store.cancel(id, TTL);
      all.add(id);
    }
    clock.advance(Duration.ofDays(30));

    sweep.run();
    assertThat(all.stream().filter(id -> store.find(id).isPresent()).count()).isEqualTo(500);
    sweep.run();
    assertThat(all.stream().filter(id -> store.find(id).isPresent()).count()).isZero();
  }

  @Test
  void thousandsOfDeadLettersThatAreTooOldAreForgottenInOneRunWhichIsBounded() throws Exception {
    for (int i = 0; i < 10_500; i++) {
      queue.send(message(ids.next()), clock.instant());
      queue.receive(1, LEASE, Duration.ZERO).getFirst().settle(new Outcome.DeadLetter("refused"));
    }
    clock.advance(Duration.ofDays(30));

    sweep.run();
    assertThat(queue.deadLetters().count()).isEqualTo(500);
    sweep.run();
    assertThat(queue.deadLetters().count()).isZero();
  }
}
