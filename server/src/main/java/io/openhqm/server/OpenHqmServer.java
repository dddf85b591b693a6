package io.openhqm.server;

import io.openhqm.core.ClaimCheck;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Engine;
import io.openhqm.core.IdSource;
import io.openhqm.core.Processor;
import io.openhqm.core.UuidV7;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Resource;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.core.endpoint.ConfiguredEndpoints;
import io.openhqm.core.endpoint.SessionRule;
import io.openhqm.server.OperatorResources.Phase;
import io.openhqm.status.DeadLetterAdmin;
import io.openhqm.status.Status;
import io.openhqm.submit.Submit;
import io.openhqm.worker.AnswerMemory;
import io.openhqm.worker.Attempts;
import io.openhqm.worker.EchoProcessor;
import io.openhqm.worker.Processors;
import io.openhqm.worker.Sweep;
import io.openhqm.worker.Worker;
import io.openhqm.worker.WorkerPool;
import io.openhqm.worker.proxy.HttpProxy;
import io.openhqm.worker.proxy.OutboundGuard;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * The functions on one machine. Puts the parts together, starts them in the order in which they
 * need each other, and stops them in the other.
 */
public final class OpenHqmServer implements AutoCloseable {
  private static final Duration POLL_AFTER = Duration.ofSeconds(1);
  private static final Duration TIMEOUT_MAX = Duration.ofDays(7);
  private static final Duration DELAY_MAX = Duration.ofDays(366);
  private static final Duration BODY_TIME_MAX = Duration.ofSeconds(60);

  /** The part of the heap for large bodies on their way in, for large answers, and for results. */
  private static final int LARGE_BODIES_SHARE = 8;

  private static final Duration LISTENER_GRACE_MAX = Duration.ofSeconds(5);

  /** What runs in this process. */
  public enum Mode {
    /** Listener and workers. */
    ALL,
    /** Only the listener. */
    LISTENER,
    /** Only workers, with dead letters, health and metrics. */
    WORKER
  }

  private final OpenHqmConfig config;
  private final Engines engines;
  private final Optional<Workers> workers;
  private final HttpListener listener;
  private final Waits waits = new Waits();
  private final ResultMemory results =
      new ResultMemory(Runtime.getRuntime().maxMemory() / LARGE_BODIES_SHARE);
  private volatile Phase phase = Phase.STARTING;

  /** What works on the queue. */
  private record Workers(
      Processor processor, Attempts attempts, WorkerPool pool, SweepLoop sweep) {}

  private OpenHqmServer(
      OpenHqmConfig config, Mode mode, InstantSource clock, String version, Engines engines) {
    this.config = config;
    this.engines = engines;
    var metrics = new Metrics(config.queue().requestQueueName());
    var telemetry = new ServerTelemetry(metrics, new JobLog(System::nanoTime), new RecentTimes());
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    EndpointResolver resolver = ConfiguredEndpoints.of(config);
    this.workers =
        mode == Mode.LISTENER
            ? Optional.empty()
            : Optional.of(workers(resolver, telemetry, clock, random));
    var resources = new ArrayList<Resource>();
    var ids = new UuidV7(clock, new SecureRandom());
    if (mode != Mode.WORKER) {
      resources.addAll(apiResources(resolver, telemetry, clock, ids));
    }
    if (config.server().admin() != OpenHqmConfig.Admin.OFF) {
      resources.addAll(deadLetterAdmin(telemetry, clock, ids).resources());
    }
    var named = new LinkedHashMap<String, Engine>();
    named.put("queue", engines.queueEngine());
    named.put("store", engines.storeEngine());
    engines.blobEngine().ifPresent(blobs -> named.put("blobs", blobs));
    boolean showMetrics = config.monitoring().metricsEnabled();
    resources.addAll(
        new OperatorResources(() -> phase, named, metrics, showMetrics, version).resources());
    var server = config.server();
    this.listener =
        new HttpListener(
            new HttpListener.Settings(
                server.host(),
                server.port(),
                server.maxBodySize(),
                BODY_TIME_MAX,
                Math.max(
                    Runtime.getRuntime().maxMemory() / LARGE_BODIES_SHARE, server.maxBodySize()),
                server.maxHeaderSize(),
                server.maxConnections(),
                server.maxWaitingRequests(),
                server.admin() == OpenHqmConfig.Admin.ANY ? caller -> true : HttpListener::isLocal),
            new Api(resources, telemetry),
            metrics,
            telemetry,
            results::giveBack);
    gauges(metrics, clock);
  }

  /**
   * Starts a server; when this returns, it takes work.
   *
   * @param version for people
   * @throws io.openhqm.core.EngineException if an engine cannot be opened
   * @throws IllegalArgumentException if the processor cannot be loaded
   */
  public static OpenHqmServer start(
      OpenHqmConfig config, Mode mode, InstantSource clock, String version) {
    var engines = Engines.open(config, clock);
    OpenHqmServer server;
    try {
      server = new OpenHqmServer(config, mode, clock, version, engines);
    } catch (RuntimeException notBuilt) {
      engines.close();
      throw notBuilt;
    }
    try {
      server.run();
      return server;
    } catch (RuntimeException | Error notStarted) {
      server.close();
      throw notStarted;
    }
  }

  private void run() {
    listener.start();
    workers.ifPresent(
        parts -> {
          parts.sweep().start();
          parts.pool().start();
        });
    phase = Phase.READY;
  }

  private List<Resource> apiResources(
      EndpointResolver resolver, ServerTelemetry telemetry, InstantSource clock, IdSource ids) {
    var links = Links.under(config.server().publicUrl());
    var wait = config.server().maxWait();
    var bodies = engines.claimCheck();
    var claimCheck =
        new ClaimCheck(
            bodies.blobs().map(results::in), bodies.payloadBytesMax(), bodies.resultBytesMax());
    var store = waits.in(engines.store());
    var submit =
        new Submit(
            new Submit.Settings(
                links,
                POLL_AFTER,
                wait,
                TIMEOUT_MAX,
                DELAY_MAX,
                engines.queue().features().sessionDelayMax(),
                config.server().maxBodySize(),
                SessionRule.of(config.partitioning())),
            new Submit.Ports(
                resolver,
                engines.intake(telemetry),
                store,
                claimCheck,
                ids,
                clock,
                telemetry,
                telemetry.times()::median));
    var status =
        new Status(
            new Status.Settings(
                links,
                POLL_AFTER,
                wait,
                config.cache().ttl(),
                engines.queue().features().retention()),
            new Status.Ports(
                store,
                claimCheck,
                id -> workers.ifPresent(parts -> parts.attempts().cancel(id)),
                engines.responses(),
                clock,
                telemetry));
    var resources = new ArrayList<>(submit.resources());
    resources.addAll(status.resources());
    return resources;
  }

  /** In each mode: where one process has the engine to itself, nobody else can look. */
  private DeadLetterAdmin deadLetterAdmin(
      ServerTelemetry telemetry, InstantSource clock, IdSource ids) {
    return new DeadLetterAdmin(
        new DeadLetterAdmin.Ports(
            engines.deadLetters(telemetry),
            engines.claimCheck(),
            Links.under(config.server().publicUrl()),
            ids,
            clock,
            telemetry));
  }

  private Workers workers(
      EndpointResolver resolver,
      ServerTelemetry telemetry,
      InstantSource clock,
      RandomGenerator random) {
    var settings = config.worker();
    var answers = new AnswerMemory(Runtime.getRuntime().maxMemory() / LARGE_BODIES_SHARE);
    var processor = processor(answers, telemetry, clock, random);
    var attempts = new Attempts(engines.store(), clock, telemetry, settings.lease());
    var defaults = Worker.Settings.defaults();
    var worker =
        new Worker(
            new Worker.Settings(
                settings.lease(), config.cache().ttl(), Duration.ZERO, defaults.retryAfterMax()),
            new Worker.Ports(
                engines.store(),
                engines.queue().features(),
                engines.claimCheck(),
                resolver,
                processor,
                attempts,
                answers,
                engines.responses(),
                telemetry,
                clock,
                random,
                Thread::sleep));
    var pool =
        new WorkerPool(
            new WorkerPool.Settings(settings.count(), settings.batchSize(), settings.lease()),
            engines.queue(),
            worker,
            attempts,
            telemetry,
            SteadyClock.from(clock, System::nanoTime),
            hands());
    var sweep =
        new Sweep(
            new Sweep.Settings(
                settings.lease(), config.cache().ttl(), settings.deadLetterRetention()),
            new Sweep.Ports(
                engines.store(),
                engines.queue(),
                engines.claimCheck(),
                resolver,
                engines.responses(),
                telemetry,
                clock));
    return new Workers(processor, attempts, pool, new SweepLoop(sweep, telemetry));
  }

  /**
   * What works on messages: as many threads as there are workers. A user's own processor may
   * compute for long, and virtual threads give way only where they wait: health, the API and the
   * heartbeat of leases would stand still with it.
   */
  private Executor hands() {
    return isOwnProcessor()
        ? Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("processor-", 0).factory())
        : Thread::startVirtualThread;
  }

  private boolean isOwnProcessor() {
    boolean isEcho = config.processor().name().filter(name -> !name.equals("echo")).isEmpty();
    return !config.proxy().enabled() && !isEcho;
  }

  private Processor processor(
      AnswerMemory answers,
      ServerTelemetry telemetry,
      InstantSource clock,
      RandomGenerator random) {
    if (config.proxy().enabled()) {
      var proxy = config.proxy();
      var guard = new OutboundGuard(proxy.allowedAddresses(), clock);
      return new HttpProxy(
          new HttpProxy.Settings(proxy.followRedirects()),
          new ApacheTransport(proxy.connectTimeout(), guard),
          answers,
          guard,
          telemetry,
          clock,
          random);
    }
    var own = config.processor();
    return isOwnProcessor()
        ? Processors.load(own.name().get(), own.jars(), own.config())
        : new EchoProcessor(clock);
  }

  private void gauges(Metrics metrics, InstantSource clock) {
    metrics.gauge(
        "openhqm_queue_depth",
        "Messages that wait or are worked on",
        () -> engines.queue().depth().messages());
    metrics.gauge(
        "openhqm_oldest_message_age_seconds",
        "How long the oldest message that is due waits",
        () ->
            engines
                .queue()
                .depth()
                .oldest()
                .map(since -> Duration.between(since, clock.instant()).toMillis() / 1e3)
                .orElse(0.0));
    metrics.gauge(
        "openhqm_dead_letters",
        "Messages that were given up and are kept",
        () -> engines.queue().deadLetters().count());
    metrics.gauge(
        "openhqm_worker_active",
        "Messages that are worked on",
        () -> workers.map(parts -> parts.pool().active()).orElse(0));
    for (var engine : engines.all()) {
      engine
          .figures()
          .keySet()
          .forEach(name -> metrics.figure(name, () -> engine.figures().getOrDefault(name, 0.0)));
    }
  }

  /** What broke it for good, if something did: then it is to be closed and started anew. */
  public Optional<String> broken() {
    return engines.all().stream().flatMap(engine -> engine.broken().stream()).findFirst();
  }

  /** Where it listens. */
  public int port() {
    return listener.port();
  }

  /**
   * Stops in order: not ready, no more submissions, no more messages, running attempts get the
   * grace time, the rest is given back, who waits for a job to end is told to ask again, then the
   * engine is closed.
   */
  @Override
  public void close() {
    phase = Phase.STOPPING;
    listener.refuseWork();
    // What an engine that broke down was to record is lost to it; the rest is not waited for.
    var grace = broken().isPresent() ? Duration.ZERO : config.server().shutdownGrace();
    try {
      if (workers.isPresent()) {
        workers.get().sweep().close();
        workers.get().pool().stop(grace);
      }
      waits.end();
      listener.drain(grace.compareTo(LISTENER_GRACE_MAX) < 0 ? grace : LISTENER_GRACE_MAX);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    listener.close();
    workers.ifPresent(parts -> parts.processor().close());
    engines.close();
  }
}
