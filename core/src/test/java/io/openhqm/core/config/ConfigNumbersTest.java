package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.good;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigNumbersTest {
  private static Stream<String> settingsWithNumbers() {
    return Settings.SECTIONS.entrySet().stream()
        .flatMap(
            section ->
                section.getValue().stream()
                    .filter(
                        setting ->
                            setting.kind() instanceof Setting.Kind.Whole
                                || setting.kind() instanceof Setting.Kind.Seconds)
                    .map(setting -> section.getKey() + ": {" + setting.name() + ": "));
  }

  @ParameterizedTest
  @MethodSource("settingsWithNumbers")
  void whatIsNoNumberIsRefusedForEverySetting(String setting) {
    for (String nonsense :
        new String[] {
          "NaN",
          ".nan",
          "Infinity",
          ".inf",
          "-.inf",
          "-1",
          "1e999",
          "0x10",
          "0x1p3",
          "10d",
          "10f",
          "1__0",
          "_1",
          "1,5",
          "'١'",
          "1e",
          "--1",
          "5s",
          "true",
          "[]",
          "{}",
          "9".repeat(500)
        }) {
      assertThat(faults(setting + nonsense + "}", Map.of())).as(nonsense).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {port: 65536}",
        "server: {port: 80.5}",
        "server: {max_body_size: 0}",
        "worker: {count: 0}",
        "worker: {count: 1.5}",
        "queue: {mqtt_broker_port: 0}",
        "server: {public_url: 'http://h:65536'}",
        "proxy: {default_endpoint: 'http://h:0'}",
        "proxy: {endpoints: {a: {url: 'http://h:65536'}}}",
        "proxy: {allowed_urls: ['https://h:99999/']}",
        "queue: {kafka_bootstrap_servers: 'h:65536'}",
        "queue: {kafka_bootstrap_servers: ['h:9092', 'h:port']}",
        "queue: {redis_url: 'redis://h:65536'}",
        "cache: {redis_url: 'redis://h:0'}"
      })
  void numbersAndPortsOutOfRangeAreRefused(String yaml) {
    assertThat(faults(yaml, Map.of())).hasSize(1);
  }

  @Test
  void numbersAreReadAsPeopleWriteThem() {
    var config =
        good(
            "worker: {count: +7, batch_size: 1_000, timeout_seconds: 1.5e2, max_retries: 2.0,"
                + " retry_delay_base: .5, retry_delay_max: 5.}",
            Map.of());
    assertThat(config.worker().count()).isEqualTo(7);
    assertThat(config.worker().batchSize()).isEqualTo(1_000);
    assertThat(config.worker().timeout()).hasSeconds(150);
    assertThat(config.worker().retry().attemptsMax()).isEqualTo(3);
    assertThat(config.worker().retry().delayBase()).hasMillis(500);
    assertThat(config.worker().retry().delayMax()).hasSeconds(5);
  }
}
