package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.JobStore.Extension;
import io.openhqm.core.Result;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** J18 to J23: how a job ends and who is told. */
abstract class JobStoreEndRules extends JobStoreLeaseRules {
  /** Long enough for a slow machine; what wakes promptly needs a small part of it. */
  static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void j18StatusAndResultComeTogether() throws Exception {
    var endings =
        List.of(
            completed("{\"ok\":true}"),
            new Ending.Failed("Nobody listens at \"http://b\": check the endpoint's url."),
            new Ending.TimedOut("No answer within 3 s: ünï 𝄞\n"),
            new Ending.Cancelled());
    for (var ending : endings) {
      var job = created();
      var granted = claimed(job.id());
      passTime(ticks(1));

      assertThat(store.complete(granted.lease(), ending, ticks(5))).isTrue();

      var done = found(job.id());
      assertThat(done.status()).isEqualTo(ending.status());
      assertThat(done.attempts()).isEqualTo(1);
      var end = ended(done);
      assertThat(end.ending()).isEqualTo(ending);
      assertThat(end.startedAt()).contains(processing(granted.job()).startedAt());
      assertThat(end.expiresAt()).isEqualTo(end.endedAt().plus(ticks(5)));
      if (!isRealTime()) {
        assertThat(end.endedAt()).isEqualTo(now());
        assertThat(done.updatedAt()).isEqualTo(now());
      }
      assertThat(store.claim(job.id(), ticks(3))).isEqualTo(new Claim.Finished(done));
    }
  }

  @Test
  void j19ResultIsKeptByteForByte() {
    for (var body : Samples.bodies(store.maxResultBytes())) {
      var result = new Result(599, Samples.headers(), Body.of(body));
      var job = created();

      store.complete(claimed(job.id()).lease(), new Ending.Completed(result), TTL);

      assertThat(ended(found(job.id())).ending()).isEqualTo(new Ending.Completed(result));
    }
    var elsewhere = new Body.Stored("result/a/1", 5_000_000_000L);
    var result = new Result(200, Headers.none(), elsewhere);
    var job = created();
    store.complete(claimed(job.id()).lease(), new Ending.Completed(result), TTL);
    assertThat(ended(found(job.id())).ending()).isEqualTo(new Ending.Completed(result));
  }

  @Test
  void j20WaitingJobIsCancelledAtOnce() {
    var job = created(newJobDue(now().plus(ticks(2))));

    var cancelled = store.cancel(job.id(), ticks(5));

    var done = found(job.id());
    assertThat(cancelled).isEqualTo(new Cancellation.Cancelled(done));
    assertThat(done.status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(ended(done).startedAt()).isEmpty();
    assertThat(ended(done).expiresAt()).isEqualTo(ended(done).endedAt().plus(ticks(5)));
    assertThat(store.claim(job.id(), ticks(3))).isEqualTo(new Claim.Finished(done));
    assertThat(store.cancel(job.id(), TTL)).isEqualTo(new Cancellation.Finished(done));
  }

  @Test
  void j21WorkerOfACancelledJobIsToldAndEndsIt() {
    var job = created();
    var lease = claimed(job.id()).lease();

    var first = store.cancel(job.id(), TTL);
    var second = store.cancel(job.id(), TTL);

    assertThat(first).isInstanceOf(Cancellation.Requested.class);
    assertThat(second).isInstanceOf(Cancellation.Requested.class);
    assertThat(processing(found(job.id())).cancelRequested()).isTrue();
    assertThat(store.release(lease, now(), Optional.of("no"), NOT_HELD)).isFalse();
    assertThat(store.release(lease, now(), Optional.empty(), NOT_HELD)).isFalse();
    assertThat(store.extend(lease, ticks(3))).isEqualTo(Extension.CANCEL_REQUESTED);
    assertThat(store.complete(lease, new Ending.Cancelled(), TTL)).isTrue();
    assertThat(found(job.id()).status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void j21AnswerThatIsThereIsKeptInSpiteOfACancel() {
    var job = created();
    var lease = claimed(job.id()).lease();
    store.cancel(job.id(), TTL);

    assertThat(store.complete(lease, completed("1"), TTL)).isTrue();

    assertThat(found(job.id()).status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(store.cancel(job.id(), TTL)).isEqualTo(new Cancellation.Finished(found(job.id())));
  }

  @Test
  void j22WishToCancelOutlivesTheWorkerThatWasTold() throws Exception {
    var toldBefore = created();
    var toldAfter = created();
    claimed(toldBefore.id(), ticks(1));
    claimed(toldAfter.id(), ticks(1));
    store.cancel(toldBefore.id(), TTL);
    passTime(ticks(2));

    assertThat(store.cancel(toldAfter.id(), TTL)).isInstanceOf(Cancellation.Requested.class);

    for (var job : List.of(toldBefore, toldAfter)) {
      var next = claimed(job.id());
      assertThat(processing(next.job()).cancelRequested()).isTrue();
      assertThat(store.extend(next.lease(), ticks(3))).isEqualTo(Extension.CANCEL_REQUESTED);
      assertThat(store.complete(next.lease(), new Ending.Cancelled(), TTL)).isTrue();
    }
  }

  @Test
  void j23WhoAwaitsTheEndIsWokenByIt() throws Exception {
    var completing = created();
    var lease = claimed(completing.id()).lease();
    var cancelling = created();
    var waiting = List.of(awaiting(completing.id()), awaiting(cancelling.id()));

    store.complete(lease, completed("1"), TTL);
    store.cancel(cancelling.id(), TTL);

    assertThat(waiting.get(0).get(10, TimeUnit.SECONDS)).contains(found(completing.id()));
    assertThat(waiting.get(1).get(10, TimeUnit.SECONDS)).contains(found(cancelling.id()));
    assertThat(store.awaitEnd(completing.id(), LONG)).as("at once").isPresent();
  }

  private FutureTask<Optional<Job>> awaiting(UUID id) {
    var task = new FutureTask<>(() -> store.awaitEnd(id, LONG));
    Waiting.start(task);
    return task;
  }

  @Test
  void j23WhoAwaitsInVainIsGivenTheJobAsItIs() throws Exception {
    var job = created();

    assertThat(store.awaitEnd(job.id(), Duration.ofMillis(50))).contains(job);
    assertThat(store.awaitEnd(job.id(), Duration.ZERO)).contains(job);
  }

  @Test
  void j23WhoAwaitsCanBeInterrupted() throws Exception {
    var job = created();
    var task = new FutureTask<>(() -> store.awaitEnd(job.id(), LONG));

    Waiting.start(task).interrupt();

    assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void j28ClosedStoreRefuses() {
    var job = created();
    store.close();
    engine.close();

    for (var call : calls(job)) {
      assertThatThrownBy(call::run).isInstanceOf(UnavailableException.class);
    }
  }

  private List<Runnable> calls(Job job) {
    return List.of(
        () -> store.create(newJob(), NOT_HELD),
        () -> store.find(job.id()),
        () -> store.claim(job.id(), ticks(1)),
        () -> store.cancel(job.id(), TTL),
        () -> store.overdue(1),
        () -> store.purgeExpired(1));
  }

  @Test
  void j29WhatWasAcknowledgedSurvivesARestart() throws Exception {
    var held = newMessage();
    var heldJob = Job.pending(held.id(), now(), now(), Optional.empty());
    var waiting = created(newJobWithKey("key"));
    store.create(heldJob, Optional.of(held));
    var doneId = created().id();
    store.complete(claimed(doneId).lease(), completed("\"kept\""), TTL);
    var retriedId = created().id();
    store.release(claimed(retriedId).lease(), Instant.EPOCH, Optional.of("no"), NOT_HELD);
    var before = List.of(waiting, found(doneId), found(retriedId));

    var again = reopened(engine).flatMap(Engine::store);
    Assumptions.assumeTrue(
        again.isPresent(), "this engine declares that it does not outlive its process");
    store = again.orElseThrow();

    for (var job : before) {
      assertThat(store.find(job.id())).contains(job);
    }
    assertThat(store.overdue(10)).extracting(o -> o.message()).contains(Optional.of(held));
    assertThat(store.create(newJobWithKey("key"), NOT_HELD))
        .isEqualTo(new Creation.Exists(waiting));
    assertThat(claimed(retriedId).job().attempts()).isEqualTo(2);
  }
}
