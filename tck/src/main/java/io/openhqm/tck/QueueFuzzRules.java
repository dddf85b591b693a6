package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Delivery;
import io.openhqm.core.Engine;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.Priority;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Q26 and Q27: a restart, and any order of calls. */
abstract class QueueFuzzRules extends DeadLetterRules {
  private static final int STEPS = 200;

  @Test
  void q26WhatWasAcknowledgedSurvivesARestart() throws Exception {
    var died = sent();
    receivedOne().settle(new Outcome.DeadLetter("kept"));
    var held = sent();
    received(1, ticks(1));
    var waiting = sent();

    var again = reopened(engine).flatMap(Engine::queue);
    Assumptions.assumeTrue(
        again.isPresent(), "this engine declares that it does not outlive its process");
    queue = again.orElseThrow();

    passTime(ticks(1));
    var came = List.of(receivedOne().message(), receivedOne().message());
    assertThat(came).containsExactlyInAnyOrder(held, waiting);
    assertNothingComes();
    assertThat(queue.deadLetters().find(died.id())).map(one -> one.message()).contains(died);
  }

  @Test
  void q27AnyOrderOfCallsLosesAndRepeatsNothing() throws Exception {
    for (int seed = 0; seed < seeds(); seed++) {
      var run = new Run(seed);
      for (int step = 0; step < STEPS; step++) {
        run.step();
      }
      run.drain();
    }
  }

  private record Held(Delivery delivery, Instant until) {}

  private final class Run {
    private final Random random;
    private final String name;
    private final Map<UUID, Message> waiting = new LinkedHashMap<>();
    private final Map<UUID, Instant> due = new HashMap<>();
    private final Map<UUID, Held> held = new HashMap<>();
    private final Map<UUID, String> moved = new HashMap<>();
    private final List<Delivery> old = new ArrayList<>();

    Run(int seed) {
      random = new Random(seed);
      name = "seed " + seed;
    }

    void step() throws InterruptedException {
      switch (random.nextInt(8)) {
        case 0, 1 -> send();
        case 2, 3 -> receive(1 + random.nextInt(3));
        case 4, 5 -> settle();
        case 6 -> settleOld();
        default -> {
          if (!isRealTime()) {
            passTime(tick().multipliedBy(random.nextInt(3)));
          }
        }
      }
    }

    private void send() {
      var session = random.nextBoolean() ? Optional.of("s" + random.nextInt(2)) : NO_SESSION;
      var message = newMessage(newId(), new Priority(random.nextInt(10)), session);
      var delay = tick().multipliedBy(isRealTime() ? 0 : random.nextInt(3));
      var at = now().plus(queue.features().canDelay(delay) ? delay : java.time.Duration.ZERO);
      queue.send(message, at);
      waiting.put(message.id(), message);
      due.put(message.id(), at);
    }

    private void receive(int max) throws InterruptedException {
      var visibility = isRealTime() ? java.time.Duration.ofHours(1) : ticks(2);
      var full = random.nextBoolean() ? Set.of("lane0") : Set.<String>of();
      var got = queue.receive(max, visibility, java.time.Duration.ZERO, full);
      for (var delivery : got) {
        var message = delivery.message();
        var id = message.id();
        assertThat(waiting.get(id)).as("%s: settled, or never sent", name).isEqualTo(message);
        assertThat(due.get(id)).as("%s: not due", name).isBeforeOrEqualTo(time().instant());
        if (queue.features().lanes()) {
          assertThat(full).as("%s: its lane is full", name).doesNotContain(moved.get(id));
        }
        var before = held.get(id);
        if (before != null) {
          assertThat(before.until).as("%s: held", name).isBeforeOrEqualTo(time().instant());
          old.add(before.delivery);
        }
        if (queue.features().ordering() && message.metadata().sessionId().isPresent()) {
          assertThat(headOf(message.metadata().sessionId())).as("%s: session", name).isEqualTo(id);
        }
        held.put(id, new Held(delivery, time().instant().plus(visibility)));
      }
    }

    private UUID headOf(Optional<String> session) {
      return waiting.values().stream()
          .filter(message -> message.metadata().sessionId().equals(session))
          .findFirst()
          .orElseThrow()
          .id();
    }

    private void settle() {
      if (held.isEmpty()) {
        return;
      }
      var one = List.copyOf(held.values()).get(random.nextInt(held.size()));
      var id = one.delivery.message().id();
      if (one.until.isBefore(time().instant()) || one.until.equals(time().instant())) {
        return; // whether it still counts is not said; it comes again if nobody settles it
      }
      held.remove(id);
      old.add(one.delivery);
      switch (random.nextInt(5)) {
        case 0 -> {
          one.delivery.settle(retryNow());
          due.put(id, Instant.MIN);
        }
        case 2 -> {
          String lane = "lane" + random.nextInt(2);
          one.delivery.moveTo(lane, java.time.Duration.ZERO);
          due.put(id, Instant.MIN);
          moved.put(id, lane);
        }
        case 1 -> {
          one.delivery.settle(new Outcome.DeadLetter(name));
          waiting.remove(id);
        }
        default -> {
          one.delivery.settle(DONE);
          waiting.remove(id);
        }
      }
    }

    private void settleOld() {
      if (!old.isEmpty()) {
        old.get(random.nextInt(old.size())).settle(DONE);
      }
    }

    void drain() throws InterruptedException {
      if (!isRealTime()) {
        passTime(ticks(10));
      } else {
        held.values().forEach(one -> one.delivery.settle(retryNow()));
      }
      var left = Set.copyOf(waiting.keySet());
      var came = new ArrayList<UUID>();
      for (var got = rest(9, ticks(50)); !got.isEmpty(); got = rest(9, ticks(50))) {
        came.addAll(ids(got));
        got.forEach(delivery -> delivery.settle(DONE));
      }
      assertThat(came).as("%s: what was left", name).containsExactlyInAnyOrderElementsOf(left);
    }
  }

  private static final Optional<String> NO_SESSION = Optional.empty();
}
