package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.notes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What loads and is hardly meant is said, and is no fault. */
class ConfigNotesTest {
  @Test
  void whatNeedsNoNoteGetsNone() {
    assertThat(notes("", Map.of())).isEmpty();
    assertThat(
            notes(
                """
                proxy: {enabled: true, endpoints: {a: {url: http://a}}}
                routing:
                  enabled: true
                  config_dict:
                    routes:
                      - {match_field: payload.a, match_value: b, endpoint: a}
                      - {is_default: true, endpoint: a, priority: -1}
                      - {is_default: true, endpoint: a, priority: 5, enabled: false}
                """,
                Map.of()))
        .isEmpty();
  }

  @Test
  void routesThatCompareNothingOrAreNeverTriedAreNoted() {
    assertThat(
            notes(
                """
                proxy: {enabled: true, endpoints: {a: {url: http://a}}}
                routing:
                  enabled: true
                  config_dict:
                    routes:
                      - {match_field: payload.a, endpoint: a}
                      - {match_field: payload.a, match_value: b, match_pattern: c, endpoint: a}
                      - {is_default: true, match_pattern: c, endpoint: a}
                      - {match_field: payload.a, match_value: b, endpoint: a}
                """,
                Map.of()))
        .containsExactly(
            "config.yaml:6:23: routing.config.routes[0].match_field: takes nothing: give match_value"
                + " or match_pattern too",
            "config.yaml:7:65: routing.config.routes[1].match_pattern: has no effect beside"
                + " match_value",
            "config.yaml:8:22: routing.config.routes[2].is_default: this route takes everything:"
                + " those after it are never tried; see priority",
            "config.yaml:8:43: routing.config.routes[2].match_pattern: has no effect: a route without"
                + " match_field, or with is_default, takes everything");
  }

  @Test
  void partitioningThatDoesNothingIsNoted() {
    assertThat(notes("partitioning: {partition_count: 4, sticky_session_ttl: 0}", Map.of()))
        .isEmpty();
    assertThat(
            notes(
                """
                server: {workers: 8}
                partitioning:
                  enabled: true
                  strategy: key
                  partition_count: 4
                  sticky_session_ttl: 0
                  partition_key_field: correlation_id
                  kafka_partition_assignment: range
                """,
                Map.of()))
        .containsExactly(
            "config.yaml:1:19: server.workers: has no effect: virtual threads need no such number",
            "config.yaml:5:20: partitioning.partition_count: has no effect with the strategy key:"
                + " only hash makes partitions",
            "config.yaml:6:23: partitioning.sticky_session_ttl: has no effect: any worker takes a"
                + " session's next message, so none is kept for it",
            "config.yaml:7:24: partitioning.partition_key_field: has no effect: every message has its"
                + " own",
            "config.yaml:8:31: partitioning.kafka_partition_assignment: has no effect: it belongs to"
                + " the Python OpenHQM");
    assertThat(
            notes(
                "partitioning: {enabled: true, strategy: round_robin, session_key_field: payload.a}",
                Map.of()))
        .containsExactly(
            "config.yaml:1:73: partitioning.session_key_field: has no effect with the strategy"
                + " round_robin");
    assertThat(notes("partitioning: {enabled: true, strategy: hash, partition_count: 4}", Map.of()))
        .isEmpty();
  }
}
