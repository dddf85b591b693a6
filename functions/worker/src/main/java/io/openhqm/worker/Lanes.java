package io.openhqm.worker;

import io.openhqm.core.Body;
import io.openhqm.core.Delivery;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Ways;
import io.openhqm.core.Priority;
import io.openhqm.core.QueueFeatures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is worked on next in one process: each backend has hands of its own, so that one that is slow
 * or full holds up nobody else. What comes for a backend without a free hand is parked, in bounded
 * number, and not claimed; where the queue tells lanes apart, it is not even taken. A message whose
 * way only its content tells has to be taken once: what is too much to be parked goes back, to wait
 * in a lane that leads to this backend only. Decides only: starts nothing, waits for nothing, asks
 * no port. Safe for use by many threads.
 */
public final class Lanes {
  private static final int NAMES_MAX = 100;

  /**
   * How many messages are taken in one go while there are some that are only moved: a queue that
   * groups its writes moves them in one, and what is behind them is reached the sooner.
   */
  private static final int MOVED_AT_ONCE = 100;

  /** What a parked delivery takes beside its payload. */
  private static final int OVERHEAD_BYTES = 1_000;

  /**
   * @param count how many attempts run at the same time at one backend; its {@code max_concurrency}
   *     can make it less
   * @param total how many run in all; a backend at which none runs may have one all the same
   * @param parked how many deliveries are parked before no more are taken
   * @param parkedBytes of how many bytes of payload
   */
  public record Settings(int count, int total, int parked, long parkedBytes) {
    /** The usual bounds for so many attempts at one backend: 1,000 in all and parked, 16 MiB. */
    public static Settings of(int count) {
      return new Settings(count, Math.max(count, 1_000), 1_000, 16 << 20);
    }
  }

  /**
   * What to ask of the queue.
   *
   * @param max how many messages; 0: none
   * @param full lanes of the queue of which nothing is wanted
   * @param isAnyFull whether a backend has no hand free, so that what is taken is perhaps parked
   */
  public record Wanted(int max, Set<String> full, boolean isAnyFull) {}

  /** A delivery whose turn it is, or that is parked until it is. */
  public static final class Turn {
    private final Delivery delivery;
    private final Optional<Resolution> resolution;
    private final Lane lane;
    private final long number;

    private Turn(Delivery delivery, Optional<Resolution> resolution, Lane lane, long number) {
      this.delivery = delivery;
      this.resolution = resolution;
      this.lane = lane;
      this.number = number;
    }

    /** What is to be worked on. */
    public Delivery delivery() {
      return delivery;
    }

    /** Where it goes, as far as that is known. */
    Optional<Resolution> resolution() {
      return resolution;
    }

    private Priority priority() {
      return delivery.message().metadata().priority();
    }

    private long bytes() {
      long payload =
          delivery.message().payload() instanceof Body.Inline inline ? inline.bytes().length() : 0;
      return OVERHEAD_BYTES + payload;
    }
  }

  /**
   * A delivery that there is no room for.
   *
   * @param lane of the queue, for it to wait in until its backend has a free hand
   */
  public record Surplus(Delivery delivery, String lane) {}

  private static final Comparator<Turn> BY_PRIORITY =
      Comparator.comparing(Turn::priority).reversed().thenComparingLong(turn -> turn.number);

  /** What runs and waits at one backend. */
  private final class Lane {
    private final Backend backend;
    private final int hands;
    private final TreeSet<Turn> parked = new TreeSet<>(BY_PRIORITY);

    /** Lanes of the queue that lead here and nowhere else. */
    private final Set<String> names = new HashSet<>();

    private int running;

    /**
     * Something was moved, so that no more is parked than is: it would be done before what was
     * moved and is older.
     */
    private boolean moves;

    Lane(Backend backend, int most) {
      this.backend = backend;
      this.hands = Math.min(most, backend.concurrencyMax().orElse(most));
    }

    boolean mayBegin() {
      return running < hands && (running == 0 || total < settings.total());
    }

    int room() {
      return mayBegin() && parked.isEmpty() ? hands - running : 0;
    }

    void park(Turn turn) {
      parked.add(turn);
      Lanes.this.parked++;
      parkedBytes += turn.bytes();
    }

    Turn unpark(Turn turn) {
      parked.remove(turn);
      Lanes.this.parked--;
      parkedBytes -= turn.bytes();
      return turn;
    }

    /** Of what is parked, the last in turn is too much; in the lane that is said waits its like. */
    void giveUp() {
      String own = "routed to " + backend.name() + " " + backend.origin();
      names.add(own);
      moves = true;
      surplus.add(new Surplus(unpark(parked.last()).delivery, own));
    }
  }

  private final Settings settings;
  private final EndpointResolver resolver;
  private final boolean queueHasLanes;
  private final Map<Backend, Lane> lanes = new HashMap<>();
  private int total;
  private final List<Surplus> surplus = new ArrayList<>();
  private int parked;
  private long parkedBytes;
  private long numbers;

  /**
   * @param queue what the queue can do that is taken from
   */
  public Lanes(Settings settings, EndpointResolver resolver, QueueFeatures queue) {
    this.settings = settings;
    this.resolver = resolver;
    this.queueHasLanes = queue.lanes();
  }

  /**
   * What is wanted now.
   *
   * @param most how many messages at most, where none is taken only to be moved
   */
  public synchronized Wanted wanted(int most) {
    int max = Math.min(most, settings.count());
    boolean anyFull = false;
    for (var lane : lanes.values()) {
      if (lane.moves) {
        max = Math.max(max, MOVED_AT_ONCE);
      }
    }
    for (var lane : lanes.values()) {
      if (lane.room() == 0) {
        anyFull = true;
      } else {
        // Never more than it can begin, if all are for this one.
        max = Math.min(max, lane.room());
      }
    }
    if (!anyFull) {
      return new Wanted(max, Set.of(), false);
    }
    boolean crowded = parked >= settings.parked() || parkedBytes >= settings.parkedBytes();
    boolean nothingElse = resolver.ways("").equals(Ways.ONE);
    boolean none = nothingElse || crowded && !queueHasLanes;
    return new Wanted(none ? 0 : max, queueHasLanes ? full() : Set.of(), true);
  }

  private Set<String> full() {
    var names = new HashSet<String>();
    for (var lane : lanes.values()) {
      if (lane.room() == 0) {
        names.addAll(lane.names);
      }
    }
    return names;
  }

  /**
   * Takes in a delivery; the caller begins it if it is its turn, and tells {@link #ended}. Else it
   * is parked.
   */
  public Optional<Turn> take(Delivery delivery) {
    var resolution = Backend.resolved(resolver, delivery.message());
    return take(delivery, resolution, Backend.of(resolution));
  }

  private synchronized Optional<Turn> take(
      Delivery delivery, Optional<Resolution> resolution, Backend backend) {
    var lane = lanes.computeIfAbsent(backend, unseen -> new Lane(unseen, settings.count()));
    String name = delivery.message().metadata().lane();
    if (lane.names.size() < NAMES_MAX && !resolver.ways(name).equals(Ways.MANY)) {
      lane.names.add(name);
    }
    var turn = new Turn(delivery, resolution, lane, numbers++);
    if (lane.room() > 0) {
      return Optional.of(begun(turn));
    }
    lane.park(turn);
    if (lane.moves) {
      lane.giveUp();
    }
    while (queueHasLanes && (parked > settings.parked() || parkedBytes > settings.parkedBytes())) {
      Collections.max(lanes.values(), Comparator.comparingInt(some -> some.parked.size())).giveUp();
    }
    return Optional.empty();
  }

  /**
   * Takes out what was not parked, as there was no room for it: the caller moves it to the lane
   * that is said. Always empty where the queue does not tell lanes apart.
   */
  public synchronized List<Surplus> surplus() {
    var all = List.copyOf(surplus);
    surplus.clear();
    return all;
  }

  private Turn begun(Turn turn) {
    turn.lane.running++;
    total++;
    return turn;
  }

  /** The hand is free; says whose turn it is now. */
  public synchronized Optional<Turn> ended(Turn turn) {
    var lane = turn.lane;
    lane.running--;
    total--;
    if (lane.running == 0 && lane.parked.isEmpty()) {
      lanes.remove(lane.backend);
    }
    if (parked == 0) {
      return Optional.empty();
    }
    return next(List.of(lane)).or(() -> next(lanes.values())).map(this::begun);
  }

  /** Of those that may begin one, where the fewest run. */
  private Optional<Turn> next(Collection<Lane> some) {
    return some.stream()
        .filter(lane -> !lane.parked.isEmpty() && lane.mayBegin())
        .min(Comparator.comparingInt(lane -> lane.running))
        .map(lane -> lane.unpark(lane.parked.first()));
  }

  /** How many are worked on. */
  public synchronized int running() {
    return total;
  }

  /** How many backends something runs or waits at. */
  synchronized int backends() {
    return lanes.size();
  }

  /** Those that wait for a hand; somebody must keep them from being delivered to others. */
  public synchronized List<Delivery> parked() {
    var deliveries = new ArrayList<Delivery>(parked);
    for (var lane : lanes.values()) {
      lane.parked.forEach(turn -> deliveries.add(turn.delivery));
    }
    return deliveries;
  }

  /** Takes out all that are parked, to be given back. */
  public synchronized List<Delivery> unpark() {
    var deliveries = parked();
    lanes.values().forEach(lane -> lane.parked.clear());
    lanes.values().removeIf(lane -> lane.running == 0);
    parked = 0;
    parkedBytes = 0;
    return deliveries;
  }
}
