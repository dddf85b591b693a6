package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class AnswerMemoryTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final long KIB = 1024;

  private final AnswerMemory memory = new AnswerMemory(100 * KIB);

  /** A thread that takes what it needs and has it until it is told to end. */
  private final class Attempt {
    private final CountDownLatch end = new CountDownLatch(1);
    private final CompletableFuture<Boolean> took = new CompletableFuture<>();
    private final Thread thread;

    Attempt(Duration atMost, long... kibs) {
      thread = Thread.startVirtualThread(() -> run(atMost, kibs));
    }

    private void run(Duration atMost, long[] kibs) {
      try {
        boolean hasRoom = false;
        for (long kib : kibs) {
          hasRoom = memory.take(kib * KIB, atMost);
        }
        took.complete(hasRoom);
        end.await();
      } catch (InterruptedException stop) {
        took.complete(false);
      } finally {
        memory.giveBack();
      }
    }

    Attempt thatWaits() {
      await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
      return this;
    }

    boolean hasRoom() throws Exception {
      return took.get(10, TimeUnit.SECONDS);
    }

    void end() throws InterruptedException {
      end.countDown();
      thread.join();
    }
  }

  private Attempt attempt(long... kibs) {
    return new Attempt(LONG, kibs);
  }

  /** Nobody has anything any more. */
  private void requireAllFree() throws Exception {
    var all = attempt(100);
    assertThat(all.hasRoom()).isTrue();
    all.end();
  }

  @Test
  void whoFindsNoRoomWaitsUntilThereIsSome() throws Exception {
    var first = attempt(60);
    assertThat(first.hasRoom()).isTrue();
    var second = attempt(60).thatWaits();
    first.end();
    assertThat(second.hasRoom()).isTrue();
    second.end();
    requireAllFree();
  }

  @Test
  void nobodyOvertakesWhoWaitsForMuch() throws Exception {
    var first = attempt(60);
    assertThat(first.hasRoom()).isTrue();
    var much = attempt(90).thatWaits();
    var little = attempt(20).thatWaits();
    first.end();
    assertThat(much.hasRoom()).isTrue();
    assertThat(little.took).isNotDone();
    much.end();
    assertThat(little.hasRoom()).isTrue();
    little.end();
    requireAllFree();
  }

  @Test
  void whoGivesUpHoldsUpNobody() throws Exception {
    var first = attempt(60);
    assertThat(first.hasRoom()).isTrue();
    var late = new Attempt(Duration.ofMillis(300), 90).thatWaits();
    var cancelled = attempt(90).thatWaits();
    var little = attempt(20).thatWaits();
    assertThat(late.hasRoom()).isFalse();
    cancelled.thread.interrupt();
    assertThat(cancelled.hasRoom()).isFalse();
    assertThat(little.hasRoom()).isTrue();
    for (var each : new Attempt[] {first, late, little}) {
      each.end();
    }
    requireAllFree();
  }

  @Test
  void whatIsLargerThanAllThereIsHasToBeAlone() throws Exception {
    var first = attempt(1);
    assertThat(first.hasRoom()).isTrue();
    var huge = attempt(1_000_000_000).thatWaits();
    first.end();
    assertThat(huge.hasRoom()).isTrue();
    var next = attempt(1).thatWaits();
    huge.end();
    assertThat(next.hasRoom()).isTrue();
    next.end();
    requireAllFree();
  }

  /** As for an answer that led elsewhere, and the one from there. */
  @Test
  void whoTakesAgainHasNothingWhileItWaits() throws Exception {
    var other = attempt(50);
    assertThat(other.hasRoom()).isTrue();
    var again = attempt(50, 60).thatWaits();
    other.end();
    assertThat(again.hasRoom()).isTrue();
    again.end();
    requireAllFree();
  }
}
