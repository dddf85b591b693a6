package io.openhqm.aws.lambda;

import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.Resource;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/** Whether a function can do its work. */
public final class HealthResources {
  private final String service;
  private final Map<String, Engine> engines;

  /**
   * @param service which function this is
   * @param engines what it needs, by what it is to it, such as {@code queue}
   */
  public HealthResources(String service, Map<String, Engine> engines) {
    this.service = service;
    this.engines = engines;
  }

  /**
   * {@code /health}, and the same for whoever asks for readiness; {@code /health/live} asks no
   * engine.
   */
  public List<Resource> resources() {
    return List.of(
        Resource.at("/health", (request, none) -> health(), "GET"),
        Resource.at("/health/ready", (request, none) -> health(), "GET"),
        Resource.at("/health/live", (request, none) -> live(), "GET"));
  }

  private static ApiResponse live() {
    return ApiResponse.json(200, Bytes.utf8("{\"status\":\"healthy\"}"))
        .with("Cache-Control", "no-store");
  }

  private ApiResponse health() {
    boolean healthy = true;
    var out = new ByteArrayOutputStream(256);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("service", service);
      json.writeObjectPropertyStart("components");
      for (var engine : engines.entrySet()) {
        var state = engine.getValue().health();
        healthy &= state.up();
        json.writeObjectPropertyStart(engine.getKey());
        json.writeStringProperty("status", word(state.up()));
        json.writeStringProperty("detail", state.detail());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeStringProperty("status", word(healthy));
      json.writeEndObject();
    }
    var answer =
        ApiResponse.json(healthy ? 200 : 503, Bytes.wrap(out.toByteArray()))
            .with("Cache-Control", "no-store");
    return healthy ? answer : answer.with("Retry-After", "1");
  }

  private static String word(boolean healthy) {
    return healthy ? "healthy" : "unhealthy";
  }
}
