package io.openhqm.aws.sqs;

import io.openhqm.core.UnavailableException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One walk through the dead letter queue: takes the letters, and gives back at the end what was not
 * removed.
 */
final class Walk implements AutoCloseable {
  /** How many letters are looked at. */
  static final int LETTERS_MAX = 10_000;

  /** How long letters are held; those of a process that dies meanwhile are hidden for so long. */
  private static final int HELD_SECONDS = 120;

  private final SqsCalls calls;
  private final SqsQueue queue;

  /** By receipt: when it died. */
  private final Map<String, Instant> held = new LinkedHashMap<>();

  Walk(SqsCalls calls, SqsQueue queue) {
    this.calls = calls;
    this.queue = queue;
  }

  /**
   * Shows each letter to each question, until all have seen enough.
   *
   * @return whether all letters were seen
   */
  boolean look(List<? extends Question<?>> questions) {
    while (held.size() < LETTERS_MAX) {
      var records = calls.receive(queue, SqsCalls.BATCH_MAX, HELD_SECONDS, 0);
      if (records.isEmpty()) {
        // Asked without waiting, SQS looks at some of its servers only.
        records = calls.receive(queue, SqsCalls.BATCH_MAX, HELD_SECONDS, 1);
      }
      if (records.isEmpty()) {
        return true;
      }
      for (var record : records) {
        var letter = new Letter(DeadLetterBox.read(record), record.receiptHandle());
        held.put(letter.receipt(), letter.content().deadAt());
        questions.forEach(question -> question.see(letter));
      }
      if (questions.stream().allMatch(Question::hasSeenEnough)) {
        return false;
      }
    }
    return false;
  }

  /** Whether it is there still: another question of this walk may have removed it. */
  boolean holds(String receipt) {
    return held.containsKey(receipt);
  }

  /** Removes letters by their receipts; says how many of them are gone by this. */
  int remove(List<String> receipts) {
    var gone = calls.deleteAll(queue, receipts.stream().filter(this::holds).toList());
    gone.forEach(held::remove);
    return gone.size();
  }

  /** When the first of those died that are left. */
  Optional<Instant> oldestLeft() {
    return held.values().stream().min(Instant::compareTo);
  }

  @Override
  public void close() {
    try {
      calls.giveBack(queue, List.copyOf(held.keySet()));
    } catch (UnavailableException noAnswer) {
      // They are there again when their time is over.
    }
  }
}
