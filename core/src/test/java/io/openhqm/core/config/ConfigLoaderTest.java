package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.good;
import static io.openhqm.core.config.Configs.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Auth;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Secret;
import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  private static final String TOKEN = "tok-9f8e7d6c";

  private static String resource(String name) throws IOException {
    try (InputStream in = ConfigLoaderTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void anEmptyFileGivesTheDefaults() {
    var config = good("", Map.of());
    assertThat(config.server().port()).isEqualTo(8000);
    assertThat(config.queue().type()).isEqualTo("embedded");
    assertThat(config.cache().ttl()).isEqualTo(Duration.ofHours(1));
    assertThat(config.worker().count()).isEqualTo(5);
    assertThat(config.worker().retry())
        .isEqualTo(
            new RetryPolicy(
                4, Duration.ofSeconds(1), Duration.ofSeconds(60), RetryPolicy.RETRIED_BY_DEFAULT));
    assertThat(config.proxy().enabled()).isFalse();
    assertThat(config.proxy().template().forwardHeaders()).containsExactly("*");
    assertThat(config.monitoring().logFormat()).isEqualTo(LogFormat.JSON);
  }

  @Test
  void aFileOfThePythonOpenHqmLoadsUnchanged() throws IOException {
    var config = good(resource("python.yaml"), Map.of("API_TOKEN", TOKEN));
    var endpoint = config.proxy().endpoints().get("my-api");
    assertThat(endpoint).isNotNull();
    assertThat(endpoint.url()).isEqualTo(URI.create("https://api.example.com/v1/process"));
    assertThat(endpoint.auth()).isEqualTo(new Auth.Bearer(Secret.of(TOKEN)));
    assertThat(endpoint.headers().first("x-team")).contains("a");
    assertThat(config.queue().connection().get("azure_eventhubs_consumer_group"))
        .isEqualTo(Secret.of("$Default"));
  }

  @Test
  void theNestedDialectLoadsIntoTheSameSettings() {
    var config =
        good(
            """
            queue:
              type: redis
              connection:
                redis: {url: "redis://cache:6379"}
                kafka: {bootstrap_servers: [a:9092, b:9092]}
                embedded: {path: /data/jobs.db}
            """,
            Map.of());
    assertThat(config.queue().connection().get("redis_url"))
        .isEqualTo(Secret.of("redis://cache:6379"));
    assertThat(config.queue().connection().get("kafka_bootstrap_servers"))
        .isEqualTo(Secret.of("a:9092,b:9092"));
    assertThat(config.queue().embeddedPath()).isEqualTo(Path.of("/data/jobs.db"));
  }

  @Test
  void aValueGivenInBothDialectsNamesBothLines() {
    assertThat(
            faults(
                """
                queue:
                  redis_url: redis://a
                  connection:
                    redis:
                      url: redis://b
                """,
                Map.of()))
        .containsExactly(
            "config.yaml:5:7: queue.connection.redis.url: also given as queue.redis_url at"
                + " config.yaml:2:3; leave one of them out");
  }

  @Test
  void everyFaultIsNamedAtOnceWithLineKeyAndTheNearestKnownKey() {
    assertThat(
            faults(
                """
                server:
                  prot: 8000
                  port: eighty
                worker:
                  count: 0
                  retry_delay_base: 90
                proxi: {}
                monitoring: {log_level: LOUD}
                proxy:
                  enabled: true
                  default_endpoint: ordres
                  endpoints:
                    orders: {url: "ftp://x/", auth_type: bearer}
                """,
                Map.of()))
        .containsExactlyInAnyOrder(
            "config.yaml:7:1: proxi: there is no such section; did you mean 'proxy'?",
            "config.yaml:2:3: server.prot: there is no such setting; did you mean 'port'?",
            "config.yaml:3:9: server.port: expected a whole number from 0 to 65535 but found"
                + " 'eighty'",
            "config.yaml:5:10: worker.count: expected a whole number from 1 to 100000 but found"
                + " '0'",
            "config.yaml:6:21: worker.retry_delay_base: must not be larger than"
                + " worker.retry_delay_max",
            "config.yaml:8:25: monitoring.log_level: 'LOUD' is none of TRACE, DEBUG, INFO, WARN,"
                + " WARNING, ERROR, CRITICAL",
            "config.yaml:13:19: proxy.endpoints.orders.url: the URL must start with http:// or"
                + " https://",
            "config.yaml:13:42: proxy.endpoints.orders.auth_type: bearer needs auth_token",
            "config.yaml:11:21: proxy.default_endpoint: there is no endpoint 'ordres', and it is"
                + " not an http or https URL; did you mean 'orders'?");
  }

  @Test
  void aVariableThatIsNotSetStopsTheStartUnlessItHasADefault() {
    String yaml = "server: {host: \"${HOST_TO_USE}\", port: \"${PORT_TO_USE:-9000}\"}";
    assertThat(faults(yaml, Map.of()))
        .containsExactly(
            "config.yaml:1:16: the environment variable HOST_TO_USE is not set; set it or write"
                + " ${HOST_TO_USE:-…}");
    var config = good(yaml, Map.of("HOST_TO_USE", "127.0.0.1"));
    assertThat(config.server().host()).isEqualTo("127.0.0.1");
    assertThat(config.server().port()).isEqualTo(9000);
  }

  @Test
  void aDoubledDollarIsALiteralOne() {
    assertThat(good("server: {host: \"$${x}\"}", Map.of()).server().host()).isEqualTo("${x}");
  }

  @Test
  void variablesLieOverTheFile() {
    var config =
        good(
            "worker: {count: 3}\nproxy: {endpoints: {my-api: {url: http://a, auth_type: bearer}}}",
            Map.of(
                "OPENHQM_WORKER_COUNT", "7",
                "OPENHQM_QUEUE_TYPE", "memory",
                "OPENHQM_QUEUE__REDIS_URL", "redis://flat",
                "OPENHQM_LOG_LEVEL", "debug",
                "OPENHQM_PROXY__ENABLED", "true",
                "OPENHQM_PROXY__DEFAULT_ENDPOINT", "http://localhost:8080",
                "OPENHQM_PROXY__ENDPOINTS__MY_API__AUTH_TOKEN", TOKEN,
                "OPENHQM_SERVICE_HOST", "10.0.0.1",
                "OPENHQM_PORT_8000_TCP_ADDR", "10.0.0.1"));
    assertThat(config.worker().count()).isEqualTo(7);
    assertThat(config.queue().type()).isEqualTo("memory");
    assertThat(config.queue().connection().get("redis_url")).isEqualTo(Secret.of("redis://flat"));
    assertThat(config.monitoring().logLevel()).isEqualTo("DEBUG");
    assertThat(config.proxy().defaultEndpoint().orElseThrow().url())
        .isEqualTo(URI.create("http://localhost:8080"));
    assertThat(config.proxy().endpoints().get("my-api")).isNotNull();
  }

  @Test
  void endpointsMayBeJsonInAVariable() {
    var config =
        good(
            "",
            Map.of(
                "OPENHQM_PROXY__ENDPOINTS",
                "{\"a\": {\"url\": \"http://a:1\", \"timeout\": 2.5}}"));
    assertThat(config.proxy().endpoints().get("a").timeout()).isEqualTo(Duration.ofMillis(2500));
  }

  @Test
  void anUnknownVariableIsNamedWithTheNearestOne() {
    assertThat(faults("", Map.of("OPENHQM_WORKER_CONT", "1")))
        .containsExactly(
            "OPENHQM_WORKER_CONT: no setting has this variable; did you mean"
                + " 'OPENHQM_WORKER_COUNT'?");
    assertThat(faults("", Map.of("OPENHQM_WORKER__CONT", "1")))
        .containsExactly(
            "OPENHQM_WORKER__CONT: worker.cont: there is no such setting; did you mean 'count'?");
  }

  @Test
  void keysGivenTwiceAndBrokenYamlAreNamedByLine() {
    assertThat(faults("server:\n  port: 1\n  port: 2\n", Map.of()))
        .containsExactly("config.yaml:3:3: the key 'port' was given before, at config.yaml:2:3");
    assertThat(faults("server: [1, 2", Map.of()))
        .hasSize(1)
        .first()
        .asString()
        .contains("not valid YAML");
    assertThat(faults("just a text", Map.of()))
        .containsExactly("config.yaml:1:1: expected a mapping of sections such as 'server:'");
  }

  @Test
  void aFileThatIsNotThereIsAFault() {
    assertThat(ConfigLoader.load(Optional.of(Path.of("no-such.yaml")), Map.of()))
        .isEqualTo(
            new ConfigResult.Invalid(
                List.of(
                    new ConfigProblem(
                        "no-such.yaml", "", "cannot be read: there is no such file"))));
  }

  @Test
  void routesAreReadFromTheirFileInOrderOfPriority(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("routes.yaml"),
        """
        version: "1.0"
        default_endpoint: a
        routes:
          - {name: low, match_field: metadata.type, match_value: x, endpoint: a}
          - {name: high, match_field: metadata.type, match_pattern: "user\\\\..*", endpoint: a, priority: 10, method: put, max_retries: 0}
        """);
    var result =
        ConfigLoader.loadText(
            "proxy: {endpoints: {a: {url: http://a}}}\nrouting: {enabled: true, config_path: routes.yaml}",
            "config.yaml",
            folder,
            Map.of());
    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
    var routes = ((ConfigResult.Loaded) result).config().routing().routes();
    assertThat(routes).extracting(OpenHqmConfig.Route::name).containsExactly("high", "low");
    assertThat(routes.getFirst().method()).contains("PUT");
  }

  @Test
  void aRoutingFileOfThePythonOpenHqmLoadsUnchanged(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("routing.yaml"), resource("python-routes.yaml"));
    var result =
        ConfigLoader.loadText(
            "proxy: {endpoints: {user-service: {url: http://a}, default-service: {url: http://b}}}\n"
                + "routing: {enabled: true, config_path: routing.yaml, config_dict: null}",
            "config.yaml",
            folder,
            Map.of());
    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
    var route = ((ConfigResult.Loaded) result).config().routing().routes().getFirst();
    assertThat(route.headerMappings()).containsExactly(Map.entry("X-Request-ID", "correlation_id"));
    assertThat(route.queryParams()).containsExactly(Map.entry("tenant_id", "metadata.tenant"));
    assertThat(route.transform())
        .isEqualTo(
            new OpenHqmConfig.Transform("jq", "{username: (.payload.email | split(\"@\")[0])}"));
  }

  @Test
  void aBrokenTransformIsToldWithItsLineAndWithoutItsText() {
    String yaml =
        """
        proxy: {endpoints: {a: {url: http://a}}}
        routing:
          enabled: true
          config_dict:
            routes:
              - {name: first, endpoint: a, transform_type: template, transform: '{"t": s3cr}'}
              - {name: next, endpoint: a, transform_type: Template, transform: '{"t": ${T}}'}
        """;
    assertThat(faults(yaml, Map.of("T", "s3cr")))
        .containsExactly(
            "config.yaml:6:73: routing.config.routes[0].transform: is not a template: it is no JSON"
                + " (RFC 8259) with its {{…}} filled in; see line 1 of it",
            "config.yaml:7:72: routing.config.routes[1].transform: is not valid; it holds the value"
                + " of a variable, so no more is told");
  }

  @Test
  void anEngineOfOnesOwnIsNamedInTheQueue() {
    String queue =
        "queue: {type: custom, custom_module: my-engine, custom_config: {a: {b: [1, 2]}}}";
    var config = good(queue + "\ncache: {type: custom}", Map.of());
    assertThat(config.queue().type()).isEqualTo("my-engine");
    assertThat(config.cache().type()).isEqualTo("my-engine");
    assertThat(config.queue().connection().get("custom_config.a.b")).isEqualTo(Secret.of("1,2"));
    assertThat(good("queue: {type: custom, custom_class: a.B}", Map.of()).queue().type())
        .isEqualTo("a.B");
    assertThat(faults("queue: {type: custom}", Map.of()))
        .containsExactly(
            "config.yaml:1:15: queue.type: custom needs queue.custom_module, the name of an engine,"
                + " or queue.custom_class");
  }

  @Test
  void pathsThatLeadToNothingInAnyMessageAreFaults() {
    assertThat(
            faults(
                """
                proxy: {endpoints: {a: {url: http://a}}}
                routing:
                  enabled: true
                  config_dict:
                    routes:
                      - endpoint: a
                        is_default: true
                        match_field: type
                        header_mappings: {X-A: metdata.type, "X B": correlation_id}
                        query_params: {q: correlation_id.x}
                """,
                Map.of()))
        .containsExactly(
            "config.yaml:8:22: routing.config.routes[0].match_field: expected a path such as"
                + " correlation_id, payload.a.b, headers.name or metadata.type but found 'type'",
            "config.yaml:9:26: routing.config.routes[0].header_mappings: expected a path such as"
                + " correlation_id, payload.a.b, headers.name or metadata.type but found"
                + " 'metdata.type'; did you mean 'metadata'?",
            "config.yaml:9:26: routing.config.routes[0].header_mappings: a key is no name of a"
                + " header field (RFC 9110 §5.1)",
            "config.yaml:10:23: routing.config.routes[0].query_params: expected a path such as"
                + " correlation_id, payload.a.b, headers.name or metadata.type but found"
                + " 'correlation_id.x'; did you mean 'correlation_id'?");
  }

  @Test
  void whatIsShownIsMaskedAndLoadsAgain() throws IOException {
    var loaded = (ConfigResult.Loaded) read(resource("python.yaml"), Map.of("API_TOKEN", TOKEN));
    String shown = ConfigShow.render(loaded);
    assertThat(shown).doesNotContain(TOKEN).contains("auth_token: \"********\"");
    assertThat(shown).contains("port: 8000  # config.yaml:1:");
    assertThat(read(shown, Map.of())).isInstanceOf(ConfigResult.Loaded.class);
  }

  @ParameterizedTest
  @CsvSource({"yes,true", "on,true", "1,true", "True,true", "no,false", "off,false", "'0',false"})
  void pythonsWaysToSayTrueAndFalseAreUnderstood(String text, boolean value) {
    assertThat(
            good("response_queue: {enabled: " + text + "}", Map.of()).queue().announceResponses())
        .isEqualTo(value);
  }
}
