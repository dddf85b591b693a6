package io.openhqm.aws.sqs;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The dead letter queue, for operators. SQS has no way to look at a queue but to take what is on
 * it, so each question is a {@link Walk}: it takes all letters, looks at each, removes what is to
 * go, and gives the rest back. That takes a second at least, and a call for each ten letters,
 * twice.
 *
 * <ul>
 *   <li>A walk sees {@value Walk#LETTERS_MAX} letters at most, and ends while letters keep coming.
 *   <li>Questions that come while one walks are answered together by the next walk.
 *   <li>Two processes that walk at the same time hide letters from each other, and one that died
 *       while it walked hides them until their time is over. None is lost or redriven twice. A
 *       letter that is not found is said to be gone only if SQS has counted none that was not seen;
 *       a list, which must be had while letters keep coming, shows what could be seen.
 *   <li>A redrive sends the message, then removes the letter: a process that dies in between leaves
 *       both.
 *   <li>Letters that are too old are removed by SQS itself as well, by the queue's {@code
 *       MessageRetentionPeriod}.
 * </ul>
 */
final class SqsDeadLetters implements DeadLetters {
  /**
   * What SQS moves here by itself may be older than what was seen, so a look is taken this often.
   */
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  /** Another's walk is over by then, as a rule. */
  private static final Duration LOOK_LATER = Duration.ofSeconds(3);

  private final SqsCalls calls;
  private final SqsQueue queue;
  private final InstantSource clock;
  private final Consumer<Message> requests;

  private final Queue<Question<?>> questions = new ConcurrentLinkedQueue<>();
  private final ReentrantLock walking = new ReentrantLock();

  /** What the last walk to the end found: none died before {@code oldest}, as of {@code at}. */
  private record Seen(Instant oldest, Instant at) {}

  private volatile Seen seen = new Seen(Instant.MIN, Instant.MIN);

  /**
   * @param requests where a message goes that is redriven
   */
  SqsDeadLetters(SqsCalls calls, SqsQueue queue, InstantSource clock, Consumer<Message> requests) {
    this.calls = calls;
    this.queue = queue;
    this.clock = clock;
    this.requests = requests;
  }

  @Override
  public List<Summary> list(Optional<UUID> after, int limit) {
    if (limit < 1 || limit > 1_000) {
      throw new IllegalArgumentException("limit must be 1 to 1,000 but is " + limit);
    }
    return answer(new Page(after, limit));
  }

  @Override
  public Optional<DeadLetter> find(UUID id) {
    return answer(new First(id));
  }

  @Override
  public boolean redrive(UUID id, Job job, Message message) {
    return answer(new Removal(id, () -> requests.accept(message)));
  }

  @Override
  public boolean purge(UUID id) {
    return answer(new Removal(id, () -> {}));
  }

  @Override
  public int purgeBefore(Instant before, int limit) {
    calls.requireOpen();
    var last = seen;
    boolean fresh = clock.instant().isBefore(last.at.plus(LOOK_AGAIN));
    return fresh && !last.oldest.isBefore(before) ? 0 : answer(new Clearance(before, limit));
  }

  @Override
  public long count() {
    return SqsRequestQueue.count(calls, queue);
  }

  private <T> T answer(Question<T> question) {
    calls.requireOpen();
    questions.add(question);
    walking.lock();
    try {
      if (!question.isAnswered()) {
        walk();
      }
    } finally {
      walking.unlock();
    }
    return question.answer();
  }

  private void walk() {
    var asked = new ArrayList<Question<?>>();
    for (var next = questions.poll(); next != null; next = questions.poll()) {
      asked.add(next);
    }
    var start = clock.instant();
    try (var walk = new Walk(calls, queue, clock)) {
      boolean toTheEnd = walk.look(asked);
      asked.forEach(question -> question.answer(walk));
      if (toTheEnd) {
        seen = new Seen(walk.oldestLeft().orElse(start), start);
      }
    } catch (RuntimeException failure) {
      asked.forEach(question -> question.fail(failure));
    }
  }

  /** The first letters by id. */
  private static final class Page extends Question<List<Summary>> {
    private final Optional<UUID> after;
    private final int limit;
    private final TreeMap<UUID, Summary> page = new TreeMap<>();

    Page(Optional<UUID> after, int limit) {
      this.after = after;
      this.limit = limit;
    }

    @Override
    void see(Letter letter) {
      if (after.isEmpty() || letter.id().compareTo(after.get()) > 0) {
        page.putIfAbsent(letter.id(), letter.content().summary());
        if (page.size() > limit) {
          page.pollLastEntry();
        }
      }
    }

    @Override
    List<Summary> result(Walk walk) {
      return List.copyOf(page.values());
    }
  }

  /** The letter of an id. */
  private static final class First extends Question<Optional<DeadLetter>> {
    private final UUID id;
    private Optional<DeadLetter> found = Optional.empty();

    First(UUID id) {
      this.id = id;
    }

    @Override
    void see(Letter letter) {
      if (letter.id().equals(id)) {
        found = Optional.of(letter.content());
      }
    }

    @Override
    boolean hasSeenEnough() {
      return found.isPresent();
    }

    @Override
    Optional<DeadLetter> result(Walk walk) {
      if (found.isEmpty() && walk.unseen() > 0) {
        throw new UnavailableException(
            "It is not known whether this dead letter is there: "
                + walk.unseen()
                + " on the queue could not be looked at. Another process looks at them, or died"
                + " while it did, which hides them for "
                + Walk.HELD.toSeconds()
                + " s; or there are more than "
                + Walk.LETTERS_MAX
                + ". Try again.",
            LOOK_LATER);
      }
      return found;
    }
  }

  /** All letters of an id are to go, once something else is done. */
  private static final class Removal extends Question<Boolean> {
    private final UUID id;
    private final Runnable before;
    private final List<String> found = new ArrayList<>();

    Removal(UUID id, Runnable before) {
      this.id = id;
      this.before = before;
    }

    @Override
    void see(Letter letter) {
      if (letter.id().equals(id)) {
        found.add(letter.receipt());
      }
    }

    @Override
    Boolean result(Walk walk) {
      if (found.stream().noneMatch(walk::holds)) {
        return false;
      }
      before.run();
      walk.remove(found);
      return true;
    }
  }

  /** Old letters are to go. */
  private static final class Clearance extends Question<Integer> {
    private final Instant before;
    private final int limit;
    private final List<String> old = new ArrayList<>();

    Clearance(Instant before, int limit) {
      this.before = before;
      this.limit = limit;
    }

    @Override
    void see(Letter letter) {
      if (old.size() < limit && letter.content().deadAt().isBefore(before)) {
        old.add(letter.receipt());
      }
    }

    @Override
    Integer result(Walk walk) {
      return walk.remove(old);
    }
  }
}
