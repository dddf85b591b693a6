package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.loaded;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSecretsTest {
  private static final String SECRET = "s3cr-tok-9f8e7d";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy: {endpoints: {a: {auth_token: *s3cr-tok-9f8e7d}}}",
        "proxy: {endpoints: {a: {auth_token: &s3cr-tok-9f8e7d!}}}",
        "proxy: {endpoints: {a: {auth_token: !s3cr-tok-9f8e7d!x y}}}",
        "proxy: {endpoints: {a: {auth_token: \"s3cr-tok-9f8e7d}}}",
        "proxy: {endpoints: {a: {auth_token: @s3cr-tok-9f8e7d}}}",
        "proxy: {endpoints: {a: {auth_token: %s3cr-tok-9f8e7d}}}",
        "%s3cr-tok-9f8e7d\n---\na: b",
        "s3cr-tok-9f8e7d"
      })
  void brokenYamlIsNotQuoted(String yaml) {
    assertThat(faults(yaml, Map.of())).noneMatch(line -> line.contains("s3cr"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy: {endpoints: {a: {auth_token s3cr-tok-9f8e7d, url: http://a}}}",
        "proxy: {endpoints: {a: {auth_token, s3cr-tok-9f8e7d, url: http://a}}}",
        "proxy: {endpoints: {a: {auth_token:s3cr-tok-9f8e7d, url: http://a}}}",
        "queue: {mqtt_password s3cr-tok-9f8e7d}",
        "queue: {connection: {s3cr-tok-9f8e7d}}",
        "queue: {connection: {mqtt: {s3cr-tok-9f8e7d}}}",
        "{s3cr-tok-9f8e7d}",
        "{s3cr-tok-9f8e7d, s3cr-tok-9f8e7d}",
        "proxy: {endpoints: {a: {url: http://a, headers: {Authorization s3cr-tok-9f8e7d}}}}",
        "proxy: {endpoints: {auth_token s3cr-tok-9f8e7d}}"
      })
  void aKeyThatIsNoneIsNotQuoted(String yaml) {
    assertThat(faults(yaml, Map.of())).noneMatch(line -> line.contains("s3cr"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {port: \"${T}\"}",
        "server: {port: \"8000${T}\"}",
        "server: {public_url: \"${T}\"}",
        "server: {max_wait_seconds: \"${T}\"}",
        "server: {admin: \"${T}\"}",
        "response_queue: {enabled: \"${T}\"}",
        "proxy: {default_endpoint: \"${T}\"}",
        "proxy: {allowed_urls: [\"${T}\"]}",
        "proxy: {allowed_addresses: [\"${T}\"]}",
        "proxy: {endpoints: \"${T}\"}",
        "proxy: {endpoints: {a: \"${T}\"}}",
        "proxy: {endpoints: {a: {url: \"${T}\"}}}",
        "proxy: {endpoints: {a: {url: http://a, method: \"${T} \"}}}",
        "proxy: {endpoints: {a: {url: http://a, auth_type: \"${T}\"}}}",
        "proxy: {endpoints: {a: {url: http://a, retry_status_codes: [\"${T}\"]}}}",
        "proxy: {endpoints: {a: {url: http://a, headers: {\"a b\": \"${T}\"}}}}",
        "routing: {enabled: true, config_path: \"${T}\"}",
        "routing: {enabled: true, config_dict: {routes: [{endpoint: \"${T}\", is_default: true}]}}",
        "routing: {enabled: true, config_dict: {default_endpoint: \"${T}\"}}",
        "routing: {enabled: true, config_dict: {routes: [{match_pattern: \"\\\\p{${T}}\"}]}}",
        "processor: {jar: \"${T}\"}",
        "queue: {embedded_path: \"\\0${T}\"}",
        "\"${T}\""
      })
  void aValueFromTheEnvironmentIsNotQuoted(String yaml) {
    assertThat(faults(yaml, Map.of("T", SECRET))).noneMatch(line -> line.contains("s3cr"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPENHQM_SERVER__PORT",
        "OPENHQM_WORKER_COUNT",
        "OPENHQM_LOG_LEVEL",
        "OPENHQM_SERVER__NO_SUCH",
        "OPENHQM_NO_SUCH__SECTION",
        "OPENHQM_PROXY__DEFAULT_ENDPOINT",
        "OPENHQM_PROXY__ENDPOINTS",
        "OPENHQM_PROXY__ENDPOINTS__A",
        "OPENHQM_PROXY__ENDPOINTS__A__AUTH_TYPE",
        "OPENHQM_PROCESSOR__JAR",
        "OPENHQM_QUEUE__CONNECTION__REDIS"
      })
  void aValueOfAVariableIsNotQuoted(String variable) {
    assertThat(faults("", Map.of(variable, SECRET))).noneMatch(line -> line.contains("s3cr"));
    assertThat(faults("", Map.of(variable, "{\"" + SECRET + "\"}")))
        .noneMatch(line -> line.contains("s3cr"));
    assertThat(faults("", Map.of(variable, "[*" + SECRET + "]")))
        .noneMatch(line -> line.contains("s3cr"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {public_url: \"ftp://u:s3cr-tok-9f8e7d@h\"}",
        "proxy: {default_endpoint: \"http://u:s3cr-tok-9f8e7d@h\"}",
        "proxy: {allowed_urls: \"http://u:s3cr-tok-9f8e7d@h\"}",
        "proxy: {endpoints: {a: {url: \"http://u:s3cr-tok-9f8e7d@h\"}}}",
        "proxy: {endpoints: {a: {url: http://a, auth_type: s3cr-tok-9f8e7d}}}",
        "proxy: {endpoints: {a: {url: http://a, auth_token: [s3cr-tok-9f8e7d]}}}",
        "proxy: {endpoints: {a: {url: http://a, auth_tokn: s3cr-tok-9f8e7d}}}",
        "queue: {mqtt_password: {s3cr-tok-9f8e7d: 1}}",
        "queue: {mqtt_qos: 1 mqtt_password s3cr-tok-9f8e7d}",
      })
  void aValueInASecretPlaceIsNotQuoted(String yaml) {
    assertThat(faults(yaml, Map.of())).noneMatch(line -> line.contains("s3cr"));
  }

  @Test
  void whatIsShownHidesCredentialsWhereverTheyStand() {
    var shown =
        ConfigShow.render(
            loaded(
                """
                queue:
                  redis_url: redis://u:s3cr-1@h
                  sqs_queue_url: https://u:s3cr-2@h/q
                  custom_config: {api_token: s3cr-3, deep: {password: [s3cr-4]}, plain: "${T}"}
                proxy:
                  endpoints:
                    a:
                      url: http://a
                      auth_type: basic
                      auth_username: u
                      auth_password: s3cr-5
                      headers: {X-Session-Token: s3cr-6, X-Other: "${T}", X-Team: blue}
                processor:
                  name: mine
                  config: {db: {url: "postgresql://u:s3cr-7@h/db", client_secret: s3cr-8}}
                """,
                Map.of("T", SECRET, "OPENHQM_CACHE__REDIS_URL", "redis://u:s3cr-9@h")));
    assertThat(shown).doesNotContain("s3cr").contains("X-Team: blue");
  }

  @Test
  void whatIsShownHidesCredentialsInQueriesAndWhatCameFromVariables() {
    var shown =
        ConfigShow.render(
            loaded(
                """
                server: {public_url: "https://me/?plain=1"}
                queue: {sqs_queue_url: "https://h/q?X-Amz-Signature=s3cr-1&region=eu"}
                proxy:
                  default_endpoint: https://x/hook?code=s3cr-2&v=1
                  allowed_urls: ["https://x/a?api_key=s3cr-3", "https://x/${PART}?id=${T}"]
                  endpoints:
                    a: {url: "https://x/hook?token=${T}&sig=s3cr-4&v=2&id=a${T}b&${T}"}
                    b: {url: "https://hooks.example.com/services/${HOOK_SECRET}/x"}
                    c: {url: "https://${HOST}/v1"}
                processor: {name: p, config: {u: "https://x/?sig=s3cr-5&a=b"}}
                """,
                Map.of(
                    "T",
                    SECRET,
                    "PART",
                    "part-1",
                    "HOOK_SECRET",
                    SECRET,
                    "HOST",
                    "host-1",
                    "OPENHQM_PROXY__ENDPOINTS__C__URL",
                    "https://c.example.com/v1?u=" + SECRET)));
    assertThat(shown)
        .doesNotContain("s3cr")
        .contains(
            "url: \"https://x/hook?token=********&sig=********&v=2&id=a********b&********\"",
            "url: \"https://hooks.example.com/services/********/x\"",
            "url: \"https://c.example.com/v1?u=********\"",
            "default_endpoint: \"https://x/hook?code=********&v=1\"",
            "allowed_urls: [\"https://x/a?api_key=********\", \"https://x/part-1?id=********\"]",
            "\"https://h/q?X-Amz-Signature=********&region=eu\"",
            "https://me/?plain=1",
            "u: \"https://x/?sig=********&a=b\"");
  }
}
