package io.openhqm.worker;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.Outcome;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Works on the deliveries that a platform hands over in one invocation: at the same time, each in a
 * virtual thread of its own, with leases and visibility kept going. Where the queue keeps order,
 * those of one session are worked on one after the other, and after the first that has to come
 * again none behind it is begun. Safe for use by many threads.
 */
public final class BatchWorker {
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);

  /** The clock is looked at as often as this, as an injected one may be turned on. */
  private static final long GLANCE_MS = 50;

  /** URLs that the allow list admits are backends too: what can grow has a limit. */
  private static final int BACKENDS_MAX = 1_000;

  /**
   * @param count how many attempts run at the same time; 1 or more
   * @param margin what is kept of an invocation's time for the caller's own last words, over {@link
   *     Worker.Settings#settleMargin}, in which results are recorded
   */
  public record Settings(int count, Duration margin) {
    public Settings {
      requireNonNull(margin, "margin");
      if (count < 1) {
        throw new IllegalArgumentException("count must be >= 1 but is " + count);
      }
      if (margin.isNegative()) {
        throw new IllegalArgumentException("margin must be >= 0 but is " + margin);
      }
    }

    /** Usual values: 1,000 at the same time, which is any batch, and 500 ms. */
    public static Settings defaults() {
      return new Settings(1_000, Duration.ofMillis(500));
    }
  }

  private final Settings settings;
  private final Worker worker;
  private final Attempts attempts;
  private final QueueFeatures queue;
  private final Telemetry telemetry;
  private final ConcurrentMap<Backend, Semaphore> rooms = new ConcurrentHashMap<>();

  /**
   * @param attempts the worker's own; nobody else need call {@link Attempts#beat}
   * @param queue what the queue can do that the deliveries come from
   */
  public BatchWorker(
      Settings settings,
      Worker worker,
      Attempts attempts,
      QueueFeatures queue,
      Telemetry telemetry) {
    this.settings = settings;
    this.worker = worker;
    this.attempts = attempts;
    this.queue = queue;
    this.telemetry = telemetry;
  }

  /**
   * Works on {@code deliveries} and settles each; says for each, in their order, with what. One
   * that could not be settled is to come again. Returns before {@code invocation} is over, with
   * what has no end by then given back: uncounted, unless it had the whole invocation to itself and
   * would not fare better in another. Never throws for what a backend, a processor or an engine
   * does. If the calling thread is interrupted, running attempts are given back; the interrupt is
   * still set afterwards.
   *
   * @param deliveries in the order in which the queue gave them; what a queue keeps in order must
   *     have a session, a foreign message too
   * @param invocation until when the platform lets this process run
   */
  public List<Outcome> deliverAll(List<Delivery> deliveries, Deadline invocation) {
    var until = new Deadline(invocation.at().minus(settings.margin()), invocation.clock());
    var batch = new Batch(deliveries, until);
    try (var heart = new Heart(attempts::beat, telemetry)) {
      heart.start();
      batch.start();
      batch.await();
    }
    return batch.outcomes();
  }

  /** One delivery and what became of it; until that is known, it is to come again. */
  private static final class Item {
    final Delivery delivery;
    volatile Outcome outcome = new Outcome.RetryAfter(COME_AGAIN);

    Item(Delivery delivery) {
      this.delivery = delivery;
    }

    boolean comesAgain() {
      return outcome instanceof Outcome.RetryAfter;
    }
  }

  /** The deliveries of one invocation. */
  private final class Batch {
    private final Deadline until;
    private final List<Item> items;
    private final Queue<List<Item>> groups;
    private final int hands;
    private final CountDownLatch working;

    /** Nothing more is begun. */
    private volatile boolean stopping;

    /** The outcomes have been told; nothing more is settled. */
    private volatile boolean over;

    Batch(List<Delivery> deliveries, Deadline until) {
      this.until = until;
      this.items = deliveries.stream().map(Item::new).toList();
      this.groups = new ConcurrentLinkedQueue<>(grouped(items));
      this.hands = Math.min(settings.count(), groups.size());
      this.working = new CountDownLatch(hands);
    }

    void start() {
      for (int i = 0; i < hands; i++) {
        Thread.startVirtualThread(this::work);
      }
    }

    private void work() {
      try {
        boolean first = true;
        for (var group = groups.poll(); group != null; group = groups.poll()) {
          workOn(group, first);
          first = false;
        }
      } finally {
        working.countDown();
      }
    }

    /**
     * @param first whether the invocation has just begun
     */
    private void workOn(List<Item> group, boolean first) {
      boolean wholeInvocation = first;
      boolean halted = false;
      for (var item : group) {
        boolean begins = !halted && !stopping && worker.hasTime(until);
        settle(item, begins ? entered(item.delivery, wholeInvocation) : retryAfter(Duration.ZERO));
        wholeInvocation = false;
        halted = halted || item.comesAgain();
      }
    }

    /** Works on it as soon as its backend has room: until then its job is not claimed. */
    private Outcome entered(Delivery delivery, boolean wholeInvocation) {
      var resolution = Backend.resolved(worker.resolver(), delivery.message());
      var room = room(Backend.of(resolution));
      if (room.isEmpty()) {
        return outcome(delivery, new Worker.Invocation(resolution, until, wholeInvocation));
      }
      boolean hadRoom = room.get().tryAcquire();
      if (!hadRoom && !awaitRoom(room.get())) {
        return retryAfter(Duration.ZERO);
      }
      try {
        boolean whole = wholeInvocation && hadRoom;
        return outcome(delivery, new Worker.Invocation(resolution, until, whole));
      } finally {
        room.get().release();
      }
    }

    private boolean awaitRoom(Semaphore room) {
      try {
        while (!stopping && worker.hasTime(until)) {
          if (room.tryAcquire(GLANCE_MS, TimeUnit.MILLISECONDS)) {
            return true;
          }
        }
      } catch (InterruptedException nobodyDoes) {
        Thread.currentThread().interrupt();
      }
      return false;
    }

    private Outcome outcome(Delivery delivery, Worker.Invocation invocation) {
      try {
        return worker.deliver(delivery, invocation);
      } catch (RuntimeException bug) {
        telemetry.trouble("a delivery was left to come again", bug);
        return retryAfter(COME_AGAIN);
      }
    }

    private void settle(Item item, Outcome outcome) {
      if (over) {
        return;
      }
      try {
        item.delivery.settle(outcome);
        item.outcome = outcome;
      } catch (RuntimeException noAnswer) {
        telemetry.trouble("a message could not be settled; it will be delivered again", noAnswer);
      }
    }

    void await() {
      boolean interrupted = false;
      while (!over) {
        try {
          over = working.await(GLANCE_MS, TimeUnit.MILLISECONDS) || until.isOver();
        } catch (InterruptedException stop) {
          interrupted = true;
          stopping = true;
        }
        if (stopping) {
          attempts.stopAll();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    List<Outcome> outcomes() {
      return items.stream().map(item -> item.outcome).toList();
    }
  }

  /** Where calls of this backend are counted, if it takes a limited number at a time. */
  private Optional<Semaphore> room(Backend backend) {
    if (backend.concurrencyMax().isEmpty()) {
      return Optional.empty();
    }
    if (rooms.size() >= BACKENDS_MAX) {
      // Those that are in use now stay with who uses them; the proxy holds the limit all the same.
      rooms.clear();
    }
    return Optional.of(
        rooms.computeIfAbsent(
            backend, limited -> new Semaphore(limited.concurrencyMax().getAsInt())));
  }

  /** What must be worked on one after the other, together. */
  private List<List<Item>> grouped(List<Item> items) {
    var groups = new ArrayList<List<Item>>(items.size());
    var sessions = new HashMap<String, List<Item>>();
    for (var item : items) {
      var session = item.delivery.message().metadata().sessionId();
      if (session.isEmpty() || !queue.ordering()) {
        groups.add(List.of(item));
        continue;
      }
      sessions
          .computeIfAbsent(
              session.get(),
              unseen -> {
                var group = new ArrayList<Item>();
                groups.add(group);
                return group;
              })
          .add(item);
    }
    return groups;
  }

  private Outcome retryAfter(Duration delay) {
    return new Outcome.RetryAfter(queue.retryAtMost(delay));
  }
}
