package io.openhqm.aws.sqs;

import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One walk through the dead letter queue: takes the letters, and gives back at the end what was not
 * removed.
 */
final class Walk implements AutoCloseable {
  /** How many letters are looked at. */
  static final int LETTERS_MAX = 10_000;

  /** How long letters are held; those of a process that dies meanwhile are hidden for so long. */
  static final Duration HELD = Duration.ofSeconds(30);

  /**
   * How long letters are taken, even if they keep coming: what is held is still to be dealt with.
   */
  private static final Duration LOOK_MAX = HELD.dividedBy(2);

  private final SqsCalls calls;
  private final SqsQueue queue;
  private final InstantSource clock;
  private final Instant start;

  /** By receipt. */
  private final Map<String, Taken> held = new LinkedHashMap<>();

  private OptionalLong unseen = OptionalLong.empty();

  /**
   * @param messageId the id that SQS gave it
   */
  private record Taken(String messageId, Instant deadAt) {}

  Walk(SqsCalls calls, SqsQueue queue, InstantSource clock) {
    this.calls = calls;
    this.queue = queue;
    this.clock = clock;
    this.start = clock.instant();
  }

  /**
   * Shows each letter to each question, until all have seen enough.
   *
   * @return whether there was no other to be had
   */
  boolean look(List<? extends Question<?>> questions) {
    int heldSeconds = Source.seconds(HELD);
    while (held.size() < LETTERS_MAX && isWithin(LOOK_MAX)) {
      var records = calls.receive(queue, SqsCalls.BATCH_MAX, heldSeconds, 0);
      if (records.isEmpty()) {
        // Asked without waiting, SQS looks at some of its servers only.
        records = calls.receive(queue, SqsCalls.BATCH_MAX, heldSeconds, 1);
      }
      if (records.isEmpty()) {
        return true;
      }
      for (var record : records) {
        var letter = new Letter(DeadLetterBox.read(record), record.receiptHandle());
        held.put(letter.receipt(), new Taken(record.messageId(), letter.content().deadAt()));
        questions.forEach(question -> question.see(letter));
      }
      if (questions.stream().allMatch(Question::hasSeenEnough)) {
        return false;
      }
    }
    return false;
  }

  /**
   * How many letters there are that were not seen: others hold them, or they came too late, or are
   * too many. SQS counts roughly, and a change within the last minute it may not have counted yet.
   */
  long unseen() {
    if (unseen.isEmpty()) {
      long mine = held.values().stream().map(Taken::messageId).distinct().count();
      unseen = OptionalLong.of(Math.max(0, SqsRequestQueue.count(calls, queue) - mine));
    }
    return unseen.getAsLong();
  }

  /**
   * Whether it is there still, and for nobody else: another question of this walk may have removed
   * it, or it took too long.
   */
  boolean holds(String receipt) {
    return held.containsKey(receipt) && isWithin(HELD);
  }

  private boolean isWithin(Duration time) {
    return clock.instant().isBefore(start.plus(time));
  }

  /** Removes letters by their receipts; says how many of them are gone by this. */
  int remove(List<String> receipts) {
    var gone = calls.deleteAll(queue, receipts.stream().filter(this::holds).toList());
    gone.forEach(held::remove);
    return gone.size();
  }

  /** When the first of those died that are left. */
  Optional<Instant> oldestLeft() {
    return held.values().stream().map(Taken::deadAt).min(Instant::compareTo);
  }

  @Override
  public void close() {
    try {
      calls.giveBack(queue, held.keySet().stream().filter(this::holds).toList());
    } catch (UnavailableException noAnswer) {
      // They are there again when their time is over.
    }
  }
}
