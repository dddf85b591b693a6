package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.DeadLetters.Summary;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Q19 to Q23: messages that were given up, and what the queue says of itself. */
abstract class DeadLetterRules extends QueueOrderRules {
  private static final String REASON = "Nobody listens at \"http://b\" – check the url: ünï 𝄞";

  private DeadLetters letters;

  @BeforeEach
  final void openLetters() {
    letters = queue.deadLetters();
  }

  private Message dead() throws InterruptedException {
    return dead(newMessage());
  }

  private Message dead(Message message) throws InterruptedException {
    sent(message);
    receivedOne().settle(new Outcome.DeadLetter(REASON));
    return message;
  }

  @Test
  void q19DeadLetterIsKeptWithItsReason() throws Exception {
    for (var message : Samples.oddMessages(newId(), now())) {
      dead(message);

      assertNothingComes();
      var letter = letters.find(message.id()).orElseThrow();
      assertThat(letter.message()).isEqualTo(message);
      assertThat(letter.reason()).isEqualTo(REASON);
      assertThat(letter.deadAt()).isBetween(now().minus(ticks(6)), time().instant());
      assertThat(letters.count()).isEqualTo(1);
      assertThat(letters.purge(message.id())).isTrue();
    }
    assertThat(letters.find(newId())).isEmpty();
  }

  @Test
  void q20DeadLettersAreListedPageByPage() throws Exception {
    assertThat(letters.list(Optional.empty(), 10)).isEmpty();
    var all = new ArrayList<UUID>();
    for (int i = 0; i < 5; i++) {
      all.add(dead().id());
    }

    var first = listed(Optional.empty(), 2);
    var second = listed(Optional.of(first.getLast()), 2);
    var third = listed(Optional.of(second.getLast()), 2);

    var pages = new ArrayList<>(first);
    pages.addAll(second);
    pages.addAll(third);
    assertThat(pages).containsExactlyElementsOf(all);
    assertThat(listed(Optional.of(third.getLast()), 2)).isEmpty();
    assertThat(listed(Optional.empty(), 1000)).containsExactlyElementsOf(all);
  }

  @Test
  void q20ListShowsOfADeadLetterWhatItIsWithoutItsPayload() throws Exception {
    for (var message : Samples.oddMessages(newId(), now())) {
      dead(message);

      var letter = letters.find(message.id()).orElseThrow();
      assertThat(letters.list(Optional.empty(), 10)).containsExactly(letter.summary());
      assertThat(letter.summary().payloadBytes()).isEqualTo(message.payload().length());
      letters.purge(message.id());
    }
  }

  private List<UUID> listed(Optional<UUID> after, int limit) {
    return letters.list(after, limit).stream().map(Summary::id).toList();
  }

  @Test
  void q21DeadLetterIsRedrivenOnceAsAJobOfItsOwn() throws Exception {
    var old = dead();
    var other = dead();

    var redriven =
        Threads.race(
            i -> {
              var job = newJob();
              var copy = copyOf(old, job.id());
              return () ->
                  letters.redrive(old.id(), job, copy) ? List.of(copy) : List.<Message>of();
            });

    var winners = redriven.stream().flatMap(List::stream).toList();
    assertThat(winners).hasSize(1);
    var delivery = receivedOne();
    assertThat(delivery.message()).isEqualTo(winners.getFirst());
    assertNothingComes();
    assertThat(letters.find(old.id())).isEmpty();
    assertThat(letters.find(other.id())).isPresent();
    assertThat(letters.redrive(newId(), newJob(), newMessage())).isFalse();
  }

  @Test
  void q21RedrivenMessageCanDieAgain() throws Exception {
    var old = dead();
    var job = newJob();
    var copy = copyOf(old, job.id());
    letters.redrive(old.id(), job, copy);

    receivedOne().settle(new Outcome.DeadLetter("again"));

    assertThat(letters.find(copy.id())).map(DeadLetter::reason).contains("again");
    assertThat(letters.count()).isEqualTo(1);
  }

  private Message copyOf(Message old, UUID id) {
    return new Message(id, old.payload(), old.headers(), old.metadata(), now(), old.traceparent());
  }

  @Test
  void q22PurgedDeadLetterIsGone() throws Exception {
    var message = dead();

    assertThat(Threads.raceSame(() -> letters.purge(message.id())))
        .filteredOn(Boolean::booleanValue)
        .hasSize(1);

    assertThat(letters.find(message.id())).isEmpty();
    assertThat(letters.count()).isZero();
    assertThat(letters.redrive(message.id(), newJob(), newMessage())).isFalse();
    assertNothingComes();
  }

  @Test
  void q22OldDeadLettersArePurgedUpToTheLimit() throws Exception {
    for (int i = 0; i < 3; i++) {
      dead();
    }
    passTime(ticks(2));
    var middle = now();
    passTime(ticks(2));
    var young = dead();

    assertThat(letters.purgeBefore(middle, 2)).isEqualTo(2);
    assertThat(letters.purgeBefore(middle, 2)).isEqualTo(1);
    assertThat(letters.purgeBefore(middle, 2)).isZero();

    assertThat(listed(Optional.empty(), 10)).containsExactly(young.id());
  }

  @Test
  void q23DepthCountsWhatWaitsAndWhatIsHeld() throws Exception {
    assertThat(queue.depth().messages()).isZero();
    assertThat(queue.depth().oldest()).isEmpty();
    dead();
    var oldest = sent();
    passTime(ticks(1));
    sent();
    assertThat(queue.depth().messages()).isEqualTo(2);
    assertThat(queue.depth().oldest())
        .isEqualTo(tellsOldest() ? Optional.of(oldest.submittedAt()) : Optional.empty());

    var held = received(9, ticks(6));
    assertThat(queue.depth().messages()).isEqualTo(2);
    held.forEach(delivery -> delivery.settle(DONE));

    assertThat(queue.depth().messages()).isZero();
    assertThat(queue.depth().oldest()).isEmpty();
  }
}
