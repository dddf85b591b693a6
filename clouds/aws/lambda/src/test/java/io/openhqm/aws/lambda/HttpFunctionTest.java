package io.openhqm.aws.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.LogLines;
import io.openhqm.aws.lambda.testing.TestContext;
import io.openhqm.core.Bytes;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Prefer;
import io.openhqm.core.api.Resource;
import io.openhqm.core.config.OpenHqmConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpFunctionTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final UUID ID = UUID.fromString("01a20e20-95d3-7000-9697-0f8ee997fe49");

  private final LogLines log = new LogLines();
  private final List<ApiRequest> seen = new ArrayList<>();

  /** Tells where it would link to, and fails at /broken. */
  private List<Resource> resources(Links links) {
    return List.of(
        Resource.at(
            "/broken",
            (request, none) -> {
              throw new IllegalStateException("a bug");
            }),
        Resource.at(
            "/{rest*}",
            (request, rest) -> {
              seen.add(request);
              return ApiResponse.json(200, Bytes.utf8("\"" + links.status(ID) + "\""));
            }));
  }

  private HttpFunction function(String publicUrl) {
    var telemetry =
        new LambdaTelemetry(
            "test",
            log.out(),
            new OpenHqmConfig.Monitoring(true, "INFO", OpenHqmConfig.LogFormat.JSON),
            InstantSource.system());
    return new HttpFunction(
        this::resources, Optional.of(publicUrl).filter(url -> !url.isEmpty()), telemetry);
  }

  private JsonNode handle(HttpFunction function, byte[] event, Duration remaining)
      throws IOException {
    var out = new ByteArrayOutputStream();
    function.handle(new ByteArrayInputStream(event), out, TestContext.lasting(remaining));
    return MAPPER.readTree(out.toByteArray());
  }

  private String link(String publicUrl, String event) throws IOException {
    var answer = handle(function(publicUrl), Events.read(event), Duration.ofSeconds(29));
    return MAPPER.readTree(answer.get("body").asString()).asString();
  }

  @ParameterizedTest
  @CsvSource({
    "http-api, ''",
    "http-api-stage, /prod",
    "http-api-custom-domain, ''",
    "rest-api, /prod",
    "rest-api-base-path, /hqm",
    "rest-api-proxy, /prod",
    "load-balancer, ''",
    "function-url, ''"
  })
  void linksHoldBehindAnyGateway(String event, String base) throws IOException {
    assertThat(link("", event)).isEqualTo(base + "/api/v1/status/" + ID);
  }

  @Test
  void aPublicUrlIsWhatLinksBeginWith() throws IOException {
    assertThat(link("https://queue.example.com/hqm/", "http-api-stage"))
        .isEqualTo("https://queue.example.com/hqm/api/v1/status/" + ID);
  }

  @ParameterizedTest
  @CsvSource({
    // asked, remaining, of a gateway or of the function's own URL, granted
    "5, 29, localhost, 5",
    "60, 29, localhost, 25",
    "60, 11, localhost, 9",
    "60, 1, localhost, 0",
    "60, 120, u.lambda-url.eu-central-1.on.aws, 60",
    "600, 120, u.lambda-url.eu-central-1.on.aws, 118"
  })
  void nobodyWaitsLongerThanTheGatewayAndTheInvocationLast(
      int asked, int remaining, String domain, int granted) throws IOException {
    String event =
        new String(Events.http("GET", "/a", "", "Prefer", "wait=" + asked), UTF_8)
            .replace("\"domainName\":\"localhost\"", "\"domainName\":\"" + domain + "\"");
    handle(function(""), event.getBytes(UTF_8), Duration.ofSeconds(remaining));
    assertThat(Prefer.of(seen.getFirst().headers()).waitFor())
        .hasValue(Duration.ofSeconds(granted));
  }

  @Test
  void aHeadRequestGetsNoBody() throws IOException {
    var answer = handle(function(""), Events.http("HEAD", "/a", ""), Duration.ofSeconds(29));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(200);
    assertThat(answer.get("body").asString()).isEmpty();
  }

  @Test
  void aBugIsAProblemAndALogLineAndNoException() throws IOException {
    var answer = handle(function(""), Events.http("GET", "/broken", ""), Duration.ofSeconds(29));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(500);
    assertThat(answer.get("body").asString()).doesNotContain("a bug");
    assertThat(log.words()).hasSize(1);
    assertThat(log.words().getFirst().get("exception").asString()).contains("a bug");
    assertThat(log.words().getFirst().get("request_id").asString()).isEqualTo("request-1");
  }

  @Test
  void anEventThatIsNoRequestGetsAProblem() throws IOException {
    var answer = handle(function(""), "{\"a\":1}".getBytes(UTF_8), Duration.ofSeconds(29));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(400);
  }

  @Test
  void aPingIsAnsweredAndNotCounted() throws IOException {
    var answer = handle(function(""), "{\"warmup\":true}".getBytes(UTF_8), Duration.ofSeconds(29));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(204);
    assertThat(seen).isEmpty();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void aRequestIsCountedInOneLine() throws IOException {
    handle(function(""), Events.read("http-api"), Duration.ofSeconds(29));
    assertThat(log.lines()).hasSize(1);
    var figures = log.figures().getFirst();
    assertThat(figures.get("openhqm_requests_total").asInt()).isEqualTo(1);
    assertThat(figures.get("status").asString()).isEqualTo("2xx");
    assertThat(figures.get("request_id").asString()).isEqualTo("request-1");
  }

  @Test
  void aRehearsalLeavesNoTrace() {
    function("").rehearse(Events.read("http-api"));
    assertThat(seen).hasSize(1);
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void aStrictPreferenceThatIsNotKnownIsForTheResourceToRefuse() throws IOException {
    var event = Events.http("GET", "/a", "", "Prefer", "handling=strict, odd");
    assertThat(handle(function(""), event, Duration.ofSeconds(29)).get("statusCode").asInt())
        .isEqualTo(200);
  }
}
