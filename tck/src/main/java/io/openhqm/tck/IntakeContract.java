package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Claim;
import io.openhqm.core.Delivery;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The rules of {@link Intake}, I01 to I10, for engines that keep both jobs and messages; the README
 * of this module lists them. Make a subclass that says how to open the engine.
 */
public abstract class IntakeContract extends EngineContract {
  private static final Duration TTL = Duration.ofDays(2);

  private Engine engine;
  private Intake intake;
  private JobStore store;
  private RequestQueue queue;

  /** For subclasses. */
  protected IntakeContract() {}

  @BeforeEach
  final void openAll() throws Exception {
    use(opened());
  }

  private void use(Engine opened) {
    engine = opened;
    intake = engine.intake().orElseThrow(() -> new AssertionError("the engine has no intake"));
    store = engine.store().orElseThrow(() -> new AssertionError("the engine has no job store"));
    queue = engine.queue().orElseThrow(() -> new AssertionError("the engine has no queue"));
  }

  private Job accepted(Message message) {
    var job = Job.pending(message.id(), now(), now(), Optional.empty());
    assertThat(intake.accept(job, message, now())).isEqualTo(new Creation.Created());
    return job;
  }

  private List<Delivery> received(int max) throws InterruptedException {
    return queue.receive(max, ticks(6), Duration.ofMillis(isRealTime() ? 500 : 0));
  }

  @Test
  void i01AcceptedJobIsThereAndItsMessageWaits() throws Exception {
    for (var message : Samples.oddMessages(newId(), now())) {
      var copy = copyOf(message);
      var job = accepted(copy);

      assertThat(store.find(job.id())).contains(job);
      var delivery = received(9);
      assertThat(delivery).extracting(Delivery::message).containsExactly(copy);
      assertThat(store.claim(job.id(), ticks(3))).isInstanceOf(Claim.Granted.class);
      delivery.getFirst().settle(new Outcome.Done());
      assertThat(store.find(job.id())).as("the job outlives its message").isPresent();
    }
  }

  private Message copyOf(Message message) {
    return new Message(
        newId(),
        message.payload(),
        message.headers(),
        message.metadata(),
        message.submittedAt(),
        message.traceparent());
  }

  @Test
  void i02BodiesArriveByteForByte() throws Exception {
    for (var body : Samples.bodies(queue.features().maxMessageBytes())) {
      var message = newMessage().withPayload(Body.of(body));
      accepted(message);
      var delivery = received(9);
      assertThat(delivery).extracting(Delivery::message).containsExactly(message);
      delivery.getFirst().settle(new Outcome.Done());
    }
  }

  @Test
  void i03OfManyWithTheSameKeyOneIsAccepted() throws Exception {
    for (int round = 0; round < 5; round++) {
      var key = "round-" + round;

      var creations =
          Threads.race(
              i -> {
                var job = newJobWithKey(key);
                var message = newMessage(job.id());
                return () -> intake.accept(job, message, now());
              });

      assertThat(creations).filteredOn(Creation.Created.class::isInstance).hasSize(1);
      var delivered = received(99);
      assertThat(delivered).hasSize(1);
      var winner = store.find(delivered.getFirst().message().id()).orElseThrow();
      assertThat(creations)
          .filteredOn(creation -> !(creation instanceof Creation.Created))
          .containsOnly(new Creation.Exists(winner));
      delivered.getFirst().settle(new Outcome.Done());
    }
  }

  @Test
  void i04JobThatIsThereBringsNoSecondMessage() throws Exception {
    var message = newMessage();
    var job = accepted(message);
    received(9).getFirst().settle(new Outcome.Done());

    assertThat(intake.accept(job, message, now())).isEqualTo(new Creation.Exists(job));

    assertThat(received(9)).isEmpty();
  }

  @Test
  void i05DelayedJobIsDueTogetherWithItsMessage() throws Exception {
    var due = now().plus(ticks(2));
    var message = newMessage();
    var job = Job.pending(message.id(), now(), due, Optional.empty());
    intake.accept(job, message, due);
    assertThat(received(9)).isEmpty();
    assertThat(store.claim(job.id(), ticks(1))).isEqualTo(new Claim.NotDue(due));
    assertThat(store.overdue(9)).isEmpty();

    passTime(ticks(2));

    assertThat(received(9)).extracting(Delivery::message).containsExactly(message);
    assertThat(store.claim(job.id(), ticks(1))).isInstanceOf(Claim.Granted.class);
  }

  @Test
  void i06MessageOfACancelledJobHoldsUpNobody() throws Exception {
    var due = now().plus(ticks(50));
    var head = newMessageOf("s");
    intake.accept(Job.pending(head.id(), now(), due, Optional.empty()), head, due);
    var next = newMessageOf("s");
    accepted(next);
    if (queue.features().ordering()) {
      assertThat(received(9)).isEmpty();
    }

    store.cancel(head.id(), TTL);

    assertThat(received(9)).extracting(Delivery::message).containsExactly(next);
    passTime(ticks(60));
    assertThat(received(9)).extracting(Delivery::message).doesNotContain(head);
  }

  @Test
  void i07RedrivenDeadLetterIsAJobOfItsOwn() throws Exception {
    var message = newMessage();
    var first = accepted(message);
    store.claim(first.id(), ticks(3));
    received(1).getFirst().settle(new Outcome.DeadLetter("poison"));
    assertThat(queue.deadLetters().find(message.id()).orElseThrow().attempts()).isEqualTo(1);

    var again = newJob();
    var copy =
        new Message(
            again.id(),
            message.payload(),
            message.headers(),
            message.metadata(),
            now(),
            message.traceparent());
    assertThat(queue.deadLetters().redrive(message.id(), again, copy)).isTrue();

    assertThat(store.find(again.id())).contains(again);
    assertThat(received(9)).extracting(Delivery::message).containsExactly(copy);
    assertThat(store.claim(again.id(), ticks(1))).isInstanceOf(Claim.Granted.class);
  }

  @Test
  void i08ClosedEngineAcceptsNothing() {
    engine.close();

    assertThat(engine.health().up()).isFalse();
    assertThatThrownBy(() -> intake.accept(newJob(), newMessage(), now()))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void i09AcceptedJobsSurviveARestartWithTheirMessages() throws Exception {
    assertThat(engine.health()).isEqualTo(new Engine.Health(true, "ok"));
    var message = newMessage();
    var job = accepted(message);
    var done = accepted(newMessage());
    var lease = ((Claim.Granted) store.claim(done.id(), ticks(3))).lease();
    store.complete(lease, JobStoreRules.completed("1"), TTL);

    var again = reopened(engine);
    Assumptions.assumeTrue(
        again.isPresent(), "this engine declares that it does not outlive its process");
    use(again.orElseThrow());

    assertThat(store.find(job.id())).contains(job);
    assertThat(store.find(done.id())).map(Job::status).contains(JobStatus.COMPLETED);
    assertThat(received(9)).extracting(Delivery::message).contains(message);
  }

  @Test
  void i10RefusedJobLeavesNothing() throws Exception {
    var first = newJobWithKey("key");
    var message = newMessage(first.id());
    intake.accept(first, message, now());
    var second = newJobWithKey("key");

    intake.accept(second, newMessage(second.id()), Instant.EPOCH);

    assertThat(store.find(second.id())).isEmpty();
    assertThat(queue.depth().messages()).isEqualTo(1);
    assertThat(received(9)).extracting(Delivery::message).containsExactly(message);
  }
}
