package io.openhqm.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** What a Lambda function does with the messages that SQS hands to it, over a real queue. */
final class SqsDeliveriesTest {
  private static final int VISIBILITY_SECONDS = 900;

  private final SqsPeer peer = SqsPeer.start();
  private final SqsEngine.Queues queues = peer.newQueues(false);
  private final SqsEngine engine = peer.open(queues);
  private final RequestQueue queue = engine.queue().orElseThrow();

  @AfterEach
  void close() {
    engine.close();
    peer.close();
  }

  /** Takes what is there as Lambda's poller does, and says it as its event does. */
  private SqsRecord handedOver() {
    return handedOver(queues.requests());
  }

  private SqsRecord handedOver(SqsQueue from) {
    var records =
        new SqsCalls(peer.admin(), SqsPeer.PATIENT).receive(from, 10, VISIBILITY_SECONDS, 1);
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  private Message sent() {
    var message = Samples.message();
    queue.send(message, peer.clock().instant());
    return message;
  }

  private SqsDelivery delivery() {
    return engine.deliveries().of(handedOver()).orElseThrow();
  }

  private Map<String, String> counts() {
    return peer.admin()
        .getQueueAttributes(
            of -> of.queueUrl(queues.requests().url()).attributeNames(SqsRequestQueue.COUNTS))
        .attributesAsStrings();
  }

  private void assertWaits(int count) {
    assertThat(counts())
        .containsEntry(APPROXIMATE_NUMBER_OF_MESSAGES.toString(), String.valueOf(count));
  }

  private void assertIsHeld(int count) {
    assertThat(counts())
        .containsEntry(
            APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE.toString(), String.valueOf(count));
  }

  @Test
  void recordIsTheMessageThatWasSent() {
    var message = sent();

    var record = handedOver();
    var delivery = engine.deliveries().of(record).orElseThrow();

    assertThat(delivery.message()).isEqualTo(message);
    assertThat(delivery.isForeign()).isFalse();
    assertThat(delivery.messageId()).isEqualTo(record.messageId());
    assertThat(record.receives()).isEqualTo(1);
    assertThat(delivery.isToComeAgain()).as("nothing was said of it").isTrue();
  }

  @Test
  void messageThatIsDoneIsLeftToLambda() {
    sent();
    var delivery = delivery();

    delivery.settle(new Outcome.Done());

    assertThat(delivery.isToComeAgain()).isFalse();
    assertIsHeld(1);
  }

  @Test
  void messageThatWasExtendedIsRemovedWhenItIsDone() {
    sent();
    var delivery = delivery();
    delivery.extend(Duration.ofSeconds(30));

    delivery.settle(new Outcome.Done());

    assertThat(delivery.isToComeAgain()).isFalse();
    assertIsHeld(0);
    assertWaits(0);
  }

  @Test
  void messageToRetryIsReportedAndComesAfterItsDelay() throws Exception {
    var message = sent();
    var delivery = delivery();

    delivery.settle(new Outcome.RetryAfter(Duration.ofSeconds(2)));

    assertThat(delivery.isToComeAgain()).isTrue();
    assertThat(queue.receive(1, Duration.ofMinutes(1), Duration.ZERO)).isEmpty();
    peer.passTime(Duration.ofSeconds(2));
    assertThat(queue.receive(1, Duration.ofMinutes(1), Duration.ofSeconds(20)))
        .extracting(again -> again.message())
        .containsExactly(message);
  }

  @Test
  void deadLetterIsBuriedAndNotReported() {
    var message = sent();
    var delivery = delivery();

    delivery.settle(new Outcome.DeadLetter("nobody answers"));

    assertThat(delivery.isToComeAgain()).isFalse();
    assertIsHeld(0);
    var letter = queue.deadLetters().find(message.id()).orElseThrow();
    assertThat(letter.reason()).isEqualTo("nobody answers");
    assertThat(letter.attempts()).isEqualTo(1);
  }

  @Test
  void secondSettlementHasNoEffect() {
    sent();
    var delivery = delivery();
    delivery.settle(new Outcome.RetryAfter(Duration.ofMinutes(5)));

    delivery.settle(new Outcome.Done());
    delivery.settle(new Outcome.DeadLetter("x"));
    delivery.extend(Duration.ZERO);

    assertThat(delivery.isToComeAgain()).isTrue();
    assertIsHeld(1);
    assertThat(queue.deadLetters().count()).isZero();
  }

  @Test
  void delayThatSqsDoesNotHoldIsRefusedAndNothingIsSettled() {
    sent();
    var delivery = delivery();

    assertThatThrownBy(() -> delivery.settle(new Outcome.RetryAfter(Duration.ofHours(12))))
        .isInstanceOf(IllegalArgumentException.class);

    delivery.settle(new Outcome.Done());
    assertThat(delivery.isToComeAgain()).isFalse();
  }

  @Test
  void damagedMessageIsBuriedAsItCame() {
    peer.admin()
        .sendMessage(
            of ->
                of.queueUrl(queues.requests().url())
                    .messageBody("the body")
                    .messageAttributes(
                        Map.of("openhqm", text("{\"v\":99}"), "X-Kept", text("as it came"))));
    var record = handedOver();

    assertThat(engine.deliveries().of(record)).isEmpty();

    assertIsHeld(0);
    var letter = queue.deadLetters().list(Optional.empty(), 10).getFirst();
    assertThat(letter.reason()).contains("version 99");
    var raw = handedOver(queues.deadLetters());
    assertThat(raw.body()).isEqualTo("the body");
    assertThat(raw.attributes())
        .containsEntry("openhqm", "{\"v\":99}")
        .containsEntry("X-Kept", "as it came");
  }

  private static MessageAttributeValue text(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }

  @Test
  void damagedMessageOnAPolledQueueIsBuriedAndHoldsUpNobody() throws Exception {
    peer.admin()
        .sendMessage(
            of ->
                of.queueUrl(queues.requests().url())
                    .messageBody("not base64")
                    .messageAttributes(Map.of("openhqm-encoding", text("base64"))));
    var message = sent();

    var got = queue.receive(10, Duration.ofMinutes(1), Duration.ofSeconds(1));

    assertThat(got).extracting(delivery -> delivery.message()).containsExactly(message);
    assertIsHeld(1);
    assertThat(queue.deadLetters().list(Optional.empty(), 10))
        .extracting(DeadLetters.Summary::reason)
        .singleElement()
        .asString()
        .contains("openhqm-encoding");
  }

  @Test
  void messagesOfAnotherQueueAreSettledThere() {
    var givenUp = new SqsQueue(peer.newQueue(false, Map.of()));
    var message = Samples.message();
    new SqsCalls(peer.admin(), SqsPeer.PATIENT)
        .send(givenUp, Parcel.of(message), SqsCalls.Sending.AT_ONCE);

    var delivery = engine.deliveries(givenUp.url()).of(handedOver(givenUp)).orElseThrow();
    delivery.settle(new Outcome.RetryAfter(Duration.ZERO));
    var again = engine.deliveries(givenUp.url()).of(handedOver(givenUp)).orElseThrow();
    again.settle(new Outcome.DeadLetter("closed by the dead-letter function"));

    assertThat(queue.deadLetters().find(message.id())).isPresent();
    assertThat(SqsRequestQueue.count(new SqsCalls(peer.admin(), SqsPeer.PATIENT), givenUp))
        .isZero();
  }

  @Test
  void groupIsToldOfMessagesFromAFifoQueueOnly() {
    var fifo = peer.newQueues(true);
    try (var ordered = peer.open(fifo)) {
      ordered.queue().orElseThrow().send(Samples.messageOf("s"), peer.clock().instant());
      sent();

      assertThat(handedOver(fifo.requests()).fifoGroup()).contains("s");
      assertThat(handedOver().fifoGroup()).isEmpty();
    }
  }

  @Test
  void letterThatWasWrittenTwiceIsShownOnceAndRemovedAltogether() {
    var message = sent();
    var record = handedOver();
    var box =
        new DeadLetterBox(
            new SqsCalls(peer.admin(), SqsPeer.PATIENT),
            queues.deadLetters(),
            SqsPeer.MESSAGE_BYTES_MAX,
            peer.clock());
    box.bury(message, record, "first");
    box.bury(message, record, "second");
    var letters = queue.deadLetters();

    assertThat(letters.count()).isEqualTo(2);
    assertThat(letters.list(Optional.empty(), 10)).hasSize(1);
    assertThat(letters.purge(message.id())).isTrue();
    assertThat(letters.count()).isZero();
  }

  @Test
  void letterThatSqsMovedThereItselfIsShownWithTheReason() {
    var message = Samples.message();
    new SqsCalls(peer.admin(), SqsPeer.PATIENT)
        .send(queues.deadLetters(), Parcel.of(message), SqsCalls.Sending.AT_ONCE);

    var letter = queue.deadLetters().find(message.id()).orElseThrow();

    assertThat(letter.message()).isEqualTo(message);
    assertThat(letter.reason()).contains("maxReceiveCount");
    assertThat(letter.deadAt()).isAfter(Samples.SUBMITTED);
  }

  @Test
  void lettersInAnyNumberAreSeenAndStay() {
    var box =
        new DeadLetterBox(
            new SqsCalls(peer.admin(), SqsPeer.PATIENT),
            queues.deadLetters(),
            SqsPeer.MESSAGE_BYTES_MAX,
            peer.clock());
    for (int i = 0; i < 35; i++) {
      var message = Samples.message();
      box.bury(message, Samples.record(Parcel.of(message)), "reason " + i);
    }

    assertThat(queue.deadLetters().list(Optional.empty(), 1_000)).hasSize(35);
    assertThat(queue.deadLetters().list(Optional.empty(), 7)).hasSize(7);
    assertThat(queue.deadLetters().count()).isEqualTo(35);
  }

  @Test
  void letterIsRedrivenOnceThoughManyAskAtTheSameTime() throws Exception {
    var message = sent();
    delivery().settle(new Outcome.DeadLetter("x"));
    var letters = queue.deadLetters();
    try (var operators = Executors.newVirtualThreadPerTaskExecutor()) {
      // While one looks for something else, the others come, and are answered together.
      var first = operators.submit(() -> letters.find(UUID.randomUUID()));
      Awaitility.await().until(() -> isHeld(queues.deadLetters()));
      var others = new ArrayList<Future<Boolean>>();
      for (int i = 0; i < 8; i++) {
        var copy = Samples.message();
        var now = peer.clock().instant();
        var job = Job.pending(copy.id(), now, now, Optional.empty());
        others.add(operators.submit(() -> letters.redrive(message.id(), job, copy)));
      }

      int redriven = 0;
      for (var other : others) {
        redriven += other.get(60, TimeUnit.SECONDS) ? 1 : 0;
      }

      assertThat(first.get(60, TimeUnit.SECONDS)).isEmpty();
      assertThat(redriven).isEqualTo(1);
      assertThat(queue.depth().messages()).isEqualTo(1);
      assertThat(letters.count()).isZero();
    }
  }

  private boolean isHeld(SqsQueue place) {
    return !"0"
        .equals(
            peer.admin()
                .getQueueAttributes(
                    of ->
                        of.queueUrl(place.url())
                            .attributeNames(APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes()
                .get(APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
  }
}
