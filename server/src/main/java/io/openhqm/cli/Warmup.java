package io.openhqm.cli;

import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.LogOutput;
import io.openhqm.server.OpenHqmServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * The training run for the AOT cache: goes once through everything that a server does early in its
 * life, and ends.
 */
public final class Warmup {
  private static final int ROUNDS = 60;

  private Warmup() {}

  /** Takes no arguments. */
  public static void main(String[] args)
      throws IOException, InterruptedException, ApiClient.UnreachableException {
    Main.commandLine().getUsageMessage();
    var folder = Files.createTempDirectory("openhqm-warmup");
    try (var backend = SampleBackend.start();
        var log =
            LogOutput.install(
                OutputStream.nullOutputStream(), OpenHqmConfig.LogFormat.JSON, "INFO")) {
      String yaml =
          """
          server: {host: 127.0.0.1, port: 0}
          queue: {embedded_path: warmup.db}
          proxy: {enabled: true, default_endpoint: sample, endpoints: {sample: {url: "%s"}}}
          """
              .formatted(backend.url());
      if (ConfigLoader.loadText(yaml, "warmup", folder, Map.of())
          instanceof ConfigResult.Loaded loaded) {
        try (var server =
            OpenHqmServer.start(
                loaded.config(),
                OpenHqmServer.Mode.ALL,
                Clock.tickMillis(ZoneOffset.UTC),
                "warmup")) {
          exercise(URI.create("http://127.0.0.1:" + server.port()));
        }
      }
    } finally {
      try (var files = Files.list(folder)) {
        files.forEach(file -> file.toFile().delete());
      }
      Files.deleteIfExists(folder);
    }
  }

  private static void exercise(URI url)
      throws InterruptedException, ApiClient.UnreachableException {
    byte[] body =
        "{\"payload\": {\"n\": 1}, \"headers\": {\"X-A\": \"b\"}}".getBytes(StandardCharsets.UTF_8);
    try (var api = new ApiClient(url)) {
      for (int i = 0; i < ROUNDS; i++) {
        var accepted =
            api.send(
                "POST",
                "/api/v1/submit",
                Map.of("Content-Type", "application/json"),
                body,
                Duration.ZERO);
        String id = accepted.field("correlation_id").orElse("");
        api.get("/api/v1/response/" + id, Duration.ofSeconds(5));
        if (i % 20 == 0) {
          api.get("/api/v1/status/" + id, Duration.ZERO);
          api.get("/health", Duration.ZERO);
          api.get("/metrics", Duration.ZERO);
          api.send("POST", "/proxy/sample/x", Map.of(), body, Duration.ZERO);
        }
      }
    }
  }
}
