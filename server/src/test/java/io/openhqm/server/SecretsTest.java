package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.ConfigShow;
import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import io.openhqm.server.OpenHqmServer.Mode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A credential reaches the backend that it is for, and nothing else. */
class SecretsTest {
  private static final String MARK = "hunter2";
  private static final List<String> ENDPOINTS =
      List.of("bearer", "basic", "key", "own", "static", "gone", "slow", "wrong");

  @TempDir Path folder;

  private static String config(String backend) {
    return """
    server: {host: 127.0.0.1, port: 0}
    queue:
      type: embedded
      embedded_path: jobs.db
      redis_url: "redis://user:hunter2-redis@localhost"
      mqtt_password: hunter2-mqtt
      azure_eventhubs_connection_string: "Endpoint=sb://x/;SharedAccessKey=hunter2-azure"
      custom_config: {password: hunter2-custom}
    cache: {type: embedded, redis_url: "redis://:hunter2-cache@localhost"}
    worker: {max_retries: 0}
    monitoring: {log_level: DEBUG}
    proxy:
      enabled: true
      default_endpoint: bearer
      endpoints:
        bearer: {url: "BACKEND", auth_type: bearer, auth_token: hunter2-bearer}
        basic: {url: "BACKEND", auth_type: basic, auth_username: me, auth_password: "${BASIC_PASSWORD}"}
        key: {url: "BACKEND", auth_type: api_key, auth_header_name: X-Key, auth_token: hunter2-key}
        own: {url: "BACKEND", auth_type: custom, auth_header_name: X-Own, auth_token: hunter2-own}
        static: {url: "BACKEND", headers: {X-Api-Token: hunter2-static}}
        gone: {url: "http://127.0.0.1:1/", auth_type: bearer, auth_token: hunter2-gone}
        slow: {url: "BACKEND/hold", timeout: 0.1, auth_type: bearer, auth_token: hunter2-slow}
        wrong: {url: "BACKEND/status/401", auth_type: bearer, auth_token: hunter2-wrong}
    """
        .replace("BACKEND", backend);
  }

  @Test
  void credentialsStayInside() throws IOException {
    var log = new ByteArrayOutputStream();
    var said = new ArrayList<String>();
    try (var backend = new TestBackend();
        var output = LogOutput.install(log, LogFormat.JSON, "DEBUG")) {
      var environment = Map.of("BASIC_PASSWORD", "hunter2-basic");
      var loaded = ConfigLoader.loadText(config(backend.url()), "c", folder, environment);
      assertThat(loaded).isInstanceOf(ConfigResult.Loaded.class);
      said.add(ConfigShow.render((ConfigResult.Loaded) loaded));
      said.add(loaded.toString());
      try (var server = RunningServer.start(((ConfigResult.Loaded) loaded).config(), Mode.ALL)) {
        for (String endpoint : ENDPOINTS) {
          said.addAll(everythingSaidOfAJob(server, endpoint));
        }
        said.add(server.submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"bear\"}}").text());
        said.add(server.get("/metrics").text());
        said.add(server.get("/health").text());
        said.add(server.get("/api/v1/dead-letters").text());
        said.addAll(stored());
      }
      assertThat(backend.requests().toString() + headersOf(backend))
          .as("the backends got them")
          .contains("hunter2-bearer", "hunter2-key", "hunter2-own", "hunter2-static")
          .contains(
              Base64.getEncoder()
                  .encodeToString("me:hunter2-basic".getBytes(StandardCharsets.UTF_8)));
    }
    said.addAll(stored());
    said.add(log.toString(StandardCharsets.UTF_8));

    assertThat(log.size()).isPositive();
    String basic =
        Base64.getEncoder().encodeToString("me:hunter2".getBytes(StandardCharsets.UTF_8));
    for (String text : said) {
      assertThat(text).doesNotContain(MARK).doesNotContain(basic.substring(0, 12));
    }
  }

  private static List<String> everythingSaidOfAJob(RunningServer server, String endpoint) {
    var said = new ArrayList<String>();
    var accepted =
        server.submit("{\"payload\": 1, \"metadata\": {\"endpoint\": \"" + endpoint + "\"}}");
    said.add(accepted.text() + accepted.response().headers());
    for (String target : List.of("/api/v1/response/", "/api/v1/status/", "/api/v1/dead-letters/")) {
      server.finished(accepted.id());
      var answer = server.get(target + accepted.id());
      said.add(answer.text() + fields(answer));
    }
    var body = server.get("/api/v1/response/" + accepted.id() + "/body");
    said.add(body.text() + fields(body));
    return said;
  }

  private static String fields(Exchange exchange) {
    return exchange.response().headers().fields().stream()
        .map(field -> field.name() + ": " + field.value())
        .toList()
        .toString();
  }

  private static String headersOf(TestBackend backend) {
    return backend.requests().stream()
        .flatMap(request -> request.headers().fields().stream())
        .map(field -> field.value())
        .toList()
        .toString();
  }

  /** The engine's files, as text of one char a byte. */
  private List<String> stored() throws IOException {
    var texts = new ArrayList<String>();
    try (var files = Files.list(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        texts.add(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(texts).isNotEmpty();
    return texts;
  }
}
