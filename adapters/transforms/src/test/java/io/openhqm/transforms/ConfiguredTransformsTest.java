package io.openhqm.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Headers;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigProblem;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.endpoint.ConfiguredEndpoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The transformations as a configuration finds them. */
class ConfiguredTransformsTest {
  private static ConfigResult load(String routes) {
    return ConfigLoader.loadText(
        """
        proxy: {enabled: true, endpoints: {user-service: {url: http://a}}}
        routing:
          enabled: true
          config_dict:
            routes:
        """
            + routes.indent(6),
        "config.yaml",
        Path.of(""),
        Map.of());
  }

  private static List<String> faults(String routes) {
    return ((ConfigResult.Invalid) load(routes))
        .problems().stream().map(ConfigProblem::toLine).toList();
  }

  @Test
  void aRouteOfThePythonOpenHqmMakesItsPayload() throws Exception {
    var loaded =
        (ConfigResult.Loaded)
            load(
                """
                - name: user-registration
                  match_field: metadata.type
                  match_value: user.register
                  endpoint: user-service
                  transform_type: jq
                  transform: '{username: (.payload.email | split("@")[0])}'
                """);
    var message =
        Messages.of("{\"email\": \"me@a\"}", "{\"type\": \"user.register\"}", Headers.none());
    var found = (Resolution.Found) ConfiguredEndpoints.of(loaded.config()).resolve(message);
    assertThat(found.route().rewrite().applyTo(message).payload())
        .isEqualTo(Body.of(Bytes.utf8("{\"username\":\"me\"}")));
  }

  @Test
  void brokenExpressionsAreToldAtOnceWithFileLineAndKey() {
    assertThat(
            faults(
                """
                - {endpoint: user-service, transform_type: jq, transform: "{a: (.s3cr"}
                - {endpoint: user-service, transform_type: jsonpath, transform: "$.s3cr[?(@.a =="}
                - {endpoint: user-service, transform_type: jq, transform: ".payload | mapp(.)"}
                """))
        .containsExactly(
            "config.yaml:6:65: routing.config.routes[0].transform: is not a jq expression: see line"
                + " 1, column 10 of it",
            "config.yaml:7:71: routing.config.routes[1].transform: is not a JSONPath: a bracket or a"
                + " quote in it is never closed",
            "config.yaml:8:65: routing.config.routes[2].transform: is not a jq expression: there is"
                + " no function mapp of 1 arguments; did you mean 'map'?");
  }
}
