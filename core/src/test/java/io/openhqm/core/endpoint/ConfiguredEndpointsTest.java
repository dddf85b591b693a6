package io.openhqm.core.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.EndpointResolver.Refusal;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredEndpointsTest {
  private static final String PROXY =
      """
      proxy:
        enabled: true
        default_endpoint: orders
        allowed_urls: ["https://hooks.example.com/v1", "http://10.1.2.3:8080/", "http://169.254.169.254/"]
        endpoints:
          orders: {url: "http://orders/api", method: PUT, timeout: 7, max_retries: 1}
          users: {url: "http://users/api"}
      """;
  private static final String ROUTING =
      PROXY
          + """
      routing:
        enabled: true
        config_dict:
          default_endpoint: users
          routes:
            - {name: low, match_field: metadata.type, match_value: a, priority: 1, endpoint: users}
            - {name: high, match_field: metadata.type, match_pattern: "a|b", priority: 9, endpoint: orders, method: PATCH, timeout: 3, max_retries: 5}
            - {name: off, match_field: metadata.type, match_value: c, enabled: false, priority: 99, endpoint: users}
            - {name: by-payload, match_field: payload.order.kind, match_value: "5", endpoint: users}
            - {name: by-header, match_field: headers.x-kind, match_value: x, endpoint: users, method: GET}
      """;

  private String endpoint = "";
  private String metadata = "{}";
  private String payload = "{}";
  private Headers headers = Headers.none();
  private Optional<String> method = Optional.empty();
  private Optional<Duration> timeout = Optional.empty();

  private static OpenHqmConfig config(String yaml) {
    var result = ConfigLoader.loadText(yaml, "test.yaml", Path.of("."), Map.of());
    return switch (result) {
      case ConfigResult.Loaded loaded -> loaded.config();
      case ConfigResult.Invalid faulty -> throw new AssertionError(faulty.problems().toString());
    };
  }

  private Message message() {
    return new Message(
        UUID.randomUUID(),
        Body.of(Bytes.utf8(payload)),
        headers,
        new Metadata(
            Optional.of(endpoint).filter(name -> !name.isEmpty()),
            method,
            Optional.empty(),
            timeout,
            Priority.NORMAL,
            Optional.empty(),
            Bytes.utf8(metadata)),
        Instant.EPOCH,
        Optional.empty());
  }

  private Resolution resolve(String yaml) {
    return ConfiguredEndpoints.of(config(yaml)).resolve(message());
  }

  private Route found(String yaml) {
    return ((Resolution.Found) resolve(yaml)).route();
  }

  private Resolution.Refused refused(String yaml) {
    return (Resolution.Refused) resolve(yaml);
  }

  @Test
  void what_names_nothing_goes_to_the_default_with_the_endpoints_settings() {
    var route = found(PROXY);
    assertThat(route.name()).isEqualTo("orders");
    assertThat(route.method()).isEqualTo("PUT");
    assertThat(route.timeout()).hasSeconds(7);
    assertThat(route.retry().attemptsMax()).isEqualTo(2);
  }

  @Test
  void the_submission_may_choose_endpoint_method_and_timeout() {
    endpoint = "users";
    method = Optional.of("DELETE");
    timeout = Optional.of(Duration.ofMillis(500));
    var route = found(PROXY);
    assertThat(route.name()).isEqualTo("users");
    assertThat(route.method()).isEqualTo("DELETE");
    assertThat(route.timeout()).hasMillis(500);
  }

  @Test
  void an_unknown_name_is_refused_with_the_nearest_known_one() {
    endpoint = "ordres";
    assertThat(refused(PROXY).refusal()).isEqualTo(Refusal.UNKNOWN_ENDPOINT);
    assertThat(refused(PROXY).detail()).contains("'ordres'").contains("did you mean 'orders'");
  }

  @Test
  void with_no_default_an_endpoint_must_be_named() {
    var refused = refused(PROXY.replace("default_endpoint: orders", ""));
    assertThat(refused.refusal()).isEqualTo(Refusal.NO_ENDPOINT);
    assertThat(refused.detail()).contains("metadata.endpoint").contains("orders");
  }

  @Test
  void a_default_may_be_a_url() {
    var route = found("proxy: {enabled: true, default_endpoint: 'http://localhost:8080'}");
    assertThat(route.endpoint().orElseThrow().url()).hasToString("http://localhost:8080");
    assertThat(route.method()).isEqualTo("POST");
  }

  @Test
  void with_the_proxy_off_the_processor_does_the_work() {
    endpoint = "anything";
    var route = found("worker: {timeout_seconds: 9, max_retries: 0}");
    assertThat(route.endpoint()).isEmpty();
    assertThat(route.timeout()).hasSeconds(9);
    assertThat(route.retry().attemptsMax()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://hooks.example.com/v1",
        "https://hooks.example.com/v1/a?b=c",
        "HTTPS://HOOKS.example.com:443/v1/",
        "http://10.1.2.3:8080/any/thing",
      })
  void a_url_on_the_allow_list_is_admitted(String url) {
    endpoint = url;
    assertThat(found(PROXY).endpoint().orElseThrow().url()).hasToString(url);
    assertThat(found(PROXY).name()).as("bounded, for metrics").isEqualTo("url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hooks.example.com/v1", // scheme
        "https://hooks.example.com:8443/v1",
        "https://hooks.example.com/v1x",
        "https://hooks.example.com/",
        "https://hooks.example.com",
        "https://hooks.example.com.evil.com/v1",
        "https://hooks.example.com@evil.com/v1",
        "https://user:pw@hooks.example.com/v1",
        "https://evil.com/https://hooks.example.com/v1",
        "https://hooks.example.com/v1/../admin",
        "https://hooks.example.com/v1/%2e%2e/admin",
        "https://hooks.example.com/v1/..;/admin",
        "https://hooks.example.com/v1/..%2fadmin",
        "https://hooks.example.com/v1\\..\\admin",
        "https://hooks.example.com\\@evil.com/v1",
        "https://hooks.example.com/v1#x",
        "https://hooks.example.com /v1",
        "https://hooks.example.com./v1",
        "ftp://hooks.example.com/v1",
        "file:///etc/passwd",
        "https:///v1",
        "https://[::1]/v1",
        "://",
        "http://169.254.169.254/latest/meta-data/", // on the list, but never without
        // allowed_addresses
      })
  void any_other_url_is_refused(String url) {
    endpoint = url;
    assertThat(refused(PROXY).refusal()).isEqualTo(Refusal.URL_NOT_ALLOWED);
    assertThat(refused(PROXY).detail()).doesNotContain("pw");
  }

  @Test
  void a_link_local_address_is_admitted_where_both_lists_name_it() {
    endpoint = "http://169.254.169.254/latest";
    var config =
        PROXY.replace("endpoints:", "allowed_addresses: [169.254.169.254/32]\n  endpoints:");
    assertThat(found(config).name()).isEqualTo("url");
  }

  @Test
  void no_mutation_of_an_allowed_url_leads_to_another_host_or_above_its_path() {
    var random = new Random(11);
    var resolver = ConfiguredEndpoints.of(config(PROXY));
    String[] pieces = {
      "/",
      "..",
      ".",
      "%2e",
      "%2f",
      "\\",
      "@",
      ":",
      "#",
      "?",
      ";",
      "evil.com",
      "//",
      "%00",
      " ",
      "[",
      "]",
      "v1"
    };
    for (int i = 0; i < 5_000; i++) {
      var url = new StringBuilder("https://hooks.example.com/v1");
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        url.insert(8 + random.nextInt(url.length() - 7), pieces[random.nextInt(pieces.length)]);
      }
      endpoint = url.toString();
      if (resolver.resolve(message()) instanceof Resolution.Found found) {
        var target = found.route().endpoint().orElseThrow().url();
        assertThat(target.getHost()).as(endpoint).isEqualTo("hooks.example.com");
        assertThat(target.getRawUserInfo()).as(endpoint).isNull();
        assertThat(target.normalize().getPath()).as(endpoint).startsWith("/v1");
      }
    }
  }

  @Test
  void the_matching_route_of_the_highest_priority_is_taken() {
    metadata = "{\"type\":\"a\"}";
    var route = found(ROUTING);
    assertThat(route.name()).isEqualTo("orders");
    assertThat(route.method()).isEqualTo("PATCH");
    assertThat(route.timeout()).hasSeconds(3);
    assertThat(route.retry().attemptsMax()).isEqualTo(6);
  }

  @Test
  void what_the_submission_says_stands_over_the_route() {
    metadata = "{\"type\":\"a\"}";
    method = Optional.of("POST");
    assertThat(found(ROUTING).method()).isEqualTo("POST");
    endpoint = "users";
    assertThat(found(ROUTING).name()).isEqualTo("users");
  }

  @Test
  void routes_look_into_payload_and_headers() {
    payload = "{\"x\":[{\"order\":1}],\"order\":{\"a\":{},\"kind\":5}}";
    assertThat(found(ROUTING).name()).isEqualTo("users");
    payload = "{}";
    headers = Headers.of("X-Kind", "x");
    assertThat(found(ROUTING).method()).isEqualTo("GET");
  }

  @Test
  void a_route_that_is_off_is_not_taken_and_what_matches_none_falls_back() {
    metadata = "{\"type\":\"c\"}";
    assertThat(found(ROUTING).name()).isEqualTo("users");
    var strict = ROUTING.replace("default_endpoint: users\n", "enable_fallback: false\n");
    assertThat(refused(strict).refusal()).isEqualTo(Refusal.NO_ENDPOINT);
    assertThat(refused(strict).detail()).contains("no route");
  }

  @Test
  void no_payload_breaks_the_routing() {
    var random = new Random(3);
    var resolver = ConfiguredEndpoints.of(config(ROUTING));
    String[] pieces = {
      "{",
      "}",
      "[",
      "]",
      "\"order\"",
      "\"kind\"",
      ":",
      ",",
      "5",
      "\"",
      "null",
      "1e9",
      "\u0000",
      "é",
      "\\u12",
      "[".repeat(600),
      "{\"order\":".repeat(600)
    };
    for (int i = 0; i < 3_000; i++) {
      var text = new StringBuilder(random.nextBoolean() ? "{\"order\":" : "");
      for (int n = random.nextInt(10); n > 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      payload = text.toString();
      assertThat(resolver.resolve(message())).isInstanceOf(Resolution.Found.class);
    }
  }
}
