package io.openhqm.core.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Attempt;
import io.openhqm.core.Auth;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Deadline;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Rewrite;
import io.openhqm.core.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a backend is told beside the body, and by whom. */
class OutboundHeadersTest {
  private static final UUID ID = UUID.fromString("019c3789-1234-7abc-8def-0123456789ab");
  private static final Instant NOW = Instant.parse("2026-11-24T15:15:46Z");
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Set.of());
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private Headers fixed = Headers.none();
  private Auth auth = new Auth.None();
  private List<String> forward = List.of("*");
  private List<String> strip = List.of();
  private Headers mapped = Headers.none();
  private Optional<String> traceparent = Optional.empty();

  private Headers sent(String... clients) {
    return sent(1, clients);
  }

  private Headers sent(int number, String... clients) {
    var endpoint =
        new Endpoint(
            "orders",
            URI.create("http://orders.internal/"),
            "POST",
            TIMEOUT,
            fixed,
            auth,
            RETRY,
            1_000,
            forward,
            strip,
            OptionalInt.empty(),
            Endpoint.HttpVersion.AUTO);
    var message =
        new Message(
            ID, Body.of(Bytes.utf8("{}")), Headers.of(clients), Metadata.none(), NOW, traceparent);
    var route =
        new Route(
            "orders",
            Optional.of(endpoint),
            "POST",
            TIMEOUT,
            RETRY,
            new Rewrite(mapped, List.of(), Optional.empty()));
    var attempt =
        new Attempt(message, number, Deadline.after(TIMEOUT, InstantSource.system()), route);
    return new OutboundHeaders(endpoint).of(attempt, new Random(1));
  }

  @Test
  void theClientsFieldsGoOnInTheirOrderAndSpelling() {
    assertThat(sent("x-ONE", "1", "Accept", "a", "X-one", "2").fields().subList(0, 3))
        .containsExactly(
            new Headers.Field("x-ONE", "1"),
            new Headers.Field("Accept", "a"),
            new Headers.Field("X-one", "2"));
  }

  @Test
  void onlyNamedFieldsGoOnWhereTheyAreNamed() {
    forward = List.of("accept");
    var sent = sent("Accept", "a", "Cookie", "c");
    assertThat(sent.has("Accept")).isTrue();
    assertThat(sent.has("Cookie")).isFalse();
  }

  @Test
  void whatBelongsToTheClientsConnectionOrTheCallItselfStaysHere() {
    var sent =
        sent(
            "Connection",
            "close, X-Hop",
            "X-Hop",
            "1",
            "Keep-Alive",
            "5",
            "TE",
            "trailers",
            "Upgrade",
            "h2c",
            "Proxy-Authorization",
            "Basic x",
            "Transfer-Encoding",
            "chunked",
            "Host",
            "elsewhere",
            "Content-Length",
            "999",
            "Expect",
            "100-continue",
            "X-Stays",
            "1");
    assertThat(sent.fields())
        .extracting(Headers.Field::name)
        .containsExactly(
            "X-Stays", "X-Correlation-ID", "Idempotency-Key", "X-OpenHQM-Attempt", "traceparent");
  }

  @Test
  void theEndpointsFieldsStandOverTheRoutesAndTheseOverTheClients() {
    fixed = Headers.of("X-A", "endpoint");
    mapped = Headers.of("X-A", "route", "X-B", "route");
    var sent = sent("X-A", "client", "x-b", "client", "X-C", "client");
    assertThat(sent.all("X-A")).containsExactly("endpoint");
    assertThat(sent.all("X-B")).containsExactly("route");
    assertThat(sent.all("X-C")).containsExactly("client");
  }

  @Test
  void theEndpointsCredentialReplacesTheClientsAndYieldsToAFixedField() {
    auth = new Auth.Bearer(Secret.of("s3cret"));
    assertThat(sent("authorization", "Bearer client").all("Authorization"))
        .containsExactly("Bearer s3cret");
    fixed = Headers.of("Authorization", "Own scheme");
    assertThat(sent("authorization", "Bearer client").all("Authorization"))
        .containsExactly("Own scheme");
  }

  @Test
  void aStrippedFieldIsStrippedWhereverItCameFrom() {
    strip = List.of("X-Gone", "x-openhqm-attempt", "Authorization");
    fixed = Headers.of("X-Gone", "endpoint");
    mapped = Headers.of("X-Gone", "route");
    auth = new Auth.Bearer(Secret.of("s3cret"));
    var sent = sent("X-Gone", "client");
    assertThat(sent.has("X-Gone")).isFalse();
    assertThat(sent.has("X-OpenHQM-Attempt")).isFalse();
    assertThat(sent.has("Authorization")).isFalse();
  }

  @Test
  void aBackendCanTellTheJobAndTheAttemptWhateverTheClientSent() {
    for (int attempt : new int[] {1, 2}) {
      var sent =
          sent(
              attempt,
              "X-Correlation-ID",
              "forged",
              "Idempotency-Key",
              "k",
              "X-OpenHQM-Attempt",
              "9");
      assertThat(sent.all("X-Correlation-ID")).containsExactly(ID.toString());
      assertThat(sent.all("Idempotency-Key")).containsExactly('"' + ID.toString() + '"');
      assertThat(sent.all("X-OpenHQM-Attempt")).containsExactly(Integer.toString(attempt));
    }
  }

  @Test
  void aTraceGoesOnWithASpanOfItsOwnAndItsState() {
    traceparent = Optional.of("00-" + TRACE + "-b7ad6b7169203331-00");
    forward = List.of();
    var sent = sent("tracestate", "a=1", "tracestate", "b=2");
    assertThat(sent.first("traceparent").orElseThrow())
        .matches("00-" + TRACE + "-(?!b7ad6b7169203331)[0-9a-f]{16}-00");
    assertThat(sent.all("tracestate")).containsExactly("a=1", "b=2");
  }

  @Test
  void aBrokenTraceIsReplacedByANewOneAndItsStateIsDropped() {
    for (String broken :
        List.of(
            "x",
            "ff-" + TRACE + "-b7ad6b7169203331-01",
            "00-" + "0".repeat(32) + "-b7ad6b7169203331-01")) {
      traceparent = Optional.of(broken);
      var sent = sent("tracestate", "a=1");
      assertThat(sent.first("traceparent").orElseThrow())
          .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
          .doesNotContain(TRACE);
      assertThat(sent.has("tracestate")).isFalse();
    }
  }
}
