package io.openhqm.simulation;

import io.openhqm.core.Auth;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Secret;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;

/** One run: engines, processes, clients, and what befalls them, all from one seed. */
final class World implements Scheduler.Observer {
  private static final Duration CHAOS = Duration.ofSeconds(75);
  private static final Duration PATIENCE = Duration.ofHours(3);

  final Random random;
  final Scheduler scheduler;
  final Witness witness;
  final Ports ports;
  final Mood mood;
  final List<Plan> plans = new ArrayList<>();
  final List<Node> nodes = new ArrayList<>();
  private final MemoryEngine jobs;
  private final MemoryEngine queue;
  private final UuidV7 ids;
  private final Scheduler.Group outside = new Scheduler.Group();
  private boolean calm;

  World(long seed, boolean traced) {
    // The first choices of a Random are nearly the same for all small seeds.
    random = new Random(new SplittableRandom(seed).nextLong());
    scheduler = new Scheduler(random, traced);
    witness = new Witness(scheduler);
    mood = Mood.of(random);
    calm = mood.isCalm();
    jobs = new MemoryEngine(scheduler, 10_000);
    queue = mood.separate() ? new MemoryEngine(scheduler, 10_000) : jobs;
    ports = new Ports(scheduler, witness, random, mood, jobs, queue);
    ids = new UuidV7(scheduler, random);
    scheduler.observe(this);
  }

  /** Runs it to its end; the witness has the verdict. */
  void run() {
    scheduler.note(mood.toString());
    for (int i = 0; i < mood.jobs(); i++) {
      var plan = Plan.of(i, random, mood);
      plans.add(plan);
      scheduler.note(plan.toString());
    }
    for (int i = 0; i < mood.nodes(); i++) {
      var node = new Node(this, "node" + i);
      nodes.add(node);
      node.start();
    }
    scheduler.spawn(outside, "director", this::direct);
    scheduler.run();
    new Promises(this, jobs, queue).check();
    jobs.close();
    queue.close();
  }

  private void direct() throws InterruptedException {
    var clients = new ArrayList<Scheduler.Task>();
    for (var plan : plans) {
      var client = new Client(this, plan);
      clients.add(scheduler.spawn(outside, "client" + plan.number(), client::run));
    }
    if (!mood.isCalm()) {
      scheduler.spawn(outside, "fate", this::strike);
      scheduler.sleep(CHAOS);
    }
    calm = true;
    ports.calm();
    scheduler.note("calm");
    for (var node : nodes) {
      if (!node.isAlive()) {
        node.start();
      }
    }
    scheduler.await(PATIENCE, () -> clients.stream().allMatch(Scheduler.Task::isOver));
    scheduler.await(
        PATIENCE, () -> ports.queue().depth().messages() == 0 && witness.begun().isEmpty());
    if (ports.queue().depth().messages() > 0) {
      witness.violation(1, "messages are left on the queue: " + ports.queue().depth());
    }
    if (!witness.begun().isEmpty()) {
      witness.violation(1, "jobs were begun and did not end: " + witness.begun());
    }
    scheduler.stop();
  }

  /** What befalls whole processes from outside: restarts in good order, and long pauses. */
  private void strike() throws InterruptedException {
    while (!calm) {
      scheduler.sleep(Duration.ofMillis(random.nextInt(20_000)));
      var node = nodes.get(random.nextInt(nodes.size()));
      if (calm || !node.isAlive()) {
        continue;
      }
      if (random.nextInt(3) == 0) {
        node.stop();
        reviveLater(node);
      } else if (random.nextDouble() < mood.stall() * 4) {
        node.freeze(Duration.ofMillis(random.nextInt(30_000)));
      }
    }
  }

  @Override
  public void onStep(Scheduler.Task task) {
    if (calm || random.nextDouble() >= mood.crash()) {
      return;
    }
    for (var node : nodes) {
      boolean hit = node.life() == task.group || random.nextInt(4 * nodes.size()) == 0;
      if (hit && node.isAlive()) {
        node.crash();
        reviveLater(node);
      }
    }
  }

  private void reviveLater(Node node) {
    scheduler.spawn(
        outside,
        "revive",
        () -> {
          scheduler.sleep(Duration.ofMillis(random.nextInt(15_000)));
          if (!node.isAlive()) {
            node.start();
          }
        });
  }

  @Override
  public void onDeath(Scheduler.Task task, Throwable cause) {
    var trace = new StringBuilder();
    for (var frame : cause.getStackTrace()) {
      trace.append("\n    at ").append(frame);
    }
    witness.violation(1, task.name + " ended with " + cause + trace);
  }

  UUID newId() {
    return ids.next();
  }

  boolean isCalm() {
    return calm;
  }

  Duration ttl() {
    return mood.shortLife() ? Duration.ofSeconds(60) : Duration.ofDays(1);
  }

  EndpointResolver resolver() {
    var retry =
        new RetryPolicy(
            Plan.ATTEMPTS_MAX,
            Duration.ofSeconds(1),
            Duration.ofSeconds(8),
            RetryPolicy.RETRIED_BY_DEFAULT);
    return new EndpointResolver() {
      @Override
      public Resolution resolve(Message message) {
        var endpoint = endpoint(message.metadata().endpoint().orElseThrow(), retry);
        return new Resolution.Found(
            new Route(endpoint.name(), Optional.of(endpoint), "POST", Plan.TIMEOUT, retry));
      }

      @Override
      public Ways ways(String lane) {
        return mood.waysKnown() ? Ways.ONE_A_LANE : Ways.MANY;
      }
    };
  }

  private Endpoint endpoint(String name, RetryPolicy retry) {
    return new Endpoint(
        name,
        URI.create("http://" + name + ".internal/"),
        "POST",
        Plan.TIMEOUT,
        Headers.of("X-Static", Witness.SECRET),
        new Auth.Bearer(Secret.of(Witness.SECRET)),
        retry,
        1_000_000,
        List.of("*"),
        List.of(),
        name.equals(Plan.SLOW) ? OptionalInt.of(mood.slowCalls()) : OptionalInt.empty(),
        Endpoint.HttpVersion.AUTO);
  }
}
