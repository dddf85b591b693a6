package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Delivery;
import io.openhqm.core.Engine;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/** What the rules of the queue share. */
abstract class QueueRules extends EngineContract {
  static final Outcome DONE = new Outcome.Done();

  /** How late a real product on a busy machine may be: as long as SQS lets one wait. */
  private static final Duration LATE = Duration.ofSeconds(20);

  RequestQueue queue;
  Engine engine;

  /**
   * Puts a message on the queue as a program would that does not know OpenHQM: {@code body} and
   * whatever attributes the product has.
   */
  @FunctionalInterface
  public interface ForeignSender {
    /** Sends it. */
    void send(byte[] body) throws Exception;
  }

  /**
   * How other programs put messages there; empty: they cannot, and the rule is reported skipped.
   */
  protected Optional<ForeignSender> foreignSender() {
    return Optional.empty();
  }

  /**
   * Whether the product itself tells that a message of this id waits already. Where it does not,
   * both copies are delivered, which the job's lease makes harmless.
   */
  protected boolean recognizesRepeatedIds() {
    return true;
  }

  /**
   * Whether old messages come first though they belong to no session. Some products keep order only
   * within one.
   */
  protected boolean ordersBeyondSessions() {
    return true;
  }

  /**
   * Whether the queue can say since when its oldest message waits. Where the product does not tell
   * it, {@code Depth.oldest} is always empty.
   */
  protected boolean tellsOldest() {
    return true;
  }

  /**
   * How long the engine may take to show a message that is due, in elapsed time; an empty {@code
   * receive} is asked again until this is over.
   */
  protected Duration patience() {
    return Duration.ofMillis(isRealTime() ? 500 : 0);
  }

  @BeforeEach
  final void openQueue() throws Exception {
    engine = opened();
    queue = engine.queue().orElseThrow(() -> new AssertionError("the engine has no queue"));
  }

  final Message sent() {
    return sent(newMessage());
  }

  final Message sent(Message message) {
    queue.send(message, now());
    return message;
  }

  /**
   * Takes what must be there, {@code max} at most, one after the other. A real product on a busy
   * machine may show it seconds after it is due, and is waited for.
   */
  final List<Delivery> received(int max, Duration visibility) throws InterruptedException {
    return taken(max, visibility, isRealTime() ? LATE : patience());
  }

  /** Takes what is there, which may be nothing. */
  final List<Delivery> rest(int max, Duration visibility) throws InterruptedException {
    return taken(max, visibility, patience());
  }

  private List<Delivery> taken(int max, Duration visibility, Duration first)
      throws InterruptedException {
    var all = new ArrayList<Delivery>();
    while (all.size() < max) {
      var some = queue.receive(max - all.size(), visibility, all.isEmpty() ? first : patience());
      assertThat(some).hasSizeLessThanOrEqualTo(max - all.size());
      if (some.isEmpty()) {
        break;
      }
      all.addAll(some);
    }
    return all;
  }

  final Delivery receivedOne() throws InterruptedException {
    var one = received(1, ticks(6));
    assertThat(one).as("deliveries").hasSize(1);
    return one.getFirst();
  }

  final void assertNothingComes() throws InterruptedException {
    assertThat(ids(rest(100, ticks(6)))).as("deliveries").isEmpty();
  }

  static List<UUID> ids(List<Delivery> deliveries) {
    return deliveries.stream().map(delivery -> delivery.message().id()).toList();
  }

  static List<UUID> idsOf(Message... messages) {
    return List.of(messages).stream().map(Message::id).toList();
  }
}
