package io.openhqm.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time: each has a virtual thread of its own, and exactly one holds the baton.
 * At every {@link #step} the seed says who goes on. Time stands still while anybody can run.
 */
final class Scheduler implements InstantSource {
  /** What a task does. */
  @FunctionalInterface
  interface Body {
    void run() throws Exception;
  }

  /** Told of every step, and of whatever ends a task that should not. */
  interface Observer {
    void onStep(Task task);

    void onDeath(Task task, Throwable cause);
  }

  /** More steps than any run needs: something goes round in circles. */
  private static final int STEPS_MAX = 400_000;

  private static final BooleanSupplier NEVER = () -> false;

  /** A group of tasks that live and die together. */
  static final class Group {
    private Instant frozenUntil = Instant.EPOCH;

    Instant frozenUntil() {
      return frozenUntil;
    }
  }

  private final Random random;
  private final List<Task> tasks = new ArrayList<>();
  private final List<Task> candidates = new ArrayList<>();
  private final Deque<String> trace = new ArrayDeque<>();
  private final boolean traced;
  private final Thread driver = Thread.currentThread();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int spawned;
  private int steps;
  private long digest;
  private boolean stopped;
  private Optional<Observer> observer = Optional.empty();
  private volatile @Nullable Task current;
  private volatile boolean finished;

  Scheduler(Random random, boolean traced) {
    this.random = random;
    this.traced = traced;
  }

  /** One thread of a simulated process. */
  final class Task {
    final Group group;
    final String name;
    private final Body body;
    private final Thread thread;
    private Instant wakeAt = now;
    private BooleanSupplier condition = NEVER;
    private boolean interruptible;
    private boolean started;
    private boolean dead;
    private boolean over;
    private volatile boolean interrupted;

    private Task(Group group, String name, Body body) {
      this.group = group;
      this.name = name;
      this.body = body;
      this.thread = Thread.ofVirtual().unstarted(this::run);
    }

    /** Whether it has come to its end, or was killed. */
    boolean isOver() {
      return over || dead;
    }

    private boolean canRun() {
      if (dead) {
        return true;
      }
      if (group.frozenUntil.isAfter(now)) {
        return false;
      }
      return !wakeAt.isAfter(now)
          || condition.getAsBoolean()
          || interruptible && (interrupted || thread.isInterrupted());
    }

    private void run() {
      try {
        awaitBaton();
        requireAlive();
        body.run();
      } catch (Crash crash) {
        note("died");
      } catch (Throwable cause) {
        observer.ifPresent(one -> one.onDeath(this, cause));
      } finally {
        over = true;
        tasks.remove(this);
        passOn();
      }
    }

    private void awaitBaton() {
      while (current != this) {
        LockSupport.park(this);
        if (thread.isInterrupted()) {
          interrupted = true;
          Thread.interrupted();
        }
      }
      if (interrupted) {
        interrupted = false;
        thread.interrupt();
      }
    }

    private void resume() {
      if (started) {
        LockSupport.unpark(thread);
      } else {
        started = true;
        thread.start();
      }
    }

    private void requireAlive() {
      if (dead) {
        throw new Crash();
      }
    }
  }

  void observe(Observer one) {
    observer = Optional.of(one);
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Lets time pass when all is over. */
  void passTime(Duration duration) {
    now = now.plus(duration);
  }

  Task current() {
    var task = current;
    if (task == null) {
      throw new IllegalStateException("no task runs");
    }
    return task;
  }

  Task spawn(Group group, String name, Body body) {
    var task = new Task(group, name + "#" + spawned++, body);
    tasks.add(task);
    return task;
  }

  /** Where the seed may let others go first, let time pass, or let the process die. */
  void step(String what) {
    step(what, Duration.ZERO);
  }

  void step(String what, Duration latency) {
    var me = current();
    me.requireAlive();
    note(what);
    observer.ifPresent(one -> one.onStep(me));
    me.requireAlive();
    suspend(me, now.plus(latency), NEVER, false);
  }

  /** Waits for {@code duration} or for an interrupt. */
  void sleep(Duration duration) throws InterruptedException {
    await(duration, NEVER);
  }

  /** Waits until {@code condition} holds, but not longer than {@code atMost}. */
  void await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
    var me = current();
    me.requireAlive();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    suspend(me, now.plus(atMost), condition, true);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void suspend(Task me, Instant wakeAt, BooleanSupplier condition, boolean interruptible) {
    if (++steps > STEPS_MAX) {
      stopped = true;
      tasks.forEach(task -> task.dead = true);
      observer.ifPresent(
          one -> one.onDeath(me, new AssertionError("more than " + STEPS_MAX + " steps")));
    }
    me.wakeAt = wakeAt;
    me.condition = condition;
    me.interruptible = interruptible;
    var next = pick();
    if (next != me) {
      current = next;
      if (next != null) {
        next.resume();
      }
      me.awaitBaton();
    } else if (me.thread.isInterrupted()) {
      me.interrupted = false;
    }
    me.requireAlive();
  }

  private void passOn() {
    var next = pick();
    current = next;
    if (next == null) {
      finished = true;
      LockSupport.unpark(driver);
    } else {
      next.resume();
    }
  }

  private @Nullable Task pick() {
    while (!tasks.isEmpty()) {
      candidates.clear();
      for (var task : tasks) {
        if (task.canRun()) {
          candidates.add(task);
        }
      }
      if (!candidates.isEmpty()) {
        return candidates.get(candidates.size() == 1 ? 0 : random.nextInt(candidates.size()));
      }
      now = earliest();
    }
    return null;
  }

  private Instant earliest() {
    var earliest = Instant.MAX;
    for (var task : tasks) {
      var thaw = task.group.frozenUntil;
      var at = thaw.isAfter(now) ? thaw : task.wakeAt;
      if (at.isBefore(earliest)) {
        earliest = at;
      }
    }
    return earliest;
  }

  /** Everything that only the memory of these tasks holds is lost. */
  void kill(Group group) {
    note("killed");
    for (var task : List.copyOf(tasks)) {
      if (task.group == group) {
        task.dead = true;
        if (!task.started) {
          tasks.remove(task);
        }
      }
    }
  }

  /** None of these tasks goes on before {@code duration} is over. */
  void freeze(Group group, Duration duration) {
    note("frozen for " + duration);
    group.frozenUntil = now.plus(duration);
  }

  /** Kills all tasks: the run is over. */
  void stop() {
    stopped = true;
    for (var task : List.copyOf(tasks)) {
      task.dead = true;
      if (!task.started) {
        tasks.remove(task);
      }
    }
  }

  boolean isStopped() {
    return stopped;
  }

  /** Runs until no task is left. */
  void run() {
    passOn();
    while (!finished) {
      LockSupport.park(this);
    }
  }

  void note(String what) {
    var me = current;
    int who = me == null ? 0 : me.name.hashCode();
    digest = digest * 1_000_003 + who * 31L + what.hashCode() + now.toEpochMilli();
    if (traced) {
      trace.add(now + " " + (me == null ? "" : me.name) + " " + what);
    }
  }

  /** The same for two runs of one seed, if a seed replays exactly. */
  long digest() {
    return digest;
  }

  int steps() {
    return steps;
  }

  List<String> trace() {
    return List.copyOf(trace);
  }
}
