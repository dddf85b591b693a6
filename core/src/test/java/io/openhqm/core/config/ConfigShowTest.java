package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.loaded;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigShowTest {
  /** What is shown loads into what was loaded, and is shown as it was, but for the places. */
  private static void assertRoundTrip(String yaml, Map<String, String> environment) {
    var first = loaded(yaml, environment);
    String shown = ConfigShow.render(first);
    var second = loaded(shown, Map.of());
    assertThat(second.config()).as(shown).usingRecursiveComparison().isEqualTo(first.config());
    assertThat(ConfigShow.render(second).replaceAll("  # .*", ""))
        .isEqualTo(shown.replaceAll("  # .*", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "server: {host: 'null'}",
        "server: {host: '~'}",
        "server: {host: '[\"a\"]'}",
        "server: {host: '[]'}",
        "server: {host: '$${x} $$${y} ${U:-z}'}",
        "server: {host: \"a: b # c\\n\\td\\x85\\u2028\\ufeff\\u0007\\U0001F642\\ufffe\"}",
        "server: {host: ' - a'}",
        "server: {host: ''}",
        "queue: {request_queue_name: '', kafka_topics: [], kafka_bootstrap_servers: ['a:1', 'b:2']}",
        "queue: {kafka_topics: ['null', '', 'a b', '${U:-z}', '$${x}']}",
        "queue: {type: custom, custom_module: m, custom_config: {a: [1, {b: 'null'}], c.d: {e: '$${x}'}}}",
        "queue: {max_backlog: 9223372036854775807, embedded_path: a/b.db, mqtt_username: ''}",
        "queue: {connection: {gcp_pubsub: {project_id: p, max_messages: 7}}}",
        "queue: {type: postgresql, connection: {postgresql: {url: p, pool: {size: 3}}}}",
        "cache: {type: Postgresql}\nqueue: {connection: {mqtt: {qos: 2}, postgresql: {url: p}}}",
        "proxy: {endpoints: {api.example.com: {url: http://a, headers: {X.Y: a, x-null: 'null'}}}}",
        "proxy: {endpoints: {'a: b': {url: http://a}, 'null': {url: http://b}, '1': {url: http://c}}}",
        "proxy: {endpoints: {'$${x}': {url: http://a}}}",
        "proxy: {enabled: true, allowed_urls: http://a, strip_headers: [], forward_headers: 'A, B'}",
        "proxy: {endpoints: {a: {url: http://a, forward_headers: [], retry_status_codes: []}}}",
        "proxy: {endpoints: {a: {url: http://a, timeout: 1e1, max_retries: 0, http_version: '2'}}}",
        "routing: {enabled: true, config_dict: {routes: [{name: 'a: b', is_default: true, endpoint: e}]}}\n"
            + "proxy: {endpoints: {e: {url: http://e}}}",
        "routing: {enabled: false, config_dict: {routes: []}}",
        "processor: {name: p, config: {a: {b: [x, {c: d}]}, 'k: y': '', n: null}}"
      })
  void whatIsShownLoadsAgain(String yaml) {
    assertRoundTrip(yaml, Map.of());
  }

  @Test
  void whatCameFromVariablesLoadsAgain() {
    assertRoundTrip(
        "proxy: {endpoints: {my-api: {url: http://a}}}",
        Map.of(
            "OPENHQM_WORKER_COUNT", " 7 ",
            "OPENHQM_SERVER__HOST", "null",
            "OPENHQM_PROXY__ENDPOINTS__MY_API__HEADERS__X", "",
            "OPENHQM_QUEUE__KAFKA_TOPICS", "[\"a\", \"b\"]"));
  }
}
