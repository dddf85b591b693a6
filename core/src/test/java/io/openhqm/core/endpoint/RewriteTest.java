package io.openhqm.core.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Deadline;
import io.openhqm.core.EndpointResolver.Refusal;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Rewrite;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.transform.Messages;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RewriteTest {
  private static final String CONFIG =
      """
      proxy:
        enabled: true
        endpoints:
          a: {url: "http://a", auth_type: bearer, auth_token: t, headers: {X-Fixed: f}, strip_headers: [X-Gone]}
      routing:
        enabled: true
        config_dict:
          routes:
            - name: all
              is_default: true
              endpoint: a
              header_mappings:
                X-Request-ID: correlation_id
                X-User: payload.user.name
                X-Flag: payload.flag
                X-Deep: payload.user
                X-None: payload.nothing
                X-From: headers.x-original
                X-Fixed: payload.flag
                X-Gone: payload.flag
                Authorization: payload.flag
                Connection: payload.flag
                Idempotency-Key: metadata.key
              query_params: {tenant_id: metadata.tenant, none: metadata.nothing}
      """;

  private static Resolution resolve(String payload, String metadata) {
    var loaded =
        (ConfigResult.Loaded) ConfigLoader.loadText(CONFIG, "test.yaml", Path.of("."), Map.of());
    return ConfiguredEndpoints.of(loaded.config()).resolve(message(payload, metadata));
  }

  private static Message message(String payload, String metadata) {
    return Messages.of(
        payload, metadata, Headers.of("X-Original", "o", "x-user", "client's", "X-Kept", "k"));
  }

  private static Headers sent(String payload, String metadata) {
    var route = ((Resolution.Found) resolve(payload, metadata)).route();
    var deadline = Deadline.after(Duration.ofSeconds(1), Clock.systemUTC());
    var attempt = new Attempt(message(payload, metadata), 1, deadline, route);
    return new OutboundHeaders(route.endpoint().orElseThrow()).of(attempt, new Random(1));
  }

  @Test
  void headersAreTakenOutOfTheMessageAndLieOverTheClients() {
    var headers = sent("{\"user\": {\"name\": \"Zoë\"}, \"flag\": true}", "{\"key\": \"k-1\"}");
    assertThat(headers.all("x-request-id")).containsExactly(Messages.ID.toString());
    assertThat(headers.all("x-user")).containsExactly("Zoë");
    assertThat(headers.all("x-flag")).containsExactly("true");
    assertThat(headers.all("x-from")).containsExactly("o");
    assertThat(headers.all("x-kept")).containsExactly("k");
    assertThat(headers.all("idempotency-key")).containsExactly("k-1");
  }

  @Test
  void whatTheEndpointSetsOrStripsIsNotMapped() {
    var headers = sent("{\"flag\": true}", "{}");
    assertThat(headers.all("x-fixed")).containsExactly("f");
    assertThat(headers.all("authorization")).containsExactly("Bearer t");
    assertThat(headers.has("x-gone")).isFalse();
    assertThat(headers.has("connection")).isFalse();
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    var headers = sent("{\"user\": {}}", "{}");
    assertThat(headers.has("x-deep")).isFalse();
    assertThat(headers.has("x-none")).isFalse();
    assertThat(headers.all("x-user")).containsExactly("client's");
    assertThat(headers.all("idempotency-key")).containsExactly('"' + Messages.ID.toString() + '"');
  }

  @Test
  void queryParametersAreTakenOutOfTheMessage() {
    var route = ((Resolution.Found) resolve("{}", "{\"tenant\": \"a b&c\"}")).route();
    assertThat(route.rewrite().query())
        .containsExactly(new Rewrite.Parameter("tenant_id", "a b&c"));
  }

  @Test
  void aValueThatNoHeaderCanHoldIsRefusedByItsPlace() {
    var resolution = resolve("{\"user\": {\"name\": \"a\\r\\nX-Evil: b\"}}", "{}");
    assertThat(resolution)
        .isEqualTo(
            new Resolution.Refused(
                Refusal.UNFIT_VALUE,
                "what is at 'payload.user.name' cannot be the header field 'X-User', as the route"
                    + " 'all' wants it: it holds control characters or ones beyond Latin-1"));
  }

  private static Resolution transformed(String route, String payload) {
    var loaded =
        (ConfigResult.Loaded)
            ConfigLoader.loadText(
                CONFIG.substring(0, CONFIG.indexOf("    - name")) + "    - " + route,
                "test.yaml",
                Path.of("."),
                Map.of());
    return ConfiguredEndpoints.of(loaded.config()).resolve(message(payload, "{}"));
  }

  @Test
  void aTransformMakesThePayloadOfTheCallAndLeavesTheMessage() throws Exception {
    var route =
        ((Resolution.Found)
                transformed(
                    "{endpoint: a, transform_type: template, transform: '{\"n\":{{payload.n}}}'}",
                    "{\"n\": 5}"))
            .route();
    var message =
        new Message(
            Messages.ID,
            Body.of(Bytes.utf8("{\"n\": 5}")),
            Headers.of("Content-Type", "application/x", "Content-Digest", "d", "x-kept", "k"),
            Metadata.none(),
            Instant.EPOCH,
            Optional.empty());
    var made = route.rewrite().applyTo(message);
    assertThat(made.payload()).isEqualTo(Body.of(Bytes.utf8("{\"n\":5}")));
    assertThat(message.payload()).isEqualTo(Body.of(Bytes.utf8("{\"n\": 5}")));
    assertThat(made.headers()).isEqualTo(Headers.of("x-kept", "k"));
    var deadline = Deadline.after(Duration.ofSeconds(1), Clock.systemUTC());
    var headers =
        new OutboundHeaders(route.endpoint().orElseThrow())
            .of(new Attempt(made, 1, deadline, route), new Random(1));
    assertThat(headers.all("content-type")).containsExactly("application/json");
  }

  @Test
  void aTransformThatFailsSaysWhatOfWhichRoute() {
    var route =
        ((Resolution.Found)
                transformed(
                    "{name: r, endpoint: a, transform_type: template, transform: '{{payload}}'}",
                    "no json"))
            .route();
    assertThatThrownBy(() -> route.rewrite().applyTo(message("no json", "{}")))
        .isInstanceOf(PermanentException.class)
        .hasMessage(
            "the template of the route 'r' cannot make a payload of this request: the payload is not"
                + " JSON in UTF-8, nested at most 500 levels deep");
  }

  @Test
  void aTransformThatIsNotThereFailsOnlyWhereItIsApplied() {
    var route =
        ((Resolution.Found)
                transformed("{name: r, endpoint: a, transform_type: none, transform: x}", "{}"))
            .route();
    assertThatThrownBy(() -> route.rewrite().applyTo(message("{}", "{}")))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("this worker has no 'none'");
  }
}
