package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.Priority;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.Result;
import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedEngineTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FakeClock clock = new FakeClock();
  private final Samples samples = new Samples(clock);
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    open(16);
  }

  private void open(int window) {
    engine =
        EmbeddedEngines.open(
            EmbeddedSettings.of(folder.resolve("test.db")).withWindow(window), clock);
  }

  private void reopen() {
    engine.close();
    open(16);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private JobStore store() {
    return engine.store().orElseThrow();
  }

  private RequestQueue queue() {
    return engine.queue().orElseThrow();
  }

  private Message accept(Message message) {
    return accept(message, clock.instant());
  }

  private Message accept(Message message, Instant notBefore) {
    var creation =
        engine.intake().orElseThrow().accept(samples.job(message, notBefore), message, notBefore);
    assertThat(creation).isInstanceOf(JobStore.Creation.Created.class);
    return message;
  }

  private List<Delivery> receive(int max) throws InterruptedException {
    return queue().receive(max, MINUTE, Duration.ZERO);
  }

  private Claim.Granted claim(Message message) {
    return (Claim.Granted) store().claim(message.id(), MINUTE);
  }

  private void work(Delivery delivery) {
    var granted = claim(delivery.message());
    assertThat(
            store()
                .complete(
                    granted.lease(),
                    new Ending.Completed(Result.text("done")),
                    Duration.ofHours(1)))
        .isTrue();
    delivery.settle(new Outcome.Done());
  }

  @Test
  void aJobGoesFromAcceptanceToItsResult() throws InterruptedException {
    var message = accept(samples.message());
    assertThat(store().find(message.id()).orElseThrow().status()).isEqualTo(JobStatus.PENDING);
    var delivery = receive(10).getFirst();
    assertThat(delivery.message()).isEqualTo(message);
    var granted = claim(message);
    assertThat(store().find(message.id()).orElseThrow().status()).isEqualTo(JobStatus.PROCESSING);
    assertThat(
            store()
                .complete(
                    granted.lease(),
                    new Ending.Completed(Result.json(Bytes.utf8("[1]"))),
                    Duration.ofHours(1)))
        .isTrue();
    var ended = store().find(message.id()).orElseThrow();
    assertThat(ended.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(ended.attempts()).isEqualTo(1);
    delivery.settle(new Outcome.Done());
    assertThat(receive(10)).isEmpty();
    assertThat(queue().depth().messages()).isZero();
    reopen();
    assertThat(store().find(message.id())).contains(ended);
  }

  @Test
  void aBacklogLargerThanMemoryComesInOrder() throws InterruptedException {
    var sent = new ArrayList<Message>();
    for (int i = 0; i < 1000; i++) {
      sent.add(accept(samples.message()));
    }
    var urgent = accept(samples.message(new Priority(9)));
    sent.addFirst(urgent);
    var got = new ArrayList<Message>();
    while (got.size() < sent.size()) {
      var deliveries = receive(10);
      assertThat(deliveries).isNotEmpty();
      for (var delivery : deliveries) {
        got.add(delivery.message());
        work(delivery);
      }
      if (got.size() == 500) {
        reopen();
      }
    }
    assertThat(got).isEqualTo(sent);
    assertThat(receive(10)).isEmpty();
  }

  @Test
  void aSessionIsDeliveredOneByOneAndHoldsUpNobodyElse() throws InterruptedException {
    var first = accept(samples.ofSession("s"));
    var second = accept(samples.ofSession("s"));
    var other = accept(samples.message());
    var deliveries = receive(10);
    assertThat(deliveries).extracting(Delivery::message).containsExactly(first, other);
    work(deliveries.getFirst());
    assertThat(receive(10)).extracting(Delivery::message).containsExactly(second);
  }

  @Test
  void aDelayedJobWaitsForItsTimeAlsoAfterARestart() throws InterruptedException {
    var later = accept(samples.message(), clock.instant().plus(MINUTE));
    assertThat(receive(1)).isEmpty();
    reopen();
    assertThat(receive(1)).isEmpty();
    clock.advance(MINUTE);
    assertThat(receive(1)).extracting(Delivery::message).containsExactly(later);
  }

  @Test
  void aReleasedJobComesAgainWithItsAttemptCounted() throws InterruptedException {
    var message = accept(samples.message());
    var delivery = receive(1).getFirst();
    var granted = claim(message);
    assertThat(
            store()
                .release(
                    granted.lease(),
                    clock.instant().plus(MINUTE),
                    Optional.of("no answer"),
                    Optional.empty()))
        .isTrue();
    delivery.settle(new Outcome.RetryAfter(MINUTE));
    assertThat(receive(1)).isEmpty();
    assertThat(store().claim(message.id(), MINUTE)).isInstanceOf(Claim.NotDue.class);
    clock.advance(MINUTE);
    reopen();
    assertThat(receive(1)).hasSize(1);
    assertThat(claim(message).job().attempts()).isEqualTo(2);
  }

  @Test
  void aFailedJobIsADeadLetterInTheSameStepAndRunsAgainOnce() throws InterruptedException {
    var message = accept(samples.message());
    receive(1);
    store().complete(claim(message).lease(), new Ending.Failed("refused"), Duration.ofHours(1));
    reopen();
    var dead = queue().deadLetters().find(message.id()).orElseThrow();
    assertThat(dead.message()).isEqualTo(message);
    assertThat(dead.reason()).isEqualTo("refused");
    assertThat(dead.attempts()).isEqualTo(1);
    var again = samples.message();
    assertThat(queue().deadLetters().redrive(message.id(), samples.job(again), again)).isTrue();
    assertThat(queue().deadLetters().redrive(message.id(), samples.job(again), again)).isFalse();
    assertThat(receive(1)).extracting(Delivery::message).containsExactly(again);
    assertThat(queue().deadLetters().count()).isZero();
  }

  @Test
  void manyOldDeadLettersGoInFewCommits() throws InterruptedException {
    for (int i = 0; i < 1_000; i++) {
      accept(samples.message());
      receive(1).getFirst().settle(new Outcome.DeadLetter("refused"));
    }
    clock.advance(MINUTE);
    double before = commits();

    assertThat(queue().deadLetters().purgeBefore(clock.instant(), 10_000)).isEqualTo(1_000);

    assertThat(commits() - before).isBetween(2.0, 200.0);
    assertThat(queue().deadLetters().count()).isZero();
    assertThat(queue().deadLetters().list(Optional.empty(), 10)).isEmpty();
  }

  private double commits() {
    return engine.figures().get("openhqm_engine_commits_total");
  }

  @Test
  void anAttemptOfAProcessThatDiedIsCountedAndTakenOver() throws InterruptedException {
    var message = accept(samples.message());
    receive(1);
    claim(message);
    reopen();
    assertThat(store().find(message.id()).orElseThrow().status()).isEqualTo(JobStatus.PROCESSING);
    assertThat(store().overdue(10)).hasSize(1);
    assertThat(receive(1)).hasSize(1);
    assertThat(claim(message).job().attempts()).isEqualTo(2);
  }

  @Test
  void aFullQueueTakesWhatIsThereAlready() {
    engine.close();
    var settings = EmbeddedSettings.of(folder.resolve("test.db")).withMaxBacklog(2);
    engine = EmbeddedEngines.open(settings, clock);
    var first = accept(samples.message());
    var keyed = samples.message();
    var job =
        Job.pending(
            keyed.id(),
            clock.instant(),
            clock.instant(),
            Optional.of(new Job.Idempotency("key", Bytes.utf8("digest"))));
    var intake = engine.intake().orElseThrow();
    intake.accept(job, keyed, clock.instant());

    // As the sweep does before it closes the job of a worker that died.
    queue().send(first, clock.instant());
    assertThat(intake.accept(job, keyed, clock.instant()))
        .isInstanceOf(JobStore.Creation.Exists.class);
    assertThat(queue().depth().messages()).isEqualTo(2);
    assertThatThrownBy(() -> queue().send(samples.message(), clock.instant()))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("queue.max_backlog");
    assertThatThrownBy(() -> accept(samples.message())).isInstanceOf(UnavailableException.class);
  }

  @Test
  void aBigMessageComesBackByteForByte() throws InterruptedException {
    var message =
        accept(
            samples.message(samples.id(), Priority.NORMAL, Optional.empty(), "x".repeat(100_000)));
    reopen();
    var delivery = receive(1).getFirst();
    assertThat(delivery.message()).isEqualTo(message);
    work(delivery);
  }
}
