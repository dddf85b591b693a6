package io.openhqm.server;

import static io.openhqm.server.Problems.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.OpenHqmServer.Mode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three patterns, each from the very file that users are told to start with. */
class PatternsTest {
  @TempDir Path folder;

  /** Only what would clash with others on this machine is set over the file. */
  private OpenHqmConfig example(String name, Map<String, String> environment) {
    var variables = new HashMap<>(environment);
    variables.put("OPENHQM_SERVER__HOST", "127.0.0.1");
    variables.put("OPENHQM_SERVER__PORT", "0");
    variables.put("OPENHQM_QUEUE__EMBEDDED_PATH", folder.resolve("queue.db").toString());
    var file = ExampleJar.EXAMPLES.resolve("patterns").resolve(name);
    return switch (ConfigLoader.load(Optional.of(file), variables)) {
      case ConfigResult.Loaded loaded -> loaded.config();
      case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems().toString());
    };
  }

  @Test
  void httpToQueueWorksWithAProcessorFromAJar() throws Exception {
    var jar = ExampleJar.build(folder);
    var config = example("http-to-queue.yaml", Map.of("OPENHQM_PROCESSOR__JAR", jar.toString()));
    try (var server = RunningServer.start(config, Mode.ALL)) {
      var accepted = server.send("POST", "/proxy/thumbnails", picture(480, 240));
      assertThat(accepted.status()).isEqualTo(202);
      assertThat(server.finished(accepted.id()).field("status")).isEqualTo("COMPLETED");

      var body = server.get("/api/v1/response/" + accepted.id() + "/body");
      assertThat(body.header("Content-Type")).isEqualTo("image/png");
      var small = ImageIO.read(new ByteArrayInputStream(body.response().body().toArray()));
      assertThat(small.getWidth()).as("processor.config.width").isEqualTo(120);
      assertThat(small.getHeight()).isEqualTo(60);

      var noPicture = server.submit("{\"payload\": \"text\"}");
      var failed = server.finished(noPicture.id());
      assertThat(failed.field("status")).isEqualTo("FAILED");
      assertThat(failed.field("error")).contains("this is not a picture; send a PNG");
      assertThat(server.get("/api/v1/status/" + noPicture.id()).json().path("attempts").asInt())
          .as("a permanent failure is not tried again")
          .isEqualTo(1);
    }
  }

  @Test
  void aProcessorWorksOnWhatWasSubmittedBeforeARestart() throws Exception {
    var jar = ExampleJar.build(folder).toString();
    var config = example("http-to-queue.yaml", Map.of("OPENHQM_PROCESSOR__JAR", jar));
    String id;
    try (var listener = RunningServer.start(config, Mode.LISTENER)) {
      id = listener.send("POST", "/proxy/thumbnails", picture(480, 240)).id();
      assertThat(listener.get("/api/v1/status/" + id).field("status")).isEqualTo("PENDING");
    }
    try (var server = RunningServer.start(config, Mode.ALL)) {
      assertThat(server.finished(id).field("status")).isEqualTo("COMPLETED");
    }
  }

  @Test
  void httpToQueueToHttpForwardsWhatTheClientSent() {
    try (var backend = new TestBackend();
        var server =
            RunningServer.start(
                example("http-to-queue-to-http.yaml", Map.of("OLD_SERVICE_URL", backend.url())),
                Mode.ALL)) {
      var accepted =
          server.send(
              "PUT",
              "/proxy/old-service/orders/17?urgent=1",
              "as before".getBytes(StandardCharsets.UTF_8),
              "Content-Type",
              "text/plain",
              "X-Tenant",
              "acme");
      var answer = server.finished(accepted.id());

      assertThat(answer.field("status")).isEqualTo("COMPLETED");
      assertThat(answer.field("result")).isEqualTo("as before");
      var seen = backend.requestsTo("/orders/17").getFirst();
      assertThat(seen.method()).isEqualTo("PUT");
      assertThat(seen.query()).contains("urgent=1");
      assertThat(seen.headers().first("X-Tenant")).contains("acme");
      assertThat(seen.body().toUtf8()).isEqualTo("as before");

      String submitted = server.submit("{\"payload\": {\"n\": 1}}").id();
      assertThat(server.finished(submitted).json().path("result").path("n").asInt()).isEqualTo(1);
    }
  }

  @Test
  void queueToHttpForwardsWhatOtherProgramsPutOnTheQueue() throws Exception {
    var variables = new HashMap<String, String>();
    try (var backend = new TestBackend()) {
      variables.put("SERVICE_URL", backend.url() + "/events");
      try (var worker = RunningServer.start(example("queue-to-http.yaml", variables), Mode.WORKER);
          var connection =
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("queue.db"));
          var insert =
              connection.prepareStatement("INSERT INTO inbox(body, attributes) VALUES (?, ?)")) {
        insert.setString(1, "{\"order\": 17}");
        insert.setString(2, "{\"Content-Type\": \"application/json\", \"X-Tenant\": \"acme\"}");
        insert.executeUpdate();
        insert.setBytes(1, TestBackend.PNG);
        insert.setString(2, null);
        insert.executeUpdate();
        Awaitility.await().until(() -> backend.requestsTo("/events").size() == 2);

        var seen = backend.requestsTo("/events");
        assertThat(seen)
            .anySatisfy(
                request -> {
                  assertThat(request.method()).isEqualTo("POST");
                  assertThat(request.body().toUtf8()).isEqualTo("{\"order\": 17}");
                  assertThat(request.headers().first("Content-Type")).contains("application/json");
                  assertThat(request.headers().first("X-Tenant")).contains("acme");
                });
        assertThat(seen)
            .anySatisfy(request -> assertThat(request.body().toArray()).isEqualTo(TestBackend.PNG));
        Awaitility.await()
            .until(() -> worker.get("/metrics").text().contains("openhqm_queue_depth 0"));

        assertProblem(worker.submit("{\"payload\": 1}"), 404, "not-found");
        assertThat(worker.get("/health/ready").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void whatQueueToHttpGaveUpIsSeenAndRunAgainWhileItWorks() throws Exception {
    String url;
    try (var gone = new TestBackend()) {
      url = gone.url();
    }
    var config =
        example(
            "queue-to-http.yaml", Map.of("SERVICE_URL", url, "OPENHQM_WORKER__MAX_RETRIES", "0"));
    try (var worker = RunningServer.start(config, Mode.WORKER);
        var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("queue.db"));
        var insert = connection.createStatement()) {
      insert.executeUpdate(
          "INSERT INTO inbox(body, attributes)"
              + " VALUES ('lost', '{\"Content-Type\": \"text/plain\"}')");
      Awaitility.await()
          .until(() -> worker.get("/api/v1/dead-letters").json().path("count").asInt() == 1);
      var letter = worker.get("/api/v1/dead-letters").json().path("dead_letters").get(0);
      assertThat(letter.path("reason").asText()).contains("could not connect", "'service'");

      String path = "/api/v1/dead-letters/" + letter.path("correlation_id").asText();
      assertThat(worker.get(path).field("payload")).isEqualTo("lost");
      var again = worker.send("POST", path + "/redrive", new byte[0]);
      assertThat(again.status()).isEqualTo(202);
      String second = "/api/v1/dead-letters/" + again.id();
      Awaitility.await().until(() -> worker.get(second).status() == 200);
      assertThat(worker.send("DELETE", second, new byte[0]).status()).isEqualTo(204);
    }
  }

  @Test
  void aWorkerShowsNoDeadLettersWhereTheyAreSwitchedOff() {
    var config =
        example(
            "queue-to-http.yaml",
            Map.of("SERVICE_URL", "http://127.0.0.1:1", "OPENHQM_SERVER__ADMIN", "off"));
    try (var worker = RunningServer.start(config, Mode.WORKER)) {
      assertProblem(worker.get("/api/v1/dead-letters"), 404, "not-found");
    }
  }

  private static byte[] picture(int width, int height) throws Exception {
    var out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", out);
    return out.toByteArray();
  }

  @Test
  void theDocumentationShowsTheCodeThatIsTested() throws Exception {
    var example =
        Files.readString(
            ExampleJar.EXAMPLES.resolve(
                "custom-processor/src/main/java/com/example/thumbnails/ThumbnailProcessor.java"));
    var page = Files.readString(Path.of("..", "docs", "custom-processor.md"));
    var shown = page.substring(page.indexOf("```java\n") + 8, page.indexOf("\n```\n"));

    assertThat(example).contains(shown);
  }

  @Test
  void everyExampleFileIsTested() throws Exception {
    try (var files = Files.list(ExampleJar.EXAMPLES.resolve("patterns"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "http-to-queue.yaml", "queue-to-http.yaml", "http-to-queue-to-http.yaml");
    }
  }
}
