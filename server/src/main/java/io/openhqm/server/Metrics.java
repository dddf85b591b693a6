package io.openhqm.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Telemetry;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Counts, for Prometheus. The names are those that were promised, and beside them those of the
 * Python OpenHQM, so that its dashboards keep working. Labels are bounded: routes are templates,
 * methods and endpoints a known few, ids never.
 */
final class Metrics implements Telemetry, HttpListener.Observer {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(10)
  };
  private static final int ENDPOINTS_MAX = 200;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentMap<RequestKey, RequestTimers> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Counters> endpoints = new ConcurrentHashMap<>();
  private final ConcurrentMap<NameAndLabels, Counter> counters = new ConcurrentHashMap<>();
  private final ConcurrentMap<NameAndLabels, Timer> timers = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();
  private final String queueName;

  /** Of requests: by status, under the promised name, and of all, under that of Python. */
  private record RequestTimers(Timer byStatus, Timer all) {}

  private record RequestKey(String method, String endpoint, int status) {}

  private record NameAndLabels(String name, String first, String second) {}

  private record Counters(Counter accepted, Counter retries, Counter published, Counter consumed) {}

  /**
   * @param queueName what the request queue is called in {@code queue.request_queue_name}
   */
  Metrics(String queueName) {
    this.queueName = queueName;
  }

  /** Reads {@code value} at each scrape. */
  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** A figure of an engine: a counter where its name says so. */
  void figure(String name, Supplier<Number> value) {
    if (name.endsWith("_total")) {
      // Of its object a counter keeps a weak reference only, and it stands still when that is gone.
      FunctionCounter.builder(name, this, held -> value.get().doubleValue()).register(registry);
    } else {
      Gauge.builder(name, value).register(registry);
    }
  }

  /** The text that Prometheus reads. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void answered(String method, String path, int status, long nanos) {
    var key = new RequestKey(knownMethod(method), route(path), status);
    var timers = requests.get(key);
    if (timers == null) {
      timers = requests.computeIfAbsent(key, this::requestTimers);
    }
    timers.byStatus.record(nanos, TimeUnit.NANOSECONDS);
    timers.all.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void inFlight(String path, int delta) {
    String route = route(path);
    var requests = inFlight.get(route);
    if (requests == null) {
      requests = inFlight.computeIfAbsent(route, this::inFlightGauge);
    }
    requests.addAndGet(delta);
  }

  private AtomicInteger inFlightGauge(String route) {
    var requests = new AtomicInteger();
    Gauge.builder("openhqm_api_requests_in_flight", requests, AtomicInteger::get)
        .description("Requests in work")
        .tag("endpoint", route)
        .register(registry);
    return requests;
  }

  @Override
  public void accepted(UUID id, String endpoint) {
    var counters = of(endpoint);
    counters.accepted.increment();
    counters.published.increment();
  }

  @Override
  public void notAccepted(String endpoint) {
    counter(
            "openhqm_queue_publish",
            "queue_name",
            queueName,
            "status",
            "failed",
            "Messages put on the queue")
        .increment();
  }

  @Override
  public void attemptStarted(UUID id, String endpoint, int attempt) {
    var counters = of(endpoint);
    counters.consumed.increment();
    if (attempt > 1) {
      counters.retries.increment();
    }
  }

  @Override
  public void attemptEnded(UUID id, String endpoint, String result, Duration took, String detail) {
    timer("openhqm_worker_processing_duration", "status", result, "", "", "How long attempts took")
        .record(took);
    boolean wanted =
        result.equals("completed") || result.equals("given_back") || result.equals("cancelled");
    if (!wanted) {
      counter(
              "openhqm_worker_errors",
              "error_type",
              result,
              "",
              "",
              "Attempts that did not complete")
          .increment();
    }
  }

  @Override
  public void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {
    timer(
            "openhqm_jobs_duration",
            "endpoint",
            bounded(endpoint),
            "status",
            status.name().toLowerCase(Locale.ROOT),
            "From acceptance to the end of a job")
        .record(sinceSubmitted);
  }

  @Override
  public void deadLettered(UUID id, String endpoint, String reason) {
    counter("openhqm_queue_dlq", "reason", reason, "", "", "Messages that were given up")
        .increment();
  }

  @Override
  public void backendCalled(String endpoint, int statusCode, Duration took) {
    timer(
            "openhqm_backend_duration",
            "endpoint",
            bounded(endpoint),
            "status",
            statusCode == 0 ? "none" : statusCode / 100 + "xx",
            "Latency of backends; status none: no answer")
        .record(took);
  }

  @Override
  public void trouble(String what, Throwable cause) {
    counter(
            "openhqm_trouble",
            "type",
            cause.getClass().getSimpleName(),
            "",
            "",
            "Unexpected errors, each is logged")
        .increment();
  }

  private RequestTimers requestTimers(RequestKey key) {
    var timer =
        Timer.builder("openhqm_requests_duration")
            .description("Time to answer a request")
            .tags(
                "method",
                key.method,
                "endpoint",
                key.endpoint,
                "status",
                Integer.toString(key.status))
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    functionCounter("openhqm_requests", "Requests received", timer, key);
    functionCounter("openhqm_api_requests", "Requests received", timer, key);
    // The same for each status: the registry knows it by its name and its labels.
    var all =
        Timer.builder("openhqm_api_request_duration")
            .description("Time to answer a request")
            .tags("method", key.method, "endpoint", key.endpoint)
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    return new RequestTimers(timer, all);
  }

  private void functionCounter(String name, String description, Timer timer, RequestKey key) {
    FunctionCounter.builder(name, timer, Timer::count)
        .description(description)
        .tags(
            "method", key.method, "endpoint", key.endpoint, "status", Integer.toString(key.status))
        .register(registry);
  }

  private Counters of(String endpoint) {
    return endpoints.computeIfAbsent(
        bounded(endpoint),
        name ->
            new Counters(
                counter("openhqm_jobs_accepted", "endpoint", name, "", "", "Jobs accepted"),
                counter("openhqm_retries", "endpoint", name, "", "", "Attempts beyond the first"),
                counter(
                    "openhqm_queue_publish",
                    "queue_name",
                    queueName,
                    "status",
                    "success",
                    "Messages put on the queue"),
                counter(
                    "openhqm_queue_consume",
                    "queue_name",
                    queueName,
                    "",
                    "",
                    "Messages taken from the queue")));
  }

  private Counter counter(
      String name, String key1, String value1, String key2, String value2, String description) {
    return once(
        counters,
        new NameAndLabels(name, value1, value2),
        key -> {
          var builder = Counter.builder(name).description(description).tag(key1, value1);
          return (key2.isEmpty() ? builder : builder.tag(key2, value2)).register(registry);
        });
  }

  private Timer timer(
      String name, String key1, String value1, String key2, String value2, String description) {
    return once(
        timers,
        new NameAndLabels(name, value1, value2),
        key -> {
          var builder =
              Timer.builder(name)
                  .description(description)
                  .serviceLevelObjectives(BUCKETS)
                  .tag(key1, value1);
          return (key2.isEmpty() ? builder : builder.tag(key2, value2)).register(registry);
        });
  }

  /** A plain get first: computeIfAbsent locks the bin even when the meter is there. */
  private static <T> T once(
      ConcurrentMap<NameAndLabels, T> meters,
      NameAndLabels key,
      Function<NameAndLabels, T> create) {
    var meter = meters.get(key);
    return meter != null ? meter : meters.computeIfAbsent(key, create);
  }

  /** URLs that an allow list admits would otherwise each become a label. */
  private String bounded(String endpoint) {
    boolean known = endpoints.containsKey(endpoint);
    return known || endpoints.size() < ENDPOINTS_MAX && !endpoint.contains("/")
        ? endpoint
        : "other";
  }

  private static String knownMethod(String method) {
    return switch (method) {
      case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> method;
      default -> "OTHER";
    };
  }

  private static String route(String path) {
    return switch (path) {
      case "/api/v1/submit",
          "/health",
          "/health/live",
          "/health/ready",
          "/metrics",
          "/openapi.json",
          "malformed" ->
          path;
      default -> {
        if (path.startsWith("/api/v1/status/")) {
          yield "/api/v1/status/{id}";
        } else if (path.startsWith("/api/v1/response/")) {
          yield path.endsWith("/body") ? "/api/v1/response/{id}/body" : "/api/v1/response/{id}";
        } else if (path.startsWith("/api/v1/requests/")) {
          yield "/api/v1/requests/{id}";
        } else if (path.startsWith("/api/v1/dead-letters")) {
          yield "/api/v1/dead-letters";
        } else if (path.startsWith("/proxy/")) {
          yield "/proxy/{endpoint}/{path}";
        }
        yield "other";
      }
    };
  }
}
