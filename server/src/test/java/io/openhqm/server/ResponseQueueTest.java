package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finished jobs, as a program learns of them that waits on the response queue. */
final class ResponseQueueTest {
  @TempDir Path folder;

  private RunningServer start(String storeType, boolean announces, String backend) {
    return RunningServer.start(
        folder,
        """
        server: {host: 127.0.0.1, port: 0}
        queue: {type: embedded, embedded_path: queue.db}
        cache: {type: %s}
        response_queue: {enabled: %s}
        worker: {max_retries: 0}
        proxy:
          enabled: true
          default_endpoint: backend
          endpoints:
            backend: {url: "%s", timeout: 5}
            nobody: {url: "http://127.0.0.1:1", timeout: 5}
        """
            .formatted(storeType, announces, backend));
  }

  /** By the statement that the documentation shows. */
  private List<JsonNode> taken() throws Exception {
    var page = Files.readString(Path.of("..", "docs", "patterns.md"));
    int from = page.indexOf("DELETE FROM responses");
    var statement = page.substring(from, page.indexOf(';', from));
    var taken = new ArrayList<JsonNode>();
    for (String body : first(statement)) {
      taken.add(JsonMapper.shared().readTree(body));
    }
    return taken;
  }

  private List<String> first(String sql) throws SQLException {
    var found = new ArrayList<String>();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("queue.db"));
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      try (var rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "memory"})
  void whateverBecomesOfAJobIsAnnounced(String storeType) throws Exception {
    try (var backend = new TestBackend();
        var server = start(storeType, true, backend.url())) {
      var answered = server.submit("{\"payload\": 1}");
      var failed = server.submit("{\"payload\": 2, \"metadata\": {\"endpoint\": \"nobody\"}}");
      var cancelled = server.submit("{\"payload\": 3, \"metadata\": {\"delay\": 3600}}");
      server.send("DELETE", "/api/v1/requests/" + cancelled.id(), new byte[0]);

      var announced = new ArrayList<JsonNode>();
      Awaitility.await()
          .until(
              () -> {
                announced.addAll(taken());
                return announced.size() >= 3;
              });

      assertThat(announced)
          .extracting(
              one -> one.path("correlation_id").asString() + " " + one.path("status").asString())
          .containsExactlyInAnyOrder(
              answered.id() + " COMPLETED", failed.id() + " FAILED", cancelled.id() + " CANCELLED");
      var response = server.finished(answered.id()).json();
      var announcement =
          announced.stream()
              .filter(one -> one.path("correlation_id").asString().equals(answered.id()))
              .findFirst()
              .orElseThrow();
      assertThat(announcement.path("status_code")).isEqualTo(response.path("status_code"));
      assertThat(announcement.path("completed_at")).isEqualTo(response.path("completed_at"));
      assertThat(announcement.path("submitted_at").asString())
          .isEqualTo(answered.field("submitted_at"));
      assertThat(announcement.has("result")).isFalse();
    }
  }

  @Test
  void nothingIsAnnouncedWhereNobodyAskedForIt() throws Exception {
    try (var backend = new TestBackend();
        var server = start("embedded", false, backend.url())) {
      assertThat(server.finished(server.submit("{\"payload\": 1}").id()).status()).isEqualTo(200);
      assertThat(first("SELECT count(*) FROM responses")).containsExactly("0");
    }
  }
}
