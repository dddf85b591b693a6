package io.openhqm.core.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionRuleTest {
  private static Optional<SessionRule> rule(String partitioning) {
    var loaded =
        (ConfigResult.Loaded)
            ConfigLoader.loadText(
                "partitioning: {partition_key_field: payload.customer,"
                    + " session_key_field: headers.x-session, "
                    + (partitioning.contains("enabled") ? "" : "enabled: true, ")
                    + partitioning
                    + "}",
                "test.yaml",
                Path.of(""),
                Map.of());
    return SessionRule.of(loaded.config().partitioning());
  }

  private static Optional<String> session(String partitioning, String payload, Headers headers) {
    return rule(partitioning)
        .orElseThrow()
        .find(Bytes.utf8(payload), headers, Bytes.empty())
        .map(SessionRule.Session::session);
  }

  @Test
  void stickyTakesTheSessionAndKeyThePartitionKeyFirst() {
    var headers = Headers.of("X-Session", "s");
    assertThat(session("strategy: sticky", "{\"customer\": 7}", headers)).contains("s");
    assertThat(session("strategy: sticky", "{\"customer\": 7}", Headers.none())).contains("7");
    assertThat(session("strategy: key", "{\"customer\": 7}", headers)).contains("7");
    assertThat(session("strategy: key", "no json", headers)).contains("s");
    assertThat(session("strategy: key", "{\"customer\": \"\"}", Headers.none())).isEmpty();
    assertThat(session("strategy: key", "{\"customer\": {}}", Headers.none())).isEmpty();
  }

  @Test
  void hashMakesAsManySessionsAsThereArePartitions() {
    var sessions =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    session(
                            "strategy: hash, partition_count: 4",
                            "{\"customer\": \"c" + i + "\"}",
                            Headers.none())
                        .orElseThrow())
            .collect(Collectors.toSet());
    assertThat(sessions)
        .containsExactlyInAnyOrder("partition-0", "partition-1", "partition-2", "partition-3");
    // Python: int(sha256(b"alice").hexdigest(), 16) % 10
    assertThat(session("strategy: hash", "{\"customer\": \"alice\"}", Headers.none()))
        .contains("partition-0");
  }

  @Test
  void roundRobinAndNoPartitioningMakeNone() {
    assertThat(rule("strategy: round_robin")).isEmpty();
    assertThat(rule("strategy: key, enabled: false")).isEmpty();
  }

  @Test
  void aSessionIsATextWithoutControlsOf255Characters() {
    assertThat(SessionRule.isSession("x".repeat(255))).isTrue();
    assertThat(SessionRule.isSession("x".repeat(256))).isFalse();
    assertThat(SessionRule.isSession("")).isFalse();
    assertThat(SessionRule.isSession("a\nb")).isFalse();
    assertThat(SessionRule.isSession("\ud83d")).isFalse();
  }
}
