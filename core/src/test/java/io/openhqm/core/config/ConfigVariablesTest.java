package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Auth;
import io.openhqm.core.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigVariablesTest {
  private static final String NESTED =
      """
      queue:
        type: redis
        connection:
          redis: {url: "redis://file"}
      """;

  private static Secret redisUrl(String yaml, Map<String, String> environment) {
    return good(yaml, environment).queue().connection().get("redis_url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPENHQM_REDIS_URL",
        "OPENHQM_QUEUE__REDIS_URL",
        "OPENHQM_QUEUE__CONNECTION__REDIS__URL"
      })
  void aVariableInEitherSpellingLiesOverAFileInEitherDialect(String variable) {
    var environment = Map.of(variable, "redis://variable");
    var expected = Secret.of("redis://variable");
    assertThat(redisUrl(NESTED, environment)).isEqualTo(expected);
    assertThat(redisUrl("queue: {redis_url: redis://file}", environment)).isEqualTo(expected);
    assertThat(redisUrl("", environment)).isEqualTo(expected);
  }

  @Test
  void anEngineOrAllConnectionsMayBeOneVariable() {
    assertThat(redisUrl(NESTED, Map.of("OPENHQM_QUEUE__CONNECTION__REDIS", "{\"url\": \"r\"}")))
        .isEqualTo(Secret.of("r"));
    assertThat(redisUrl(NESTED, Map.of("OPENHQM_QUEUE__CONNECTION", "{\"redis\":{\"url\":\"r\"}}")))
        .isEqualTo(Secret.of("r"));
    assertThat(faults(NESTED, Map.of("OPENHQM_QUEUE__CONNECTION__REDIS", "r-e-d")))
        .containsExactly(
            "OPENHQM_QUEUE__CONNECTION__REDIS: queue.connection.redis: expected a mapping");
  }

  @Test
  void aSettingsOwnVariableIsStrongerThanTheShortOne() {
    var config =
        good(
            "",
            Map.of("OPENHQM_REDIS_URL", "redis://a", "OPENHQM_CACHE__REDIS_URL", "redis://cache"));
    assertThat(config.cache().redisUrl()).isEqualTo(Secret.of("redis://cache"));
    assertThat(config.queue().connection().get("redis_url")).isEqualTo(Secret.of("redis://a"));
  }

  @Test
  void twoVariablesForOneSettingNameBoth() {
    assertThat(
            faults(
                "",
                Map.of(
                    "OPENHQM_QUEUE__REDIS_URL", "redis://a",
                    "OPENHQM_QUEUE__CONNECTION__REDIS__URL", "redis://b")))
        .containsExactly(
            "OPENHQM_QUEUE__REDIS_URL: queue.redis_url: also given by"
                + " OPENHQM_QUEUE__CONNECTION__REDIS__URL; leave one of them out");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPENHQM_",
        "OPENHQM__",
        "OPENHQM___",
        "OPENHQM____",
        "OPENHQM_SERVER__",
        "OPENHQM___PORT",
        "OPENHQM_SERVER____PORT"
      })
  void aVariableWithAnEmptyStepIsUnknown(String variable) {
    assertThat(faults("", Map.of(variable, "1")))
        .singleElement()
        .asString()
        .startsWith(variable + ": no setting has this variable");
  }

  @Test
  void aVariableThatGoesTooDeepIsAFault() {
    String deep = "OPENHQM_QUEUE__CUSTOM_CONFIG" + "__A".repeat(100_000);
    assertThat(faults("", Map.of(deep, "1")))
        .singleElement()
        .asString()
        .contains("deeper than 50 levels")
        .hasSizeLessThan(300);
    assertThat(faults("", Map.of("OPENHQM_PROXY__ENDPOINTS", "[".repeat(9_999) + "]")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(300));
  }

  @Test
  void aTextInAVariableIsTakenAsItIs() {
    var endpoint =
        good(
                "proxy: {endpoints: {a: {url: http://a, auth_type: bearer}}}",
                Map.of("OPENHQM_PROXY__ENDPOINTS__A__AUTH_TOKEN", "{not: json, ${nor} YAML}"))
            .proxy()
            .endpoints()
            .get("a");
    assertThat(endpoint.auth()).isEqualTo(new Auth.Bearer(Secret.of("{not: json, ${nor} YAML}")));
  }

  @Test
  void aVariableOverAnAliasedMappingChangesOnlyItsOwn() {
    var endpoints =
        good(
                "proxy: {endpoints: {a: &a {url: http://a}, b: *a}}",
                Map.of("OPENHQM_PROXY__ENDPOINTS__B__TIMEOUT", "7"))
            .proxy()
            .endpoints();
    assertThat(endpoints.get("a").timeout()).hasSeconds(300);
    assertThat(endpoints.get("b").timeout()).hasSeconds(7);
  }
}
