package io.openhqm.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.sqs.ScriptedSqs.Call;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who looks at the dead letter queue of SQS hides what is on it from all others meanwhile. */
final class SqsHiddenLettersTest {
  private final SqsPeer peer = SqsPeer.start();
  private final List<SqsEngine> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(SqsEngine::close);
    peer.close();
  }

  private SqsEngine open(SqsEngine.Queues queues) {
    var engine = peer.open(queues);
    opened.add(engine);
    return engine;
  }

  private Message dead(SqsEngine engine) throws InterruptedException {
    var queue = engine.queue().orElseThrow();
    var message = Samples.message();
    queue.send(message, peer.clock().instant());
    queue
        .receive(1, Duration.ofMinutes(1), Duration.ofSeconds(5))
        .getFirst()
        .settle(new Outcome.DeadLetter("poison"));
    return message;
  }

  private static DeadLetters letters(SqsEngine engine) {
    return engine.queue().orElseThrow().deadLetters();
  }

  /** As a process leaves it that was killed while it looked. */
  private void takeAndDie(SqsEngine.Queues queues) {
    var taken =
        peer.admin()
            .receiveMessage(
                of ->
                    of.queueUrl(queues.deadLetters().url())
                        .maxNumberOfMessages(10)
                        .visibilityTimeout(30));
    assertThat(taken.messages()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void letterThatADeadProcessHoldsIsNotSaidToBeGone(boolean fifo) throws Exception {
    var queues = peer.newQueues(fifo);
    var engine = open(queues);
    var message = dead(engine);
    takeAndDie(queues);

    assertThatThrownBy(() -> letters(engine).find(message.id()))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("1 ");

    peer.passTime(Duration.ofSeconds(31));
    assertThat(letters(engine).find(message.id())).isPresent();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyLooksOfTwoProcessesFindEachLetter(boolean fifo) throws Exception {
    var queues = peer.newQueues(fifo);
    var engines = List.of(open(queues), open(queues));
    var ids = new ArrayList<UUID>();
    for (int i = 0; i < 15; i++) {
      ids.add(dead(engines.getFirst()).id());
    }

    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var looks = new ArrayList<Future<Boolean>>();
      for (var id : ids) {
        for (var engine : engines) {
          looks.add(clients.submit(found(letters(engine), id)));
        }
      }
      for (var look : looks) {
        assertThat(look.get(60, TimeUnit.SECONDS)).as("nothing was said to be gone").isTrue();
      }
    }
  }

  @Test
  void lookEndsAlthoughLettersKeepComing() throws Exception {
    try (var sqs = slow(Duration.ofSeconds(1), () -> letter(UUID.randomUUID().toString()));
        var engine = sqs.engine(peer.clock(), false)) {
      assertThatThrownBy(() -> letters(engine).find(UUID.randomUUID()))
          .isInstanceOf(UnavailableException.class);

      assertThat(sqs.calls())
          .extracting(Call::action)
          .filteredOn("ReceiveMessage"::equals)
          .hasSizeLessThanOrEqualTo((int) Walk.HELD.toSeconds());
      assertThat(sqs.calls().getLast().action()).isEqualTo("ChangeMessageVisibilityBatch");
    }
  }

  @Test
  void letterThatWasHeldTooLongIsNeitherRedrivenNorRemoved() throws Exception {
    try (var sqs = slow(Walk.HELD, () -> letter("a"));
        var engine = sqs.engine(peer.clock(), false)) {
      var id = letters(engine).list(Optional.empty(), 1).getFirst().id();
      var job =
          Job.pending(UUID.randomUUID(), Samples.SUBMITTED, Samples.SUBMITTED, Optional.empty());

      assertThat(letters(engine).redrive(id, job, Samples.message())).isFalse();
      assertThat(letters(engine).purge(id)).isFalse();

      assertThat(sqs.calls()).extracting(Call::action).containsOnly("ReceiveMessage");
    }
  }

  /** Takes {@code time} to hand letters over, and counts more of them. */
  private ScriptedSqs slow(Duration time, Supplier<String> letters) throws IOException {
    return new ScriptedSqs(
        (call, to) -> {
          switch (call.action()) {
            case "ReceiveMessage" -> {
              peer.clock().leap(time);
              to.json(200, letters.get());
            }
            case "GetQueueAttributes" ->
                to.json(200, "{\"Attributes\":{\"ApproximateNumberOfMessages\":\"1000\"}}");
            default -> to.json(200, "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[]}");
          }
        });
  }

  private static String letter(String id) {
    return """
    {"Messages":[{"MessageId":"%s","ReceiptHandle":"%s",\
    "MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Body":"hello"}]}"""
        .formatted(id, id);
  }

  /** Asks again where it is told to. */
  private static Callable<Boolean> found(DeadLetters letters, UUID id) {
    return () -> {
      while (true) {
        try {
          return letters.find(id).isPresent();
        } catch (UnavailableException hidden) {
          // They are not hidden for long.
        }
      }
    };
  }
}
