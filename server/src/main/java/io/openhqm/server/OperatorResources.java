package io.openhqm.server;

import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.Resource;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What operators and orchestrators ask: health, metrics, the API's own description. */
final class OperatorResources {
  /** Where the server stands. */
  enum Phase {
    STARTING,
    READY,
    STOPPING
  }

  private final Supplier<Phase> phase;
  private final Map<String, Engine> engines;
  private final Metrics metrics;
  private final boolean metricsEnabled;
  private final String version;

  OperatorResources(
      Supplier<Phase> phase,
      Map<String, Engine> engines,
      Metrics metrics,
      boolean metricsEnabled,
      String version) {
    this.phase = phase;
    this.engines = engines;
    this.metrics = metrics;
    this.metricsEnabled = metricsEnabled;
    this.version = version;
  }

  List<Resource> resources() {
    var health = Resource.at("/health", (request, variable) -> health(), "GET");
    var live = Resource.at("/health/live", (request, variable) -> live(), "GET");
    var ready = Resource.at("/health/ready", (request, variable) -> health(), "GET");
    var openApi = Resource.at("/openapi.json", (request, variable) -> openApi(), "GET");
    return metricsEnabled
        ? List.of(
            health,
            live,
            ready,
            openApi,
            Resource.at("/metrics", (request, variable) -> metrics(), "GET"))
        : List.of(health, live, ready, openApi);
  }

  /** The process answers: that is all it says. */
  private static ApiResponse live() {
    return ApiResponse.json(200, Bytes.utf8("{\"status\":\"healthy\"}"))
        .with("Cache-Control", "no-store");
  }

  private ApiResponse health() {
    var now = phase.get();
    var components = new LinkedHashMap<String, Engine.Health>();
    engines.forEach((name, engine) -> components.put(name, engine.health()));
    boolean healthy =
        now == Phase.READY && components.values().stream().allMatch(Engine.Health::up);
    var out = new ByteArrayOutputStream(256);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("status", healthy ? "healthy" : "unhealthy");
      json.writeStringProperty("phase", now.name().toLowerCase(java.util.Locale.ROOT));
      json.writeStringProperty("version", version);
      json.writeObjectPropertyStart("components");
      components.forEach(
          (name, state) -> {
            json.writeObjectPropertyStart(name);
            json.writeStringProperty("status", state.up() ? "healthy" : "unhealthy");
            json.writeStringProperty("detail", state.detail());
            json.writeEndObject();
          });
      json.writeEndObject();
      json.writeEndObject();
    }
    var answer =
        ApiResponse.json(healthy ? 200 : 503, Bytes.wrap(out.toByteArray()))
            .with("Cache-Control", "no-store");
    return healthy ? answer : answer.with("Retry-After", "1");
  }

  private ApiResponse metrics() {
    var type = Headers.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return new ApiResponse(200, type, Bytes.utf8(metrics.scrape()));
  }

  private static ApiResponse openApi() {
    return ApiResponse.json(200, io.openhqm.core.api.OpenApi.document());
  }
}
