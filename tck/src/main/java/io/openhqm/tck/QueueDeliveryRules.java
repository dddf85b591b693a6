package io.openhqm.tck;

import static java.util.Collections.synchronizedList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Q01 to Q12: sending, receiving, settling. */
abstract class QueueDeliveryRules extends QueueRules {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void q01MessageArrivesByteForByte() throws Exception {
    for (var message : Samples.oddMessages(newId(), now())) {
      sent(message);
      var delivery = receivedOne();
      assertThat(delivery.message()).isEqualTo(message);
      assertThat(delivery.isForeign()).isFalse();
      delivery.settle(DONE);
    }
    for (var body : Samples.bodies(queue.features().maxMessageBytes())) {
      var message = newMessage().withPayload(Body.of(body));
      sent(message);
      var delivery = receivedOne();
      assertThat(delivery.message()).isEqualTo(message);
      delivery.settle(DONE);
    }
  }

  @Test
  void q02MessageThatIsDoneDoesNotComeAgain() throws Exception {
    sent();

    receivedOne().settle(DONE);

    assertNothingComes();
    passTime(ticks(20));
    assertNothingComes();
  }

  @Test
  void q03MessageIsKeptFromOthersUntilItsTimeIsOver() throws Exception {
    var message = sent();
    assertThat(ids(received(9, ticks(2)))).containsExactly(message.id());
    passTime(ticks(1));
    assertNothingComes();

    passTime(ticks(1));

    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q04ExtensionKeepsItLonger() throws Exception {
    sent();
    var delivery = received(1, ticks(2)).getFirst();
    passTime(ticks(1));

    delivery.extend(ticks(4));

    passTime(ticks(2));
    assertNothingComes();
    passTime(ticks(2));
    receivedOne().settle(DONE);
  }

  @Test
  void q04WhatIsKeptNoLongerCanBeHadAtOnce() throws Exception {
    var message = sent();

    received(1, ticks(1_000)).getFirst().extend(Duration.ZERO);

    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q04ManyAreExtendedTogether() throws Exception {
    int many = 12; // more than some products take in one call
    for (int i = 0; i < many; i++) {
      sent();
    }
    var all = received(many, ticks(20));
    assertThat(all).hasSize(many);
    all.getFirst().settle(DONE);

    queue.extendAll(all, ticks(40));
    passTime(ticks(30));
    assertNothingComes();

    queue.extendAll(all, Duration.ZERO);
    var again = received(many, ticks(20));
    assertThat(ids(again))
        .as("all but the one that was done")
        .containsExactlyInAnyOrderElementsOf(ids(all.subList(1, many)));
    queue.extendAll(List.of(), ticks(1));
    queue.extendAll(all, Duration.ZERO);
    assertNothingComes();
  }

  @Test
  void q05MessageToRetryComesAgainAfterTheDelay() throws Exception {
    if (!queue.features().canRetryAfter(ticks(2))) {
      return; // q07 proves that such a delay is refused
    }
    var message = sent();

    receivedOne().settle(new Outcome.RetryAfter(ticks(2)));

    assertNothingComes();
    passTime(ticks(2));
    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q05MessageToRetryAtOnceComesAtOnce() throws Exception {
    var message = sent();

    receivedOne().settle(new Outcome.RetryAfter(Duration.ZERO));

    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q06DelayIsKeptOrRefused() throws Exception {
    var message = newMessage();
    var due = now().plus(ticks(2));
    if (!queue.features().canDelay(ticks(2))) {
      assertThatThrownBy(() -> queue.send(message, due))
          .isInstanceOf(IllegalArgumentException.class);
      assertNothingComes();
      return;
    }

    queue.send(message, due);

    assertNothingComes();
    passTime(ticks(2));
    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q06TimeThatHasPassedMeansAtOnce() throws Exception {
    var message = newMessage();

    queue.send(message, now().minus(ticks(5)));

    assertThat(receivedOne().message()).isEqualTo(message);
  }

  @Test
  void q07LongerDelayThanDeclaredIsRefused() throws Exception {
    var tooLong = queue.features().maxDelay().map(most -> most.plusSeconds(5));
    if (tooLong.isEmpty()) {
      queue.send(newMessage(), now().plus(Duration.ofDays(365)));
      assertNothingComes();
      assertThat(queue.depth().messages()).isEqualTo(1);
      return;
    }
    assertThatThrownBy(() -> queue.send(newMessage(), now().plus(tooLong.get())))
        .isInstanceOf(IllegalArgumentException.class);
    assertNothingComes();
  }

  @Test
  void q07LongerRetryDelayThanDeclaredIsRefused() throws Exception {
    var tooLong = queue.features().maxRetryDelay().map(most -> most.plusSeconds(5));
    var delivered = sent();
    var delivery = receivedOne();
    if (tooLong.isEmpty()) {
      delivery.settle(new Outcome.RetryAfter(Duration.ofDays(365)));
      assertNothingComes();
      assertThat(queue.depth().messages()).isEqualTo(1);
      return;
    }
    assertThatThrownBy(() -> delivery.settle(new Outcome.RetryAfter(tooLong.get())))
        .isInstanceOf(IllegalArgumentException.class);
    delivery.settle(new Outcome.RetryAfter(Duration.ZERO));
    assertThat(receivedOne().message()).as("it was not settled before").isEqualTo(delivered);
  }

  @Test
  void q08LargerMessageThanDeclaredIsRefused() throws Exception {
    long most = queue.features().maxMessageBytes();
    if (most > 64 * MEBIBYTE) {
      var big = newMessage().withPayload(Body.of(Bytes.wrap(new byte[(int) (8 * MEBIBYTE)])));
      sent(big);
      assertThat(receivedOne().message()).isEqualTo(big);
      return;
    }
    var tooBig = newMessage().withPayload(Body.of(Bytes.wrap(new byte[(int) most + 1])));
    assertThatThrownBy(() -> sent(tooBig)).isInstanceOf(IllegalArgumentException.class);
    assertNothingComes();
  }

  @Test
  void q09EachMessageGoesToOneReceiver() throws Exception {
    var sent = new ArrayList<UUID>();
    for (int i = 0; i < 200; i++) {
      sent.add(sent().id());
    }
    var got = synchronizedList(new ArrayList<UUID>());

    Threads.race(
        i ->
            () -> {
              var some = queue.receive(1 + i % 7, ticks(100), patience());
              while (!some.isEmpty()) {
                got.addAll(ids(some));
                some.forEach(delivery -> delivery.settle(DONE));
                some = queue.receive(1 + i % 7, ticks(100), patience());
              }
              return i;
            });

    assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
  }

  @Test
  void q10RepeatedSendingStoresNothingNew() throws Exception {
    var message = sent();
    queue.send(message, now());

    var first = received(9, ticks(50));
    queue.send(message, now());
    var more = rest(9, ticks(50));

    if (recognizesRepeatedIds()) {
      assertThat(ids(first)).containsExactly(message.id());
      assertThat(more).as("while a worker holds it").isEmpty();
      first.getFirst().settle(DONE);
      sent(message);
      receivedOne().settle(DONE);
    } else {
      var copies = new ArrayList<>(first);
      copies.addAll(more);
      copies.forEach(copy -> copy.settle(DONE));
      // Where a message is a session of its own, its copies come one after the other.
      for (var next = rest(1, ticks(6)); !next.isEmpty(); next = rest(1, ticks(6))) {
        next.getFirst().settle(DONE);
        copies.addAll(next);
      }
      assertThat(ids(copies)).containsOnly(message.id()).hasSize(3);
    }
  }

  @Test
  void q11DeliveryThatWasHandedOnSettlesNothing() throws Exception {
    for (var tooLate : List.of(DONE, new Outcome.DeadLetter("x"), retryNow())) {
      var message = sent();
      var late = received(1, ticks(1)).getFirst();
      passTime(ticks(1));
      var newer = received(1, ticks(50)).getFirst();

      late.settle(tooLate);
      late.extend(ticks(200));

      assertNothingComes();
      assertThat(queue.deadLetters().count()).isZero();
      newer.settle(retryNow());
      assertThat(receivedOne().message()).isEqualTo(message);
      passTime(ticks(6));
      receivedOne().settle(DONE);
    }
  }

  @Test
  void q12SecondSettlementHasNoEffect() throws Exception {
    var message = sent();
    var delivery = receivedOne();
    delivery.settle(retryNow());
    delivery.settle(DONE);
    delivery.settle(new Outcome.DeadLetter("x"));

    var again = receivedOne();
    assertThat(again.message()).isEqualTo(message);
    delivery.settle(DONE);
    again.settle(DONE);
    again.settle(retryNow());
    again.settle(new Outcome.DeadLetter("x"));
    again.extend(ticks(1));

    assertNothingComes();
    assertThat(queue.deadLetters().count()).isZero();
  }

  static Outcome retryNow() {
    return new Outcome.RetryAfter(Duration.ZERO);
  }

  @Test
  void q13ReceiverWaitsForTheFirstMessage() throws Exception {
    var task = new FutureTask<>(() -> queue.receive(5, ticks(6), Duration.ofSeconds(60)));
    Waiting.start(task);

    var message = sent();

    assertThat(ids(task.get(10, TimeUnit.SECONDS))).containsExactly(message.id());
    assertThat(queue.receive(5, ticks(6), Duration.ofMillis(50))).isEmpty();
  }

  @Test
  void q13WaitingReceiverCanBeInterrupted() throws Exception {
    var task = new FutureTask<>(() -> queue.receive(5, ticks(6), Duration.ofSeconds(60)));
    Waiting.start(task).interrupt();

    assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InterruptedException.class);
    var message = sent();
    // Waiting: what the product was about to hand to the first receiver may have to come back.
    assertThat(ids(queue.receive(1, ticks(6), Duration.ofSeconds(10))))
        .containsExactly(message.id());
  }

  @Test
  void q24ForeignMessageIsToldFromOurs() throws Exception {
    Assumptions.assumeTrue(
        foreignSender().isPresent(), "other programs put no messages on this queue");
    var body = new byte[] {0, 1, (byte) 0xff, '{'};

    foreignSender().orElseThrow().send(body);

    var delivery = receivedOne();
    assertThat(delivery.isForeign()).isTrue();
    assertThat(delivery.message().payload()).isEqualTo(Body.of(Bytes.wrap(body)));
    delivery.settle(retryNow());
    assertThat(receivedOne().message().id())
        .as("the same id each time, or its job would be another")
        .isEqualTo(delivery.message().id());
  }

  @Test
  void q25ClosedQueueRefuses() throws Exception {
    Message message = sent();
    Delivery delivery = receivedOne();
    var waiting = new FutureTask<>(() -> queue.receive(1, ticks(1), Duration.ofSeconds(60)));
    Waiting.start(waiting);
    queue.close();
    engine.close();

    List<Runnable> calls =
        List.of(
            () -> queue.send(message, now()),
            () -> delivery.settle(DONE),
            () -> queue.depth(),
            () -> queue.deadLetters().list(java.util.Optional.empty(), 1));
    for (var call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(UnavailableException.class);
    }
    assertThatThrownBy(() -> queue.receive(1, ticks(1), Duration.ZERO))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnavailableException.class);
  }
}
