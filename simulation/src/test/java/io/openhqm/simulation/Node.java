package io.openhqm.simulation;

import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Deadline;
import io.openhqm.core.Delivery;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Intake;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.Resource;
import io.openhqm.status.Status;
import io.openhqm.submit.ClaimCheckedIntake;
import io.openhqm.submit.StoreThenQueue;
import io.openhqm.submit.Submit;
import io.openhqm.worker.AnswerMemory;
import io.openhqm.worker.Attempts;
import io.openhqm.worker.Lanes;
import io.openhqm.worker.Sweep;
import io.openhqm.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One process: listener and worker over the shared ports, wired as the server wires them. */
final class Node {
  static final Duration LEASE = Duration.ofSeconds(9);
  private static final int HANDS = 4;

  /** So few that it happens to be too few. */
  private static final int PARKED = 2;

  private final World world;
  private final Scheduler scheduler;
  private final String name;

  /** The life it leads now; a restart begins another. */
  private Scheduler.Group life = new Scheduler.Group();

  private boolean alive;
  private boolean stopping;
  private Optional<ApiFunction> api = Optional.empty();
  private Optional<Attempts> attempts = Optional.empty();
  private Optional<Lanes> lanes = Optional.empty();

  Node(World world, String name) {
    this.world = world;
    this.scheduler = world.scheduler;
    this.name = name;
  }

  boolean isAlive() {
    return alive;
  }

  Scheduler.Group life() {
    return life;
  }

  ApiFunction api() {
    return api.orElseThrow();
  }

  void start() {
    life = new Scheduler.Group();
    alive = true;
    stopping = false;
    scheduler.note(name + " starts");
    var ports = world.ports;
    var store = ports.store();
    var queue = ports.queue();
    var claimCheck =
        new ClaimCheck(
            Optional.of(ports.blobs()), queue.features().maxMessageBytes(), store.maxResultBytes());
    var running = new Attempts(store, scheduler, world.witness, LEASE);
    attempts = Optional.of(running);
    Intake intake =
        ports
            .intake()
            .<Intake>map(one -> new ClaimCheckedIntake(one, store, claimCheck, world.witness))
            .orElseGet(() -> new StoreThenQueue(store, queue, claimCheck, world.witness));
    var resources = new ArrayList<Resource>();
    resources.addAll(submit(intake, claimCheck).resources());
    resources.addAll(status(running, claimCheck).resources());
    api = Optional.of(new Api(resources, world.witness));
    startWorker(running, claimCheck);
  }

  private Submit submit(Intake intake, ClaimCheck claimCheck) {
    return new Submit(
        Submit.Settings.defaults(),
        new Submit.Ports(
            world.resolver(),
            intake,
            world.ports.store(),
            claimCheck,
            world::newId,
            scheduler,
            world.witness));
  }

  private Status status(Attempts running, ClaimCheck claimCheck) {
    return new Status(
        Status.Settings.defaults(),
        new Status.Ports(
            world.ports.store(),
            claimCheck,
            running::cancel,
            world.ports.responses(),
            scheduler,
            world.witness));
  }

  private void startWorker(Attempts running, ClaimCheck claimCheck) {
    EndpointResolver resolver = world.resolver();
    var store = world.ports.store();
    var queue = world.ports.queue();
    var worker =
        new Worker(
            new Worker.Settings(LEASE, world.ttl(), Duration.ofSeconds(2), Duration.ofHours(1)),
            new Worker.Ports(
                store,
                queue.features(),
                claimCheck,
                resolver,
                new Backend(scheduler, world.witness, world.plans, life),
                running,
                new AnswerMemory(1),
                world.ports.responses(),
                world.witness,
                scheduler,
                world.random,
                scheduler::sleep));
    var sweep =
        new Sweep(
            new Sweep.Settings(LEASE, world.ttl(), Duration.ofDays(7)),
            new Sweep.Ports(
                store,
                queue,
                claimCheck,
                resolver,
                world.ports.responses(),
                world.witness,
                scheduler));
    var sharing =
        new Lanes(new Lanes.Settings(HANDS, 1_000, PARKED, 1 << 20), resolver, queue.features());
    lanes = Optional.of(sharing);
    scheduler.spawn(life, name + "-receiver", () -> receive(new Hands(life, sharing, worker)));
    scheduler.spawn(
        life,
        name + "-parked",
        () -> repeat(LEASE.dividedBy(3), () -> keepParked(sharing.parked(), LEASE)));
    scheduler.spawn(life, name + "-heart", () -> repeat(Duration.ofMillis(900), running::beat));
    scheduler.spawn(life, name + "-sweep", () -> repeat(Duration.ofSeconds(5), () -> sweep(sweep)));
  }

  private void sweep(Sweep sweep) {
    try {
      sweep.run();
    } catch (UnavailableException noAnswer) {
      world.witness.trouble("a sweep ended early", noAnswer);
    }
  }

  private void repeat(Duration pause, Runnable work) throws InterruptedException {
    while (true) {
      scheduler.sleep(pause);
      work.run();
    }
  }

  /** What works on deliveries in one life. */
  private record Hands(Scheduler.Group life, Lanes lanes, Worker worker) {}

  private void receive(Hands hands) throws InterruptedException {
    while (!stopping) {
      var wanted = hands.lanes().wanted(10);
      if (wanted.max() > 0) {
        for (var delivery : received(wanted)) {
          var turn = hands.lanes().take(delivery);
          turn.ifPresent(one -> begin(hands, one));
          if (turn.isEmpty()) {
            world.witness.saw("a message parked");
          }
        }
        hands.lanes().surplus().forEach(this::move);
      }
      scheduler.sleep(Duration.ofMillis(700));
    }
  }

  private void move(Lanes.Surplus surplus) {
    world.witness.saw("a message moved to another lane");
    try {
      surplus.delivery().moveTo(surplus.lane(), Duration.ofSeconds(1));
    } catch (UnavailableException noAnswer) {
      scheduler.note("not moved: " + surplus.delivery().message().id());
    }
  }

  private List<Delivery> received(Lanes.Wanted wanted) throws InterruptedException {
    try {
      return world.ports.queue().receive(wanted.max(), LEASE, Duration.ZERO, wanted.full());
    } catch (UnavailableException noAnswer) {
      return List.of();
    }
  }

  private void begin(Hands hands, Lanes.Turn turn) {
    scheduler.spawn(hands.life(), name + "-hand", () -> work(hands, turn));
  }

  private void work(Hands hands, Lanes.Turn turn) {
    var delivery = turn.delivery();
    try {
      var endless = new Deadline(Instant.MAX, scheduler);
      delivery.settle(hands.worker().deliver(delivery, endless));
    } catch (UnavailableException noAnswer) {
      scheduler.note("not settled: " + delivery.message().id());
    }
    hands.lanes().ended(turn).ifPresent(next -> begin(hands, next));
  }

  private void keepParked(List<Delivery> parked, Duration duration) {
    try {
      world.ports.queue().extendAll(parked, duration);
    } catch (UnavailableException noAnswer) {
      world.witness.trouble("what is parked may come again", noAnswer);
    }
  }

  /** Loses all it had in memory. */
  void crash() {
    world.witness.saw("a process died");
    alive = false;
    world.witness.excuseAll(life, name + " died");
    scheduler.kill(life);
  }

  /** Takes no more work, gives back what it has, and ends. */
  void stop() throws InterruptedException {
    world.witness.saw("a process stopped in order");
    stopping = true;
    var before = life;
    var sharing = lanes.orElseThrow();
    keepParked(sharing.unpark(), Duration.ZERO);
    attempts.ifPresent(Attempts::stopAll);
    scheduler.await(Duration.ofSeconds(10), () -> sharing.running() == 0 || life != before);
    if (life == before && alive) {
      crash();
    }
  }

  /** Stands still for a while, and then goes on as if nothing had been. */
  void freeze(Duration duration) {
    world.witness.saw("a process froze");
    world.witness.excuseAll(life, name + " froze");
    scheduler.freeze(life, duration);
  }
}
