package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.Priority;
import io.openhqm.core.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Q14 to Q18, Q28 and Q29: what comes first, and who waits for whom. */
abstract class QueueOrderRules extends QueueDeliveryRules {
  @Test
  void q14UrgentMessagesComeFirstWherePrioritiesAreDeclared() throws Exception {
    var low = sent(ofPriority(2));
    var normal = sent(ofPriority(5));
    var urgent = sent(ofPriority(9));
    var last = sent(ofPriority(0));

    var got = oneByOne();

    if (queue.features().priorities()) {
      assertThat(got).containsExactlyElementsOf(idsOf(urgent, normal, low, last));
    } else {
      assertThat(got).containsExactlyInAnyOrderElementsOf(idsOf(low, normal, urgent, last));
    }
  }

  private Message ofPriority(int level) {
    return newMessage(newId(), new Priority(level), Optional.empty());
  }

  private List<UUID> oneByOne() throws InterruptedException {
    var got = new ArrayList<UUID>();
    for (var next = received(1, ticks(50)); !next.isEmpty(); next = rest(1, ticks(50))) {
      got.add(next.getFirst().message().id());
    }
    return got;
  }

  @Test
  void q15OldMessagesComeFirst() throws Exception {
    var sent = new ArrayList<UUID>();
    for (int i = 0; i < 20; i++) {
      sent.add(sent().id());
      passTime(tick().dividedBy(100));
    }

    var got = oneByOne();

    if (queue.features().ordering() && ordersBeyondSessions()) {
      assertThat(got).containsExactlyElementsOf(sent);
    } else {
      assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
    }
  }

  @Test
  void q16MessagesOfASessionComeOneAfterTheOther() throws Exception {
    var messages = List.of(newMessageOf("s"), newMessageOf("s"), newMessageOf("s"));
    messages.forEach(this::sent);
    if (!queue.features().ordering()) {
      assertThat(ids(received(9, ticks(6)))).as("no order is declared, so none waits").hasSize(3);
      return;
    }
    for (var message : messages) {
      var got = received(9, ticks(6));
      assertThat(ids(got)).containsExactly(message.id());
      got.getFirst().settle(DONE);
    }
    assertNothingComes();
  }

  @Test
  void q16OrderOutlivesRetriesDelaysAndWorkers() throws Exception {
    if (!queue.features().ordering()) {
      return; // q16MessagesOfASessionComeOneAfterTheOther proves what is declared
    }
    var first = newMessageOf("s");
    var second = newMessage(newId(), new Priority(9), Optional.of("s"));
    var third = newMessageOf("s");
    boolean delays = queue.features().canDelay(ticks(2));
    queue.send(first, delays ? now().plus(ticks(2)) : now());
    sent(second);
    sent(third);
    if (!delays) {
      // It comes early, and is sent back for the rest.
      var early = received(9, ticks(6));
      assertThat(ids(early)).containsExactly(first.id());
      early.getFirst().settle(new Outcome.RetryAfter(ticks(2)));
    }
    assertNothingComes();

    passTime(ticks(2));
    var delivery = received(9, ticks(6));
    assertThat(ids(delivery)).as("delayed, and yet the first").containsExactly(first.id());
    delivery.getFirst().settle(new Outcome.RetryAfter(ticks(2)));
    assertNothingComes();

    passTime(ticks(2));
    assertThat(ids(received(9, ticks(1)))).as("to be retried").containsExactly(first.id());
    passTime(ticks(1));
    var taken = received(9, ticks(6));
    assertThat(ids(taken)).as("its worker died").containsExactly(first.id());

    taken.getFirst().settle(new Outcome.DeadLetter("poison"));
    var next = receivedOne();
    assertThat(next.message()).isEqualTo(second);
    assertNothingComes();
    next.settle(DONE);
    assertThat(receivedOne().message()).isEqualTo(third);
  }

  @Test
  void q17SessionWaitsOnlyForItself() throws Exception {
    var delayed = newMessageOf("delayed");
    if (queue.features().canDelay(ticks(50))) {
      queue.send(delayed, now().plus(ticks(50)));
    }
    var held = sent(newMessageOf("held"));
    assertThat(ids(received(9, ticks(100)))).containsExactly(held.id());
    sent(newMessageOf("held"));
    var other = sent(newMessageOf("other"));
    var none = sent();

    var got = ids(received(9, ticks(6)));

    if (queue.features().ordering()) {
      assertThat(got).containsExactlyInAnyOrderElementsOf(idsOf(other, none));
    } else {
      assertThat(got).contains(other.id(), none.id());
    }
  }

  @Test
  void q18PoisonHoldsUpNobody() throws Exception {
    var poison = sent(newMessage(newId(), new Priority(9), Optional.empty()));
    var other = sent(ofPriority(0));
    for (int i = 0; i < 5; i++) {
      var got = received(1, ticks(6)).getFirst();
      if (got.message().equals(other)) {
        return;
      }
      assertThat(got.message()).isEqualTo(poison);
      if (!queue.features().canRetryAfter(ticks(50))) {
        got.settle(new Outcome.DeadLetter("poison"));
      } else {
        got.settle(new Outcome.RetryAfter(ticks(50)));
      }
    }
    throw new AssertionError("the message behind the poison never came");
  }

  @Test
  void q28WhatWaitsInAFullLaneIsPassedOver() throws Exception {
    boolean lanes = queue.features().lanes();
    int many = lanes ? 1_000 : 20;
    for (int i = 0; i < many; i++) {
      sent(toEndpoint("slow", 5));
    }
    var urgent = sent(toEndpoint("slow", 9));
    var later = sent(toEndpoint("fast", 2));
    var first = sent(toEndpoint("fast", 5));
    var unnamed = sent(ofPriority(5));

    if (!lanes) {
      assertThat(received(many + 9, ticks(50), Set.of("slow")))
          .as("no lanes are declared, so all come")
          .hasSize(many + 4);
      return;
    }
    assertThat(ids(received(9, ticks(6), Set.of("slow", "unknown"))))
        .containsExactlyInAnyOrderElementsOf(idsOf(first, unnamed, later));
    assertThat(received(9, ticks(6), Set.of("slow"))).isEmpty();
    var next = received(1, ticks(6), Set.of("fast")).getFirst().message();
    assertThat(next.metadata().lane()).as("it is no longer full").isEqualTo("slow");
    if (queue.features().priorities()) {
      assertThat(next).isEqualTo(urgent);
    }
  }

  @Test
  void q28LanesKeepPrioritiesAndOrderAmongThemselves() throws Exception {
    var expected = new ArrayList<UUID>();
    for (int i = 0; i < 30; i++) {
      expected.add(sent(toEndpoint("lane" + i % 3, 5)).id());
    }
    var urgent = sent(toEndpoint("lane1", 9));
    var got = new ArrayList<>(oneByOne());

    assertThat(got).contains(urgent.id());
    if (queue.features().priorities()) {
      assertThat(got).startsWith(urgent.id());
    }
    got.remove(urgent.id());
    if (queue.features().ordering() && ordersBeyondSessions()) {
      assertThat(got).containsExactlyElementsOf(expected);
    } else {
      assertThat(got).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void q28WhoWaitsForAnotherLaneIsWokenByIt() throws Exception {
    sent(toEndpoint("slow", 5));
    var taken =
        new FutureTask<>(() -> queue.receive(1, ticks(50), Duration.ofSeconds(20), Set.of("slow")));
    Thread.startVirtualThread(taken);
    var fast = sent(toEndpoint("fast", 5));
    if (queue.features().lanes()) {
      assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly(fast.id());
    } else {
      assertThat(taken.get(10, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  void q28WhatIsMovedToAFullLaneIsPassedOverAndKeepsItsPlace() throws Exception {
    if (cannotMove()) {
      return;
    }
    var first = sent(toEndpoint("mixed", 5));
    var second = sent(toEndpoint("mixed", 5));
    var moved = received(1, ticks(50)).getFirst();
    moved.moveTo("full", ticks(2));
    moved.moveTo("twice", ticks(2));
    if (!queue.features().lanes()) {
      passTime(ticks(2));
      assertThat(ids(received(2, ticks(50))))
          .as("no lanes are declared, so it is a retry")
          .containsExactlyInAnyOrderElementsOf(idsOf(first, second));
      assertNothingComes();
      return;
    }
    var other = moved.message().equals(first) ? second : first;
    assertThat(ids(received(9, ticks(6), Set.of("full")))).containsExactly(other.id());
    assertThat(received(9, ticks(6), Set.of("full"))).isEmpty();
    assertThat(ids(received(9, ticks(6), Set.of("mixed", "twice"))))
        .containsExactly(moved.message().id());
    var urgent = sent(toEndpoint("mixed", 6));
    passTime(ticks(6));
    var got = oneByOne();
    assertThat(got).containsExactlyInAnyOrderElementsOf(idsOf(first, second, urgent));
    if (queue.features().priorities()) {
      assertThat(got).startsWith(urgent.id());
    }
    if (queue.features().ordering() && ordersBeyondSessions()) {
      assertThat(got).containsSubsequence(idsOf(first, second));
    }
  }

  private boolean cannotMove() {
    // q07 proves that such a delay is refused
    return !queue.features().lanes() && !queue.features().canRetryAfter(ticks(2));
  }

  @Test
  void q28WhatIsMovedKeepsItsSessionInOrder() throws Exception {
    if (cannotMove() || !queue.features().ordering()) {
      return; // q16MessagesOfASessionComeOneAfterTheOther proves what is declared
    }
    var first = sent(newMessageOf("s"));
    var second = sent(newMessage(newId(), new Priority(9), Optional.of("s")));
    received(1, ticks(50)).getFirst().moveTo("full", ticks(2));
    assertThat(received(9, ticks(6), Set.of("full"))).isEmpty();

    if (!queue.features().lanes()) {
      passTime(ticks(2));
    }
    var delivery = received(9, ticks(6));
    assertThat(ids(delivery)).containsExactly(first.id());
    delivery.getFirst().settle(DONE);
    assertThat(ids(received(9, ticks(6), Set.of("full")))).containsExactly(second.id());
  }

  @Test
  void q28WhoNoLongerHoldsAMessageMovesNothing() throws Exception {
    if (cannotMove()) {
      return;
    }
    sent();
    var late = received(1, ticks(2)).getFirst();
    passTime(ticks(2));
    var now = received(1, ticks(50)).getFirst();

    late.moveTo("full", ticks(2));

    passTime(ticks(2));
    assertNothingComes();
    now.settle(DONE);
    now.moveTo("full", ticks(2));
    passTime(ticks(60));
    assertNothingComes();
  }

  private Message toEndpoint(String endpoint, int priority) {
    var plain = ofPriority(priority);
    var none = plain.metadata();
    return new Message(
        plain.id(),
        plain.payload(),
        plain.headers(),
        new Metadata(
            Optional.of(endpoint),
            none.method(),
            none.target(),
            none.timeout(),
            none.priority(),
            none.sessionId(),
            none.json()),
        plain.submittedAt(),
        plain.traceparent());
  }

  private List<Delivery> received(int max, Duration visibility, Set<String> full)
      throws InterruptedException {
    var all = new ArrayList<Delivery>();
    while (all.size() < max) {
      var some = queue.receive(max - all.size(), visibility, patience(), full);
      if (some.isEmpty()) {
        break;
      }
      all.addAll(some);
    }
    return all;
  }

  @Test
  void q29MessagesThatAreSentTogetherAllArrive() throws Exception {
    var messages = new ArrayList<Message>();
    for (int i = 0; i < 23; i++) {
      messages.add(newMessage());
    }

    assertThat(queue.sendAll(messages, now())).isEmpty();

    var got = received(50, ticks(50));
    assertThat(got).extracting(Delivery::message).containsExactlyInAnyOrderElementsOf(messages);
    assertThat(queue.sendAll(List.of(), now())).isEmpty();
  }

  @Test
  void q29OneThatIsRefusedHoldsUpOnlyThoseOfItsSessionBehindIt() throws Exception {
    long most = queue.features().maxMessageBytes();
    if (most > 64 << 20) {
      return; // there is none that it would refuse
    }
    var tooBig =
        newMessageOf("s").withPayload(Body.of(Bytes.wrap(new byte[Math.toIntExact(most) + 1])));
    var before = newMessageOf("s");
    var behind = newMessageOf("s");
    var other = newMessage();

    var notSent = queue.sendAll(List.of(before, tooBig, behind, other), now());

    assertThat(notSent)
        .extracting(RequestQueue.NotSent::why)
        .hasOnlyElementsOfType(IllegalArgumentException.class);
    var left = notSent.stream().map(RequestQueue.NotSent::message).toList();
    if (queue.features().ordering()) {
      assertThat(left).containsExactly(tooBig, behind);
      assertThat(oneByOne()).containsExactlyInAnyOrderElementsOf(idsOf(before, other));
    } else {
      assertThat(left).containsExactly(tooBig);
      assertThat(oneByOne()).containsExactlyInAnyOrderElementsOf(idsOf(before, behind, other));
    }
  }

  @Test
  void q29MessagesOfASessionThatAreSentTogetherStayInOrder() throws Exception {
    if (!queue.features().ordering()) {
      return; // q29MessagesThatAreSentTogetherAllArrive proves the rest
    }
    var messages = new ArrayList<Message>();
    for (int i = 0; i < 12; i++) {
      messages.add(newMessageOf("s" + i % 2));
    }

    assertThat(queue.sendAll(messages, now())).isEmpty();

    var got = new ArrayList<Message>();
    for (var next = received(1, ticks(50)); !next.isEmpty(); next = rest(1, ticks(50))) {
      got.add(next.getFirst().message());
      next.getFirst().settle(DONE);
    }
    for (String session : List.of("s0", "s1")) {
      assertThat(got.stream().filter(message -> isOf(session, message)))
          .containsExactlyElementsOf(
              messages.stream().filter(message -> isOf(session, message)).toList());
    }
  }

  private static boolean isOf(String session, Message message) {
    return message.metadata().sessionId().equals(Optional.of(session));
  }
}
