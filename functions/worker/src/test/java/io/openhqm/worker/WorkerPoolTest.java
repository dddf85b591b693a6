package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Auth;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Delivery;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Processor;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.Result;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.memory.MemoryEngine;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is worked on when, over the memory engine and by the real clock. */
final class WorkerPoolTest {
  private static final int COUNT = 5;
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Result OK = new Result(200, Headers.none(), Body.of(Bytes.utf8("done")));
  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of(503));

  private final InstantSource clock = InstantSource.system();
  private final MemoryEngine engine = new MemoryEngine(clock, 100_000);
  private final RequestQueue queue = engine.queue().orElseThrow();
  private final UuidV7 ids = new UuidV7(clock, new Random(1));
  private final Seen seen = new Seen();
  private final CountDownLatch answer = new CountDownLatch(1);

  /** Calls to {@code slow…} are answered when the test says so, others at once. */
  private final Processor backend =
      attempt -> {
        if (attempt.route().name().startsWith("slow")) {
          answer.await();
        }
        return OK;
      };

  @AfterEach
  void close() {
    engine.close();
  }

  private static final class Seen implements Telemetry {
    private final AtomicInteger attemptsStarted = new AtomicInteger();
    private final AtomicInteger attemptsGivenBack = new AtomicInteger();
    private final List<String> troubles = new CopyOnWriteArrayList<>();

    @Override
    public void trouble(String what, Throwable cause) {
      troubles.add(cause.toString());
    }

    @Override
    public void attemptStarted(UUID id, String endpoint, int attempt) {
      attemptsStarted.incrementAndGet();
    }

    @Override
    public void attemptEnded(
        UUID id, String endpoint, String result, Duration took, String detail) {
      if (result.equals("given_back")) {
        attemptsGivenBack.incrementAndGet();
      }
    }
  }

  /** Goes where the message says, or its payload; {@code …-one} has one call at a time. */
  private record Resolver(Ways unnamed) implements EndpointResolver {
    @Override
    public Resolution resolve(Message message) {
      String name =
          message
              .metadata()
              .endpoint()
              .orElseGet(() -> ((Body.Inline) message.payload()).bytes().toUtf8());
      var endpoint =
          new Endpoint(
              name,
              URI.create("http://" + name + ".internal/"),
              "POST",
              TIMEOUT,
              Headers.none(),
              new Auth.None(),
              RETRY,
              1_000,
              List.of("*"),
              List.of(),
              name.endsWith("-one") ? OptionalInt.of(1) : OptionalInt.empty(),
              Endpoint.HttpVersion.AUTO);
      return new Resolution.Found(new Route(name, Optional.of(endpoint), "POST", TIMEOUT, RETRY));
    }

    @Override
    public Ways ways(String lane) {
      return lane.isEmpty() ? unnamed : Ways.ONE_A_LANE;
    }
  }

  /** As a broker is that knows nothing of lanes. */
  private record Plain(RequestQueue real) implements OverQueue {
    @Override
    public QueueFeatures features() {
      return new QueueFeatures(true, true, Optional.empty(), 1_000_000);
    }
  }

  /** Counts how often it is asked, and lets nobody go who could wait. */
  private record Patient(RequestQueue real, AtomicInteger asked) implements OverQueue {
    @Override
    public List<Delivery> receive(int max, Duration visibility, Duration wait)
        throws InterruptedException {
      return receive(max, visibility, wait, Set.of());
    }

    @Override
    public List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
        throws InterruptedException {
      asked.incrementAndGet();
      return real.receive(
          max, visibility, wait.isZero() ? Duration.ZERO : Duration.ofHours(1), full);
    }
  }

  /** Fails once by what no engine should throw. */
  private record Faulty(RequestQueue real, AtomicInteger asked) implements OverQueue {
    @Override
    public List<Delivery> receive(int max, Duration visibility, Duration wait, Set<String> full)
        throws InterruptedException {
      if (asked.getAndIncrement() == 0) {
        throw new LinkageError("a defect");
      }
      return real.receive(max, visibility, wait, full);
    }
  }

  /** A queue without lanes that is asked to keep messages, as it is told here. */
  private record Keeping(RequestQueue real, Consumer<List<UUID>> asked) implements OverQueue {
    @Override
    public QueueFeatures features() {
      return new QueueFeatures(true, true, Optional.empty(), 1_000_000);
    }

    @Override
    public void extendAll(List<Delivery> deliveries, Duration duration) {
      asked.accept(deliveries.stream().map(delivery -> delivery.message().id()).toList());
      real.extendAll(deliveries, duration);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException nobodyDoes) {
      throw new AssertionError(nobodyDoes);
    }
  }

  private WorkerPool pool(Processor processor) {
    return pool(queue, processor, LEASE);
  }

  private WorkerPool pool(RequestQueue from, Processor processor, Duration lease) {
    var attempts = new Attempts(engine.store().orElseThrow(), clock, Telemetry.NONE, lease);
    var worker =
        new Worker(
            new Worker.Settings(lease, Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(5)),
            new Worker.Ports(
                engine.store().orElseThrow(),
                from.features(),
                new ClaimCheck(engine.blobs(), 1_000, 1_000),
                new Resolver(EndpointResolver.Ways.MANY),
                processor,
                attempts,
                new AnswerMemory(1),
                Optional.empty(),
                seen,
                clock,
                new Random(7),
                Thread::sleep));
    return new WorkerPool(
        new WorkerPool.Settings(COUNT, 10, lease),
        from,
        worker,
        attempts,
        seen,
        clock,
        Thread::startVirtualThread);
  }

  private UUID submit(String endpoint) {
    return submit(Optional.of(endpoint), "{}");
  }

  private UUID submit(Optional<String> endpoint, String payload) {
    var id = ids.next();
    var now = clock.instant();
    var none = Metadata.none();
    var metadata =
        new Metadata(
            endpoint,
            none.method(),
            none.target(),
            none.timeout(),
            none.priority(),
            none.sessionId(),
            none.json());
    engine
        .intake()
        .orElseThrow()
        .accept(
            Job.pending(id, now, now, Optional.empty()),
            new Message(
                id, Body.of(Bytes.utf8(payload)), Headers.none(), metadata, now, Optional.empty()),
            now);
    return id;
  }

  private JobStatus status(UUID id) {
    return engine.store().orElseThrow().find(id).orElseThrow().status();
  }

  private void awaitCompleted(UUID id) {
    await().until(() -> status(id) == JobStatus.COMPLETED);
  }

  @Test
  void onlyWhatIsWorkedOnIsActive() throws Exception {
    try (var pool = pool(backend)) {
      var first = submit("slow");
      pool.start();
      await().until(() -> status(first) == JobStatus.PROCESSING);
      assertThat(pool.active()).isEqualTo(1);
      var second = submit("slow");
      await().until(() -> status(second) == JobStatus.PROCESSING);
      assertThat(pool.active()).isEqualTo(2);
      answer.countDown();
      awaitCompleted(second);
      await().until(() -> pool.active() == 0);
    }
  }

  @Test
  void messagesAreTakenAgainAfterAnError() {
    try (var pool = pool(new Faulty(queue, new AtomicInteger()), backend, LEASE)) {
      pool.start();
      awaitCompleted(submit("fast"));
      assertThat(seen.troubles).containsExactly("java.lang.LinkageError: a defect");
    }
  }

  @Test
  void aSlowBackendHoldsUpNoOther() {
    try (var pool = pool(backend)) {
      for (int i = 0; i < 3 * COUNT; i++) {
        submit("slow");
      }
      var fast = submit("fast");
      pool.start();
      awaitCompleted(fast);
      assertThat(pool.active()).isEqualTo(COUNT);
      awaitCompleted(submit("fast"));
    }
  }

  @Test
  void thousandsThatWaitForAFullBackendHoldUpNoOtherAndAreNotTouched() {
    try (var pool = pool(backend)) {
      for (int i = 0; i < 6_000; i++) {
        submit("slow-one");
      }
      var fast = submit("fast");
      pool.start();
      awaitCompleted(fast);
      assertThat(seen.attemptsStarted.get()).isEqualTo(2);
      assertThat(seen.attemptsGivenBack.get()).isZero();
      assertThat(pool.active()).isEqualTo(1);
    }
  }

  @Test
  void whileABackendIsFullTheQueueIsWaitedForAndNotAskedAgainAndAgain() {
    var asked = new AtomicInteger();
    try (var pool = pool(new Patient(queue, asked), backend, LEASE)) {
      var all = List.of(submit("slow-one"), submit("slow-one"), submit("slow-one"));
      pool.start();
      for (int i = 0; i < 20; i++) {
        awaitCompleted(submit("fast"));
      }
      assertThat(asked.get()).as("a few times for each message that came").isLessThan(100);
      answer.countDown();
      all.forEach(this::awaitCompleted);
    }
  }

  @Test
  void whatRoutingSendsToAFullBackendHoldsUpNoneThatItSendsElsewhere() {
    try (var pool = pool(backend)) {
      for (int i = 0; i < 500; i++) {
        submit(Optional.empty(), "slow-one");
      }
      var fast = submit(Optional.empty(), "fast");
      pool.start();
      awaitCompleted(fast);
      assertThat(seen.attemptsGivenBack.get()).isZero();
    }
  }

  @Test
  void thousandsThatRoutingSendsToAFullBackendHoldUpNoneThatItSendsElsewhere() {
    var all = new ArrayList<UUID>();
    var order = new CopyOnWriteArrayList<UUID>();
    // Who waits for the queue there waits for an hour: nothing is found by looking again.
    var patient = new Patient(queue, new AtomicInteger());
    try (var pool =
        pool(
            patient,
            attempt -> {
              if (attempt.route().name().equals("slow-one")) {
                order.add(attempt.message().id());
              }
              return backend.process(attempt);
            },
            LEASE)) {
      for (int i = 0; i < 3_000; i++) {
        all.add(submit(Optional.empty(), "slow-one"));
      }
      var fast = submit(Optional.empty(), "fast");
      pool.start();
      awaitCompleted(fast);
      assertThat(seen.attemptsStarted.get()).isEqualTo(2);
      assertThat(seen.attemptsGivenBack.get()).isZero();
      answer.countDown();
      await().until(() -> all.stream().allMatch(id -> status(id) == JobStatus.COMPLETED));
      assertThat(order).as("each once, the oldest first").isEqualTo(all);
      assertThat(seen.troubles).isEmpty();
    }
  }

  @Test
  void whatIsParkedBeginsWhenItsBackendHasAHandThoughNobodyLooksForIt() {
    var parked = new ArrayList<UUID>();
    var patient = new Patient(new Plain(queue), new AtomicInteger());
    try (var pool = pool(patient, backend, LEASE)) {
      for (int i = 0; i < 20; i++) {
        parked.add(submit("slow-one"));
      }
      pool.start();
      awaitCompleted(submit("fast"));
      answer.countDown();
      parked.forEach(this::awaitCompleted);
    }
  }

  @Test
  void whereTheQueueKnowsNoLanesAFullBackendHoldsUpNoOtherEither() {
    try (var pool = pool(new Plain(queue), backend, LEASE)) {
      for (int i = 0; i < 500; i++) {
        submit("slow-one");
      }
      var fast = submit("fast");
      pool.start();
      awaitCompleted(fast);
      assertThat(seen.attemptsGivenBack.get()).isZero();
    }
  }

  @Test
  void afterABackendWasFullAllThatWaitedForItIsDone() {
    var all = new ArrayList<UUID>();
    var order = new CopyOnWriteArrayList<UUID>();
    try (var pool =
        pool(
            new Plain(queue),
            attempt -> {
              order.add(attempt.message().id());
              return backend.process(attempt);
            },
            LEASE)) {
      for (int i = 0; i < 100; i++) {
        all.add(submit("slow-one"));
      }
      pool.start();
      await().until(() -> order.size() == 1);
      answer.countDown();
      await().until(() -> all.stream().allMatch(id -> status(id) == JobStatus.COMPLETED));
      assertThat(order).isEqualTo(all);
    }
  }

  @Test
  void whatIsParkedIsKeptFromOthers() throws Exception {
    var lease = Duration.ofSeconds(1);
    try (var pool = pool(new Plain(queue), backend, lease)) {
      for (int i = 0; i < 20; i++) {
        submit("slow-one");
      }
      pool.start();
      var other = submit("fast");
      awaitCompleted(other);
      long until = System.nanoTime() + lease.multipliedBy(2).toNanos();
      while (System.nanoTime() < until) {
        assertThat(queue.receive(1, LEASE, Duration.ofMillis(100))).isEmpty();
      }
    }
  }

  @Test
  void leasesOfRunningAttemptsDoNotWaitUntilWhatIsParkedWasKept() {
    var lease = Duration.ofSeconds(1);
    var released = new CountDownLatch(1);
    var running = submit("slow-one");
    var parked = submit("slow-one");
    var stuck =
        new Keeping(
            queue,
            ids -> {
              if (ids.contains(parked)) {
                awaitUninterrupted(released);
              }
            });
    try (var pool = pool(stuck, backend, lease)) {
      pool.start();
      try {
        awaitCompleted(submit("fast"));
        await()
            .during(lease.multipliedBy(3))
            .until(
                () ->
                    status(running) == JobStatus.PROCESSING
                        && engine.store().orElseThrow().overdue(10).isEmpty());
      } finally {
        released.countDown();
      }
    }
  }

  @Test
  void theQueueIsToldOfAllThatAreParkedAtOnce() throws Exception {
    var told = new CopyOnWriteArrayList<List<UUID>>();
    var pool = pool(new Keeping(queue, told::add), backend, LEASE);
    submit("slow-one");
    pool.start();
    await().until(() -> pool.active() == 1);
    var parked = new ArrayList<UUID>();
    for (int i = 0; i < 20; i++) {
      parked.add(submit("slow-one"));
    }
    awaitCompleted(submit("fast"));
    pool.close();
    assertThat(told.getLast()).isEqualTo(parked);
    assertThat(queue.receive(100, LEASE, Duration.ZERO)).hasSize(21);
  }

  @Test
  void whatIsParkedCanBeHadByOthersAsSoonAsThePoolStops() throws Exception {
    var pool = pool(new Plain(queue), backend, LEASE);
    for (int i = 0; i < 20; i++) {
      submit("slow-one");
    }
    pool.start();
    awaitCompleted(submit("fast"));
    pool.close();
    assertThat(queue.receive(100, LEASE, Duration.ZERO)).hasSize(20);
  }
}
