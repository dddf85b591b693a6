package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Attempt;
import io.openhqm.core.Auth;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Priority;
import io.openhqm.core.Processor;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import io.openhqm.tck.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the deliveries of one invocation; their queue is played by the test. */
final class BatchWorkerTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration MARGIN = Duration.ofMillis(500);
  private static final Duration SETTLE_MARGIN = Duration.ofSeconds(2);
  private static final Duration INVOCATION = Duration.ofSeconds(60);
  private static final QueueFeatures ORDERED =
      new QueueFeatures(true, false, Optional.of(Duration.ofMinutes(15)), 1_000);
  private static final QueueFeatures UNORDERED =
      new QueueFeatures(false, false, Optional.of(Duration.ofMinutes(15)), 1_000);
  private static final Result OK = new Result(200, Headers.none(), Body.of(Bytes.utf8("done")));

  private final ManualClock clock = new ManualClock();
  private final MemoryEngine engine = new MemoryEngine(clock, 1_000);
  private final JobStore store = engine.store().orElseThrow();
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final Attempts attempts = new Attempts(store, clock, Telemetry.NONE, LEASE);

  @AfterEach
  void close() {
    engine.close();
  }

  private BatchWorker batch(QueueFeatures queue, Processor processor) {
    return batch(1_000, queue, processor);
  }

  private BatchWorker batch(int count, QueueFeatures queue, Processor processor) {
    return batch(count, queue, processor, OptionalInt.empty());
  }

  private BatchWorker batch(
      int count, QueueFeatures queue, Processor processor, OptionalInt concurrencyMax) {
    var retry = new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of(503));
    var endpoint =
        new Endpoint(
            "orders",
            URI.create("http://orders.internal/"),
            "POST",
            TIMEOUT,
            Headers.none(),
            new Auth.None(),
            retry,
            1_000,
            List.of("*"),
            List.of(),
            concurrencyMax,
            Endpoint.HttpVersion.AUTO);
    var route = new Route("orders", Optional.of(endpoint), "POST", TIMEOUT, retry);
    var worker =
        new Worker(
            new Worker.Settings(LEASE, Duration.ofHours(1), SETTLE_MARGIN, Duration.ofMinutes(5)),
            new Worker.Ports(
                store,
                queue,
                new ClaimCheck(engine.blobs(), 1_000, 1_000),
                message -> new Resolution.Found(route),
                processor,
                attempts,
                new AnswerMemory(1),
                Optional.empty(),
                Telemetry.NONE,
                clock,
                new Random(7),
                pause -> {}));
    var settings = new BatchWorker.Settings(count, MARGIN);
    return new BatchWorker(settings, worker, attempts, queue, Telemetry.NONE);
  }

  /** A delivery that remembers how it was settled. */
  private final class Handed implements Delivery {
    private final Message message;
    private final List<Outcome> settled = new CopyOnWriteArrayList<>();
    private final List<Duration> extended = new CopyOnWriteArrayList<>();
    private final Consumer<Outcome> onSettle;

    Handed(String payload, Optional<String> session, Consumer<Outcome> onSettle) {
      var metadata =
          new Metadata(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Priority.NORMAL,
              session,
              Bytes.empty());
      var id = ids.next();
      var now = clock.instant();
      this.message =
          new Message(
              id, Body.of(Bytes.utf8(payload)), Headers.none(), metadata, now, Optional.empty());
      this.onSettle = onSettle;
      store.create(Job.pending(id, now, now, Optional.empty()), Optional.empty());
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public void extend(Duration duration) {
      extended.add(duration);
    }

    @Override
    public void settle(Outcome outcome) {
      onSettle.accept(outcome);
      settled.add(outcome);
    }

    Job job() {
      return store.find(message.id()).orElseThrow();
    }
  }

  private Handed of(String payload) {
    return new Handed(payload, Optional.empty(), outcome -> {});
  }

  private Handed of(String payload, String session) {
    return new Handed(payload, Optional.of(session), outcome -> {});
  }

  private Deadline invocation() {
    return Deadline.after(INVOCATION, clock);
  }

  private static String payload(Attempt attempt) {
    return ((Body.Inline) attempt.message().payload()).bytes().toUtf8();
  }

  /** Does what a payload says, and notes what it was given. */
  private static Processor obedient(List<String> seen) {
    return attempt -> {
      String payload = payload(attempt);
      seen.add(payload);
      if (payload.startsWith("busy")) {
        throw RetryException.after(Duration.ofSeconds(40), "busy");
      } else if (payload.startsWith("never")) {
        throw new PermanentException("never");
      }
      return OK;
    };
  }

  @Test
  void allAreWorkedOnAtTheSameTime() {
    var barrier = new CyclicBarrier(50);
    var deliveries = new ArrayList<Delivery>();
    for (int i = 0; i < 50; i++) {
      deliveries.add(of("a"));
    }
    Processor meeting =
        attempt -> {
          try {
            barrier.await(10, TimeUnit.SECONDS);
          } catch (BrokenBarrierException | TimeoutException alone) {
            throw new PermanentException("the others did not come");
          }
          return OK;
        };
    assertThat(batch(UNORDERED, meeting).deliverAll(deliveries, invocation()))
        .hasSize(50)
        .containsOnly(new Outcome.Done());
  }

  @Test
  void eachIsSettledWithItsOutcomeAndOutcomesStandInTheOrderOfTheDeliveries() {
    var good = of("good");
    var busy = of("busy");
    var never = of("never");
    var outcomes =
        batch(UNORDERED, obedient(new CopyOnWriteArrayList<>()))
            .deliverAll(List.of(good, busy, never), invocation());
    assertThat(outcomes)
        .containsExactly(
            new Outcome.Done(),
            new Outcome.RetryAfter(Duration.ofSeconds(40)),
            new Outcome.DeadLetter("never"));
    assertThat(good.settled).containsExactly(outcomes.get(0));
    assertThat(busy.settled).containsExactly(outcomes.get(1));
    assertThat(never.settled).containsExactly(outcomes.get(2));
  }

  @Test
  void noDeliveriesHaveNoOutcomes() {
    assertThat(batch(UNORDERED, attempt -> OK).deliverAll(List.of(), invocation())).isEmpty();
  }

  @Test
  void ofASessionNothingIsBegunBehindTheFirstThatComesAgainAndOtherSessionsGoOn() {
    var seen = new CopyOnWriteArrayList<String>();
    var notBegun = of("good-a3", "a");
    var deliveries =
        List.<Delivery>of(
            of("good-a1", "a"),
            of("good-b1", "b"),
            of("busy-a2", "a"),
            notBegun,
            of("never-b2", "b"),
            of("good-b3", "b"),
            of("good-free"));
    var outcomes = batch(ORDERED, obedient(seen)).deliverAll(deliveries, invocation());
    assertThat(outcomes)
        .containsExactly(
            new Outcome.Done(),
            new Outcome.Done(),
            new Outcome.RetryAfter(Duration.ofSeconds(40)),
            new Outcome.RetryAfter(Duration.ZERO),
            new Outcome.DeadLetter("never"),
            new Outcome.Done(),
            new Outcome.Done());
    assertThat(seen.stream().filter(one -> one.contains("-a")))
        .containsExactly("good-a1", "busy-a2");
    assertThat(seen.stream().filter(one -> one.contains("-b")))
        .containsExactly("good-b1", "never-b2", "good-b3");
    assertThat(notBegun.settled).containsExactly(new Outcome.RetryAfter(Duration.ZERO));
    assertThat(notBegun.job().attempts()).isZero();
  }

  @Test
  void sessionsOfAQueueWithoutOrderAreWorkedOnAtTheSameTime() {
    var seen = new CopyOnWriteArrayList<String>();
    var outcomes =
        batch(UNORDERED, obedient(seen))
            .deliverAll(List.of(of("busy", "a"), of("good", "a")), invocation());
    assertThat(seen).containsExactlyInAnyOrder("busy", "good");
    assertThat(outcomes.get(1)).isEqualTo(new Outcome.Done());
  }

  @Test
  void oneThatCannotBeSettledComesAgainAndHoldsUpItsSession() {
    var seen = new CopyOnWriteArrayList<String>();
    var unsettled =
        new Handed(
            "never",
            Optional.of("a"),
            outcome -> {
              throw new UnavailableException("the dead letters cannot be reached", LEASE);
            });
    var outcomes =
        batch(ORDERED, obedient(seen))
            .deliverAll(List.of(unsettled, of("good", "a")), invocation());
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.RetryAfter.class);
    assertThat(seen).containsExactly("never");
  }

  @Test
  void leasesAndVisibilityGoOnWhileABackendIsAtWork() throws Exception {
    var delivery = of("slow");
    var called = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    var work =
        inBackground(
            batch(
                UNORDERED,
                attempt -> {
                  called.countDown();
                  answer.await();
                  return OK;
                }),
            List.of(delivery));
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    clock.advance(LEASE.dividedBy(3).plusSeconds(1));
    await().until(() -> !delivery.extended.isEmpty());
    var processing = (Job.State.Processing) delivery.job().state();
    assertThat(processing.leaseUntil()).isEqualTo(clock.instant().plus(LEASE));
    answer.countDown();
    assertThat(work.get(10, TimeUnit.SECONDS)).containsExactly(new Outcome.Done());
  }

  @Test
  void whatTheEndOfTheInvocationCutsShortThoughItHadAllOfItIsAFailedAttempt() throws Exception {
    var delivery = of("slow");
    var called = new CountDownLatch(1);
    var work =
        inBackground(
            batch(
                UNORDERED,
                attempt -> {
                  called.countDown();
                  new CountDownLatch(1).await();
                  return OK;
                }),
            List.of(delivery),
            Deadline.after(Duration.ofSeconds(12), clock));
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    clock.advance(Duration.ofSeconds(12).minus(MARGIN).minus(SETTLE_MARGIN));
    assertThat(work.get(10, TimeUnit.SECONDS)).hasOnlyElementsOfType(Outcome.RetryAfter.class);
    assertThat(delivery.job().attempts()).isEqualTo(1);
    assertThat(((Job.State.Pending) delivery.job().state()).lastError())
        .contains(
            "no answer within 9500 ms, which is what the time limit of the worker's function"
                + " leaves of the timeout of 20 s");
  }

  @Test
  void aBackendSlowerThanEveryInvocationEndsItsJobAfterItsAttemptsAndNoOther() throws Exception {
    var slow = of("slow");
    var limit = Duration.ofSeconds(12);
    for (int attempt = 1; attempt <= 3; attempt++) {
      var quick = of("quick");
      var called = new CountDownLatch(1);
      var work =
          inBackground(
              batch(
                  UNORDERED,
                  one -> {
                    if (payload(one).equals("slow")) {
                      called.countDown();
                      new CountDownLatch(1).await();
                    }
                    return OK;
                  }),
              List.of(slow, quick),
              Deadline.after(limit, clock));
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      await().until(() -> quick.job().status() == JobStatus.COMPLETED);
      clock.advance(limit.minus(MARGIN).minus(SETTLE_MARGIN));
      assertThat(work.get(10, TimeUnit.SECONDS)).element(1).isEqualTo(new Outcome.Done());
      // As the platform does with the next delivery.
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(slow.job().status()).isEqualTo(JobStatus.TIMEOUT);
    assertThat(slow.settled).last().isInstanceOf(Outcome.DeadLetter.class);
    assertThat(((Outcome.DeadLetter) slow.settled.getLast()).reason())
        .isEqualTo(
            "no answer within 9500 ms, which is what the time limit of the worker's function"
                + " leaves of the timeout of 20 s, after 3 attempts at 'orders'; give it more time"
                + " or look at the backend");
  }

  @Test
  void whatBeganLateAndIsCutShortIsGivenBackUncounted() throws Exception {
    for (boolean tellsItself : List.of(true, false)) {
      var first = of("first", "a");
      var second = of("second", "a");
      var third = of("third", "a");
      var called = new CountDownLatch(1);
      var over = new CountDownLatch(1);
      var work =
          inBackground(
              batch(
                  ORDERED,
                  attempt -> {
                    if (payload(attempt).equals("first")) {
                      clock.advance(Duration.ofSeconds(9));
                      return OK;
                    }
                    called.countDown();
                    if (tellsItself) {
                      over.await();
                      throw RetryException.timedOut("no complete answer");
                    }
                    new CountDownLatch(1).await();
                    return OK;
                  }),
              List.of(first, second, third),
              Deadline.after(Duration.ofSeconds(25), clock));
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      clock.advance(tellsItself ? Duration.ofSeconds(13) : Duration.ofSeconds(14));
      over.countDown();
      assertThat(work.get(10, TimeUnit.SECONDS))
          .containsExactly(
              new Outcome.Done(),
              new Outcome.RetryAfter(Duration.ZERO),
              new Outcome.RetryAfter(Duration.ZERO));
      assertThat(second.job().attempts()).isZero();
      assertThat(second.job().status()).isEqualTo(JobStatus.PENDING);
    }
  }

  @Test
  void whatThereIsNoTimeLeftForIsNotEvenClaimed() {
    var seen = new CopyOnWriteArrayList<String>();
    var second = of("second", "a");
    var outcomes =
        batch(
                ORDERED,
                attempt -> {
                  seen.add(payload(attempt));
                  clock.advance(Duration.ofSeconds(10));
                  return OK;
                })
            .deliverAll(
                List.of(of("first", "a"), second), Deadline.after(Duration.ofSeconds(12), clock));
    assertThat(outcomes).containsExactly(new Outcome.Done(), new Outcome.RetryAfter(Duration.ZERO));
    assertThat(seen).containsExactly("first");
    assertThat(second.job().updatedAt()).isEqualTo(second.job().submittedAt());
  }

  @Test
  void aProcessorThatHeedsNoInterruptDoesNotHoldTheInvocation() throws Exception {
    var stubborn = of("stubborn");
    var quick = of("quick");
    var called = new CountDownLatch(1);
    var released = new AtomicBoolean();
    var work =
        inBackground(
            batch(
                UNORDERED,
                attempt -> {
                  if (payload(attempt).equals("stubborn")) {
                    called.countDown();
                    while (!released.get()) {
                      Thread.onSpinWait();
                      Thread.yield();
                    }
                  }
                  return OK;
                }),
            List.of(stubborn, quick));
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    await().until(() -> quick.job().status() == JobStatus.COMPLETED);
    clock.advance(INVOCATION.minus(MARGIN));
    var outcomes = work.get(10, TimeUnit.SECONDS);
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.RetryAfter.class);
    assertThat(outcomes.get(1)).isEqualTo(new Outcome.Done());
    released.set(true);
    await().until(() -> attempts.active() == 0);
    assertThat(stubborn.settled).isEmpty();
  }

  @Test
  void neverAreMoreWorkedOnThanThereAreHands() {
    var atWork = new AtomicInteger();
    var most = new AtomicInteger();
    var deliveries = new ArrayList<Delivery>();
    for (int i = 0; i < 30; i++) {
      deliveries.add(of("a"));
    }
    Processor counting =
        attempt -> {
          most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
          Thread.yield();
          atWork.decrementAndGet();
          return OK;
        };
    assertThat(batch(3, UNORDERED, counting).deliverAll(deliveries, invocation()))
        .hasSize(30)
        .containsOnly(new Outcome.Done());
    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void aBackendsOwnLimitIsWaitedForBeforeAnyJobIsClaimed() {
    var atWork = new AtomicInteger();
    var most = new AtomicInteger();
    var deliveries = List.<Delivery>of(of("a"), of("b"), of("c"), of("d"), of("e"));
    Processor counting =
        attempt -> {
          most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
          Thread.yield();
          atWork.decrementAndGet();
          return OK;
        };
    var batch = batch(1_000, UNORDERED, counting, OptionalInt.of(1));
    assertThat(batch.deliverAll(deliveries, invocation()))
        .hasSize(5)
        .containsOnly(new Outcome.Done());
    assertThat(most.get()).isEqualTo(1);
  }

  @Test
  void whatFindsNoRoomAtItsBackendInTimeIsGivenBackUnclaimed() throws Exception {
    var called = new CountDownLatch(1);
    var deliveries = List.of(of("a"), of("b"));
    var work =
        inBackground(
            batch(
                1_000,
                UNORDERED,
                attempt -> {
                  called.countDown();
                  new CountDownLatch(1).await();
                  return OK;
                },
                OptionalInt.of(1)),
            List.copyOf(deliveries),
            Deadline.after(Duration.ofSeconds(10), clock));
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    clock.advance(Duration.ofSeconds(10).minus(MARGIN).minus(SETTLE_MARGIN));
    assertThat(work.get(10, TimeUnit.SECONDS)).contains(new Outcome.RetryAfter(Duration.ZERO));
    assertThat(deliveries).extracting(one -> one.job().attempts()).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void anInterruptGivesBackWhatRunsAndBeginsNothingMore() throws Exception {
    var seen = new CopyOnWriteArrayList<String>();
    var called = new CountDownLatch(1);
    var first = of("first", "a");
    var interrupted = new AtomicBoolean();
    var batch =
        batch(
            1,
            ORDERED,
            attempt -> {
              seen.add(payload(attempt));
              called.countDown();
              new CountDownLatch(1).await();
              return OK;
            });
    var work =
        new FutureTask<>(
            () -> {
              var outcomes =
                  batch.deliverAll(List.of(first, of("second", "a"), of("third")), invocation());
              interrupted.set(Thread.interrupted());
              return outcomes;
            });
    var thread = Thread.startVirtualThread(work);
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    thread.interrupt();
    assertThat(work.get(10, TimeUnit.SECONDS))
        .containsExactly(
            new Outcome.RetryAfter(Duration.ZERO),
            new Outcome.RetryAfter(Duration.ZERO),
            new Outcome.RetryAfter(Duration.ZERO));
    assertThat(seen).containsExactly("first");
    assertThat(first.job().attempts()).isZero();
    assertThat(interrupted).isTrue();
  }

  @Test
  void aCancelledJobEndsAtOnce() throws Exception {
    var delivery = of("slow");
    var called = new CountDownLatch(1);
    var work =
        inBackground(
            batch(
                UNORDERED,
                attempt -> {
                  called.countDown();
                  new CountDownLatch(1).await();
                  return OK;
                }),
            List.of(delivery));
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    store.cancel(delivery.message.id(), Duration.ofHours(1));
    // Another process took the wish: this one learns it with the next beat of the lease.
    clock.advance(LEASE.dividedBy(3).plusSeconds(1));
    assertThat(work.get(10, TimeUnit.SECONDS)).containsExactly(new Outcome.Done());
    assertThat(((Job.State.Ended) delivery.job().state()).ending())
        .isEqualTo(new Ending.Cancelled());
  }

  private FutureTask<List<Outcome>> inBackground(BatchWorker batch, List<Delivery> deliveries) {
    return inBackground(batch, deliveries, invocation());
  }

  private static FutureTask<List<Outcome>> inBackground(
      BatchWorker batch, List<Delivery> deliveries, Deadline until) {
    var work = new FutureTask<>(() -> batch.deliverAll(deliveries, until));
    Thread.startVirtualThread(work);
    return work;
  }
}
