package io.openhqm.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
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
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import io.openhqm.tck.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a delivery, over the memory engine and a clock that is turned by hand. */
final class WorkerTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final RetryPolicy THREE_ATTEMPTS =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of(503));
  private static final Result OK = new Result(200, Headers.none(), Body.of(Bytes.utf8("done")));
  private static final Route LONG =
      new Route("orders", Optional.empty(), "POST", Duration.ofMinutes(10), THREE_ATTEMPTS);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final MemoryEngine engine = new MemoryEngine(clock, 1_000);
  private final JobStore store = engine.store().orElseThrow();
  private final RequestQueue queue = engine.queue().orElseThrow();
  private final DownAtFirst blobs = new DownAtFirst(engine.blobs().orElseThrow());
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final List<Job> announced = new ArrayList<>();
  private final List<Throwable> troubles = new ArrayList<>();
  private final Attempts attempts = new Attempts(store, clock, new Telemetry() {}, LEASE);
  private Worker.Pause pause = duration -> {};
  private final AnswerMemory answers = new AnswerMemory(1_024);
  private boolean wasFreeAtTheEnd;

  @AfterEach
  void close() {
    engine.close();
  }

  private Worker worker(Processor processor) {
    Route route = new Route("orders", Optional.empty(), "POST", TIMEOUT, THREE_ATTEMPTS);
    return worker(processor, message -> new Resolution.Found(route));
  }

  private Worker worker(Processor processor, EndpointResolver resolver) {
    ResponseQueue responses =
        job -> {
          announced.add(job);
          wasFreeAtTheEnd = isAnswerMemoryFree();
        };
    return new Worker(
        new Worker.Settings(LEASE, Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(5)),
        new Worker.Ports(
            store,
            queue.features(),
            new ClaimCheck(Optional.of(blobs), 1_000, 1_000),
            resolver,
            processor,
            attempts,
            answers,
            Optional.of(responses),
            new Telemetry() {
              @Override
              public void trouble(String what, Throwable cause) {
                troubles.add(cause);
              }
            },
            clock,
            new Random(7),
            duration -> pause.pause(duration)));
  }

  private UUID submit() {
    return submit(Body.of(Bytes.utf8("{\"n\":1}")));
  }

  private UUID submit(Body payload) {
    var id = ids.next();
    var now = clock.instant();
    engine
        .intake()
        .orElseThrow()
        .accept(
            Job.pending(id, now, now, Optional.empty()),
            new Message(id, payload, Headers.none(), Metadata.none(), now, Optional.empty()),
            now);
    return id;
  }

  private Delivery received() throws InterruptedException {
    return queue.receive(1, LEASE, Duration.ZERO).getFirst();
  }

  /** Delivers the next message and settles it. */
  private Outcome deliver(Processor processor) throws InterruptedException {
    var delivery = received();
    var outcome = worker(processor).deliver(delivery, unbounded());
    delivery.settle(outcome);
    return outcome;
  }

  private Deadline unbounded() {
    return new Deadline(Instant.MAX, clock);
  }

  private Job job(UUID id) {
    return store.find(id).orElseThrow();
  }

  private Ending ending(UUID id) {
    return ((Job.State.Ended) job(id).state()).ending();
  }

  @Test
  void anAnswerIsRecordedAnnouncedAndTheMessageIsGone() throws Exception {
    var id = submit();
    assertThat(deliver(attempt -> OK)).isEqualTo(new Outcome.Done());
    assertThat(ending(id)).isEqualTo(new Ending.Completed(OK));
    assertThat(job(id).attempts()).isEqualTo(1);
    assertThat(announced).extracting(Job::id).containsExactly(id);
    assertThat(queue.depth().messages()).isZero();
  }

  @Test
  void aFailedAttemptComesAgainAfterAPauseThatGrowsAndIsRandom() throws Exception {
    var id = submit();
    var pauses = new ArrayList<Duration>();
    for (int i = 1; i <= 2; i++) {
      var outcome =
          deliver(
              attempt -> {
                throw RetryException.noAnswer("connection refused");
              });
      var pause = ((Outcome.RetryAfter) outcome).delay();
      assertThat(pause).isBetween(Duration.ZERO, Duration.ofSeconds(1L << (i - 1)));
      pauses.add(pause);
      assertThat(job(id).status()).isEqualTo(JobStatus.PENDING);
      assertThat(job(id).attempts()).isEqualTo(i);
      clock.advance(Duration.ofSeconds(2));
    }
    assertThat(pauses).doesNotHaveDuplicates();
    assertThat(deliver(attempt -> OK)).isEqualTo(new Outcome.Done());
    assertThat(job(id).attempts()).isEqualTo(3);
  }

  @Test
  void aBackendsRetryAfterIsObeyedButNotForEver() throws Exception {
    submit();
    var busy = new Result(503, Headers.none(), Body.of(Bytes.empty()));
    var asked =
        deliver(
            attempt -> {
              throw RetryException.answered("503", busy, Optional.of(Duration.ofSeconds(40)));
            });
    assertThat(asked).isEqualTo(new Outcome.RetryAfter(Duration.ofSeconds(40)));
    clock.advance(Duration.ofSeconds(41));
    var capped =
        deliver(
            attempt -> {
              throw RetryException.answered("503", busy, Optional.of(Duration.ofDays(9)));
            });
    assertThat(capped).isEqualTo(new Outcome.RetryAfter(Duration.ofMinutes(5)));
  }

  @Test
  void afterTheLastAttemptItFailsWithAReasonAndIsADeadLetter() throws Exception {
    var id = submit();
    Outcome outcome = new Outcome.Done();
    for (int i = 0; i < 3; i++) {
      outcome =
          deliver(
              attempt -> {
                throw RetryException.noAnswer("connection refused");
              });
      clock.advance(Duration.ofSeconds(10));
    }
    String reason =
        "connection refused, after 3 attempts at 'orders'; check that the backend runs and answers"
            + " at its URL";
    assertThat(outcome).isEqualTo(new Outcome.DeadLetter(reason));
    assertThat(ending(id)).isEqualTo(new Ending.Failed(reason));
    assertThat(queue.deadLetters().find(id)).isPresent();
  }

  @Test
  void afterTheLastAttemptAnAnswerThatAskedForAnotherIsTheResult() throws Exception {
    var id = submit();
    var busy = new Result(503, Headers.none(), Body.of(Bytes.utf8("busy")));
    for (int i = 0; i < 3; i++) {
      deliver(
          attempt -> {
            throw RetryException.answered("503", busy, Optional.empty());
          });
      clock.advance(Duration.ofSeconds(10));
    }
    assertThat(ending(id)).isEqualTo(new Ending.Completed(busy));
  }

  @Test
  void whatMustNotBeTriedAgainIsNot() throws Exception {
    var id = submit();
    var outcome =
        deliver(
            attempt -> {
              throw new PermanentException("the order is not one of ours");
            });
    assertThat(outcome).isEqualTo(new Outcome.DeadLetter("the order is not one of ours"));
    assertThat(job(id).attempts()).isEqualTo(1);
  }

  @Test
  void whatAProcessorThrowsIsAFailedAttemptAndItsTextIsToldToNobody() throws Exception {
    for (Throwable bug :
        List.of(
            new IllegalStateException("s3cret"),
            new StackOverflowError("s3cret"),
            new NoClassDefFoundError("s3cret"),
            new AssertionError("s3cret"),
            new Error("s3cret"),
            new IOException("s3cret"))) {
      troubles.clear();
      var id = submit();
      for (int i = 0; i < 3; i++) {
        deliver(
            attempt -> {
              throw WorkerTest.<RuntimeException>undeclared(bug);
            });
        assertThat(troubles).hasSize(i + 1).contains(bug);
        clock.advance(Duration.ofSeconds(10));
      }
      assertThat(((Ending.Failed) ending(id)).error())
          .contains(bug.getClass().getName())
          .doesNotContain("s3cret");
    }
  }

  /** As Kotlin does with what Java checks. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T undeclared(Throwable bug) throws T {
    throw (T) bug;
  }

  @Test
  void whatBreaksTheJvmGoesOnUp() {
    submit();
    var broken = new OutOfMemoryError("heap");
    assertThatThrownBy(
            () ->
                deliver(
                    attempt -> {
                      throw broken;
                    }))
        .isSameAs(broken);
  }

  @Test
  void aSecondDeliveryOfAJobThatEndedCallsNobody() throws Exception {
    var id = submit();
    var delivery = received();
    var worker = worker(attempt -> OK);
    worker.deliver(delivery, unbounded());
    assertThat(worker(attempt -> Assert.fail("called again")).deliver(delivery, unbounded()))
        .isEqualTo(new Outcome.Done());
    assertThat(job(id).attempts()).isEqualTo(1);
  }

  @Test
  void aMessageWithoutAJobIsDropped() throws Exception {
    var id = submit();
    var delivery = received();
    store.discard(id);
    assertThat(worker(attempt -> Assert.fail("called")).deliver(delivery, unbounded()))
        .isEqualTo(new Outcome.Done());
  }

  @Test
  void aMessageThatOthersPutThereGetsAJob() throws Exception {
    var id = ids.next();
    var message =
        new Message(
            id,
            Body.of(Bytes.utf8("as it came")),
            Headers.of("X-Attribute", "1"),
            Metadata.none(),
            clock.instant(),
            Optional.empty());
    var seen = new ArrayList<Message>();
    var outcome =
        worker(
                attempt -> {
                  seen.add(attempt.message());
                  return OK;
                })
            .deliver(new Foreign(message), unbounded());
    assertThat(outcome).isEqualTo(new Outcome.Done());
    assertThat(seen).containsExactly(message);
    assertThat(ending(id)).isEqualTo(new Ending.Completed(OK));
  }

  @Test
  void anotherWorkersJobIsLeftToIt() throws Exception {
    var id = submit();
    var delivery = received();
    store.claim(id, LEASE);
    assertThat(worker(attempt -> Assert.fail("called")).deliver(delivery, unbounded()))
        .isEqualTo(new Outcome.RetryAfter(LEASE));
  }

  @Test
  void aResultUnderALeaseThatAnotherTookOverIsNotRecorded() throws Exception {
    var id = submit();
    var delivery = received();
    var outcome =
        worker(
                attempt -> {
                  clock.advance(LEASE.plusSeconds(1));
                  store.claim(id, LEASE);
                  return OK;
                })
            .deliver(delivery, unbounded());
    assertThat(outcome).isInstanceOf(Outcome.RetryAfter.class);
    assertThat(job(id).status()).isEqualTo(JobStatus.PROCESSING);
  }

  @Test
  void aCancelledJobIsStoppedAndCallsNobodyAgain() throws Exception {
    var id = submit();
    var delivery = received();
    var called = new CountDownLatch(1);
    var work =
        new FutureTask<>(
            () ->
                worker(
                        attempt -> {
                          called.countDown();
                          new CountDownLatch(1).await();
                          return OK;
                        })
                    .deliver(delivery, unbounded()));
    Thread.startVirtualThread(work);
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(store.cancel(id, Duration.ofHours(1)))
        .isInstanceOf(JobStore.Cancellation.Requested.class);
    attempts.cancel(id);
    assertThat(work.get(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.Done());
    assertThat(ending(id)).isEqualTo(new Ending.Cancelled());
  }

  @Test
  void workThatIsGivenBackAtAStopIsNotCounted() throws Exception {
    var id = submit();
    var delivery = received();
    var called = new CountDownLatch(1);
    var work =
        new FutureTask<>(
            () ->
                worker(
                        attempt -> {
                          called.countDown();
                          new CountDownLatch(1).await();
                          return OK;
                        })
                    .deliver(delivery, unbounded()));
    Thread.startVirtualThread(work);
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    attempts.stopAll();
    assertThat(work.get(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.RetryAfter(Duration.ZERO));
    assertThat(job(id).status()).isEqualTo(JobStatus.PENDING);
    assertThat(job(id).attempts()).isZero();
  }

  @Test
  void anAttemptThatIsOverItsTimeIsStoppedByTheHeartbeat() throws Exception {
    var id = submit();
    var delivery = received();
    var called = new CountDownLatch(1);
    var work =
        new FutureTask<>(
            () ->
                worker(
                        attempt -> {
                          called.countDown();
                          new CountDownLatch(1).await();
                          return OK;
                        })
                    .deliver(delivery, unbounded()));
    Thread.startVirtualThread(work);
    assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
    clock.advance(TIMEOUT);
    attempts.beat();
    assertThat(work.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.RetryAfter.class);
    assertThat(((Job.State.Pending) job(id).state()).lastError()).contains("no answer within 10 s");
  }

  @Test
  void theTimeOfDayMayJumpAndAnAttemptStillHasTheTimeThatItWasGiven() throws Exception {
    var elapsed = new ManualClock(clock.instant());
    var invocation = new Deadline(Instant.MAX, elapsed);
    var id = submit();
    var delivery = received();
    var outcome =
        worker(
                attempt -> {
                  clock.advance(Duration.ofHours(1));
                  attempts.beat();
                  clock.advance(Duration.ofHours(-2));
                  attempts.beat();
                  assertThat(attempt.deadline().remaining()).isEqualTo(TIMEOUT);
                  return OK;
                })
            .deliver(delivery, invocation);
    assertThat(outcome).isEqualTo(new Outcome.Done());
    assertThat(ending(id)).isEqualTo(new Ending.Completed(OK));
    delivery.settle(outcome);

    var other = submit();
    worker(
            attempt -> {
              elapsed.advance(TIMEOUT);
              clock.advance(Duration.ofHours(-1));
              attempts.beat();
              new CountDownLatch(1).await();
              return OK;
            })
        .deliver(received(), invocation);
    assertThat(((Job.State.Pending) job(other).state()).lastError())
        .contains("no answer within 10 s");
  }

  @Test
  void ofTwoAttemptsAtOneJobTheHeartbeatStopsTheOneThatLostIt() throws Exception {
    var id = submit();
    var calls = new LinkedBlockingQueue<CountDownLatch>();
    var worker =
        worker(
            attempt -> {
              var answer = new CountDownLatch(1);
              calls.add(answer);
              answer.await();
              return OK;
            },
            message -> new Resolution.Found(LONG));
    var first = begun(worker, received());
    assertThat(calls.poll(10, TimeUnit.SECONDS)).isNotNull();
    clock.advance(LEASE);
    var second = begun(worker, received());
    var answer = calls.poll(10, TimeUnit.SECONDS);
    assertThat(attempts.active()).isEqualTo(2);

    attempts.beat();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.RetryAfter(LEASE));
    requireNonNull(answer).countDown();
    assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.Done());
    assertThat(ending(id)).isEqualTo(new Ending.Completed(OK));
    assertThat(attempts.active()).isZero();
  }

  private FutureTask<Outcome> begun(Worker worker, Delivery delivery) {
    var work = new FutureTask<>(() -> worker.deliver(delivery, unbounded()));
    Thread.startVirtualThread(work);
    return work;
  }

  @Test
  void theHeartbeatKeepsTheLeaseOfLongWork() throws Exception {
    var id = submit();
    var delivery = received();
    var outcome =
        worker(
                attempt -> {
                  for (int i = 0; i < 5; i++) {
                    clock.advance(LEASE.dividedBy(2));
                    attempts.beat();
                  }
                  assertThat(store.claim(id, LEASE)).isInstanceOf(Claim.Held.class);
                  return OK;
                },
                message -> new Resolution.Found(LONG))
            .deliver(delivery, unbounded());
    assertThat(outcome).isEqualTo(new Outcome.Done());
    assertThat(ending(id)).isEqualTo(new Ending.Completed(OK));
  }

  @Test
  void anInvocationWithoutTimeGivesTheJobBackUncounted() throws Exception {
    var id = submit();
    var delivery = received();
    var outcome =
        worker(attempt -> Assert.fail("called"))
            .deliver(delivery, new Deadline(clock.instant(), clock));
    assertThat(outcome).isEqualTo(new Outcome.RetryAfter(Duration.ZERO));
    assertThat(job(id).attempts()).isZero();
  }

  @Test
  void theMemoryForAnAnswerIsHeldUntilTheAnswerIsRecorded() throws Exception {
    submit();
    deliver(
        attempt -> {
          assertThat(answers.take(1, Duration.ZERO)).isTrue();
          return OK;
        });
    assertThat(announced).hasSize(1);
    assertThat(wasFreeAtTheEnd).isFalse();
    assertThat(isAnswerMemoryFree()).isTrue();
  }

  @Test
  void howeverAnAttemptEndsTheMemoryForItsAnswerIsGivenBack() throws Exception {
    for (Throwable end :
        List.of(
            RetryException.noAnswer("reset"),
            RetryException.timedOut("late"),
            new PermanentException("too large"),
            new InterruptedException("stopped"),
            new IllegalStateException("a bug"),
            new UnavailableException("down", Duration.ofSeconds(1)),
            new OutOfMemoryError("heap"))) {
      submit();
      assertThatCode(
              () ->
                  deliver(
                      attempt -> {
                        assertThat(answers.take(1, Duration.ZERO)).isTrue();
                        throw WorkerTest.<RuntimeException>undeclared(end);
                      }))
          .satisfiesAnyOf(
              nothing -> assertThat(nothing).isNull(), thrown -> assertThat(thrown).isSameAs(end));
      assertThat(isAnswerMemoryFree()).as("after %s", end).isTrue();
    }
  }

  private boolean isAnswerMemoryFree() {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return answers.take(1, Duration.ZERO);
              } catch (InterruptedException nobodyDoes) {
                throw new IllegalStateException(nobodyDoes);
              } finally {
                answers.giveBack();
              }
            })
        .join();
  }

  @Test
  void aBigPayloadIsFetchedBeforeTheRoutingLooksAtIt() throws Exception {
    var id = submitBig();
    var routed = new ArrayList<Body>();
    var worker =
        worker(
            attempt -> OK,
            message -> {
              routed.add(message.payload());
              return new Resolution.Found(
                  new Route("orders", Optional.empty(), "POST", TIMEOUT, THREE_ATTEMPTS));
            });
    assertThat(worker.deliver(received(), unbounded())).isEqualTo(new Outcome.Done());
    assertThat(routed).containsExactly(Body.of(Bytes.utf8("{\"kind\":\"big\"}")));
    assertThat(engine.blobs().orElseThrow().get("payload/" + id)).isEmpty();
  }

  @Test
  void aBigResultIsLeftInTheBlobStore() throws Exception {
    var id = submit();
    var big = Bytes.utf8("x".repeat(5_000));
    deliver(attempt -> new Result(200, Headers.none(), Body.of(big)));
    var body = ((Ending.Completed) ending(id)).result().body();
    assertThat(body).isInstanceOf(Body.Stored.class);
    assertThat(engine.blobs().orElseThrow().get(((Body.Stored) body).key())).contains(big);
  }

  @Test
  void aPayloadThatCannotBeFetchedNowCostsNoAttempt() throws Exception {
    var id = submitBig();
    blobs.down = 4;
    for (int time = 0; time < 4; time++) {
      assertThat(deliver(attempt -> Assert.fail("called")))
          .isEqualTo(new Outcome.RetryAfter(DownAtFirst.AGAIN));
      assertThat(job(id).attempts()).isZero();
      clock.advance(DownAtFirst.AGAIN);
    }
    assertThat(deliver(attempt -> OK)).isEqualTo(new Outcome.Done());
    assertThat(job(id).attempts()).isEqualTo(1);
  }

  @Test
  void aBigResultThatCannotBeLeftAtOnceCostsNoSecondCall() throws Exception {
    var id = submit();
    blobs.down = 4;
    var big = Bytes.utf8("x".repeat(5_000));
    var calls = new ArrayList<Integer>();
    var outcome =
        deliver(
            attempt -> {
              calls.add(attempt.number());
              return new Result(200, Headers.none(), Body.of(big));
            });
    assertThat(outcome).isEqualTo(new Outcome.Done());
    assertThat(calls).containsExactly(1);
    var body = ((Ending.Completed) ending(id)).result().body();
    assertThat(blobs.get(((Body.Stored) body).key())).contains(big);
  }

  @Test
  void theLongerAnOutageTheLongerItsMessagesStayAway() throws Exception {
    var message = messageOf(submitBig());
    var pauses = new ArrayList<Duration>();
    for (int receives : List.of(1, 2, 3, 5, 9, 100)) {
      blobs.down = 1;
      var delivery = new Again(message, receives);
      var outcome = worker(attempt -> Assert.fail("called")).deliver(delivery, unbounded());
      pauses.add(((Outcome.RetryAfter) outcome).delay());
      clock.advance(Duration.ofMinutes(2));
    }
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(2L, 4L, 8L, 32L, 120L, 120L);
  }

  private Message messageOf(UUID id) {
    return new Message(
        id,
        new Body.Stored("payload/" + id, 14),
        Headers.none(),
        Metadata.none(),
        clock.instant(),
        Optional.empty());
  }

  @Test
  void aResultThatCannotBeRecordedIsHeldAsLongAsTheJobStaysOurs() throws Exception {
    var id = submit();
    var held = new ArrayList<Claim>();
    pause =
        duration -> {
          clock.advance(Duration.ofSeconds(1));
          held.add(store.claim(id, LEASE));
        };
    var result = new Result(200, Headers.none(), Body.of(Bytes.wrap(new byte[2_000])));

    var outcome =
        deliver(
            attempt -> {
              blobs.down = 300;
              return result;
            });

    assertThat(outcome).isEqualTo(new Outcome.Done());
    assertThat(held).hasSize(300).allMatch(Claim.Held.class::isInstance);
    assertThat(job(id).status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(job(id).attempts()).isEqualTo(1);
    assertThat(queue.depth().messages()).isZero();
  }

  @Test
  void aResultIsHeldNoLongerThanTheTimeOfTheInvocation() throws Exception {
    submit();
    var begun = clock.instant();
    pause = duration -> clock.advance(Duration.ofSeconds(1));
    var result = new Result(200, Headers.none(), Body.of(Bytes.wrap(new byte[2_000])));

    var outcome =
        worker(
                attempt -> {
                  blobs.down = Integer.MAX_VALUE;
                  return result;
                })
            .deliver(received(), Deadline.after(Duration.ofSeconds(60), clock));

    assertThat(outcome).isInstanceOf(Outcome.RetryAfter.class);
    assertThat(Duration.between(begun, clock.instant())).isEqualTo(Duration.ofSeconds(60));
  }

  private UUID submitBig() {
    var id = ids.next();
    blobs.put("payload/" + id, Bytes.utf8("{\"kind\":\"big\"}"));
    var now = clock.instant();
    engine
        .intake()
        .orElseThrow()
        .accept(Job.pending(id, now, now, Optional.empty()), messageOf(id), now);
    return id;
  }

  /** Gives no answer as often as {@code down} says. */
  private static final class DownAtFirst implements BlobStore {
    static final Duration AGAIN = Duration.ofSeconds(2);

    final BlobStore blobs;
    int down;

    DownAtFirst(BlobStore blobs) {
      this.blobs = blobs;
    }

    private BlobStore answering() {
      if (down > 0) {
        down--;
        throw new UnavailableException("the bodies cannot be reached", AGAIN);
      }
      return blobs;
    }

    @Override
    public void put(String key, Bytes bytes) {
      answering().put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return answering().get(key);
    }

    @Override
    public void delete(String key) {
      answering().delete(key);
    }

    @Override
    public List<Kept> list(Optional<String> after, int limit) {
      return answering().list(after, limit);
    }

    @Override
    public void close() {
      blobs.close();
    }
  }

  /** A delivery of a queue that counts. */
  private record Again(Message message, int receives) implements Delivery {
    @Override
    public void extend(Duration duration) {}

    @Override
    public void settle(Outcome outcome) {}
  }

  /** A delivery that came in nobody's envelope. */
  private record Foreign(Message message) implements Delivery {
    @Override
    public boolean isForeign() {
      return true;
    }

    @Override
    public void extend(Duration duration) {}

    @Override
    public void settle(Outcome outcome) {}
  }

  private static final class Assert {
    static Result fail(String what) {
      throw new AssertionError(what);
    }
  }
}
