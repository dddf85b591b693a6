package io.openhqm.core.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.EndpointResolver.Refusal;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.transform.Messages;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes decide as those of the Python OpenHQM did, whose files load unchanged. */
class PythonRoutingTest {
  private static final String CONFIG =
      """
      proxy:
        enabled: true
        endpoints: {taken: {url: http://a}, other: {url: http://b}, third: {url: http://c}}
      routing:
        enabled: true
        config_dict:
          default_endpoint: other
          routes:
            -\s""";

  private static Message message(String payload, String metadata) {
    return Messages.of(payload, metadata, Headers.of("X-Kind", "k"));
  }

  /** The endpoint that {@code message} goes to by these routes. */
  private static String endpoint(String routes, Message message) {
    return ((Resolution.Found) resolution(routes, message)).route().name();
  }

  private static Resolution resolution(String routes, Message message) {
    var result = ConfigLoader.loadText(CONFIG + routes, "test.yaml", Path.of("."), Map.of());
    assertThat(result).as(routes).isInstanceOf(ConfigResult.Loaded.class);
    var config = ((ConfigResult.Loaded) result).config();
    return ConfiguredEndpoints.of(config).resolve(message);
  }

  @ParameterizedTest
  @CsvSource({
    "'^user\\.', user.register, taken",
    "'user', user.register, taken",
    "'user$', user.register, other",
    "'register', user.register, other",
    "'.*\\.register', user.register, taken",
    "'a|user', user.register, taken",
  })
  void aPatternMustMatchFromTheBeginningOnly(String pattern, String type, String endpoint) {
    String route =
        "{match_field: metadata.type, match_pattern: '" + pattern + "', endpoint: taken}";
    assertThat(endpoint(route, message("{}", "{\"type\": \"" + type + "\"}"))).isEqualTo(endpoint);
  }

  /** The one goes back for ages, the other needs a stack as deep as the text is long. */
  @ParameterizedTest
  @CsvSource({"'(.*a){20}$', 64", "'(?:\\w|-)+$', 1000000"})
  void aTextThatItsPatternCannotBeComparedWithInTimeIsRefused(String pattern, int length) {
    String route =
        "{name: r, match_field: payload.text, match_pattern: '" + pattern + "', endpoint: taken}";
    var message = message("{\"text\": \"" + "a".repeat(length) + "!\"}", "{}");
    assertThat(resolution(route, message))
        .isEqualTo(
            new Resolution.Refused(
                Refusal.UNFIT_VALUE,
                "what is at 'payload.text' takes too long to compare with the pattern of the route"
                    + " 'r'; name an endpoint in metadata.endpoint, or have the operator simplify"
                    + " the pattern"));
  }

  @ParameterizedTest
  @CsvSource({"'.*b$', taken", "'[a-z]+$', taken", "'.*c.*$', other", "'a{3}', taken"})
  void aLongTextIsComparedAsAShortOne(String pattern, String endpoint) {
    String route = "{match_field: payload.text, match_pattern: '" + pattern + "', endpoint: taken}";
    var message = message("{\"text\": \"" + "a".repeat(5_000_000) + "b\"}", "{}");
    assertThat(endpoint(route, message)).isEqualTo(endpoint);
  }

  @Test
  void aRouteWithoutFieldTakesEverything() {
    assertThat(endpoint("{name: all, endpoint: taken}", message("no json", "{}")))
        .isEqualTo("taken");
    assertThat(endpoint("{match_value: v, endpoint: taken}", message("{}", "{}")))
        .isEqualTo("taken");
  }

  @Test
  void aRouteWithAFieldAndNothingToCompareItWithTakesNothing() {
    assertThat(endpoint("{match_field: payload.a, endpoint: taken}", message("{\"a\":1}", "{}")))
        .isEqualTo("other");
  }

  @Test
  void aDefaultIsTriedAtItsOwnPriority() {
    String value = "{match_field: metadata.type, match_value: t, endpoint: third, priority: ";
    var typed = message("{}", "{\"type\": \"t\"}");
    String above = "{is_default: true, endpoint: taken, priority: 9}\n      - " + value + "5}";
    assertThat(endpoint(above, typed)).isEqualTo("taken");
    String below = "{is_default: true, endpoint: taken, priority: 1}\n      - " + value + "5}";
    assertThat(endpoint(below, typed)).isEqualTo("third");
    assertThat(endpoint(below, message("{}", "{}"))).isEqualTo("taken");
    String equal = "{is_default: true, endpoint: taken, priority: 5}\n      - " + value + "5}";
    assertThat(endpoint(equal, typed)).as("in the order of the file").isEqualTo("taken");
  }

  @Test
  void aValueIsStrongerThanAPattern() {
    String route =
        "{match_field: metadata.type, match_value: t, match_pattern: nothing, endpoint: taken}";
    assertThat(endpoint(route, message("{}", "{\"type\": \"t\"}"))).isEqualTo("taken");
    assertThat(endpoint(route, message("{}", "{\"type\": \"nothing\"}"))).isEqualTo("other");
  }

  @ParameterizedTest
  @CsvSource({
    "payload.flag, match_value: 'True', taken",
    "payload.flag, match_value: 'true', taken",
    "payload.flag, match_pattern: '^True$', taken",
    "payload.flag, match_value: 'False', other",
    "payload.number, match_value: '1.50', taken",
    "payload.order, match_pattern: '.+', taken",
    "payload.none, match_pattern: '.*', other",
    "payload.missing, match_pattern: '.*', other",
    "timestamp, match_pattern: '2026-', taken",
    "headers.x-kind, match_value: 'k', taken",
  })
  void valuesOfEveryKindAreCompared(String path, String condition, String endpoint) {
    var message =
        message("{\"flag\":true, \"number\":1.50, \"order\":{\"a\":1}, \"none\":null}", "{}");
    String route = "{match_field: " + path + ", " + condition + ", endpoint: taken}";
    assertThat(endpoint(route, message)).isEqualTo(endpoint);
  }

  @Test
  void aRouteMayBeDescribed() {
    assertThat(endpoint("{description: 'for: all', endpoint: taken}", message("{}", "{}")))
        .isEqualTo("taken");
  }
}
