package io.openhqm.aws.submit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.lambda.ConfigurationException;
import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.lambda.testing.SharedEngineProvider;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmitHandlerTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OPENHQM_QUEUE__TYPE", "shared-queue",
          "OPENHQM_CACHE__TYPE", "shared-store",
          "OPENHQM_CONFIG_YAML",
              "proxy: {enabled: true, endpoints: {orders: {url: 'https://orders.example.com/'}}}");
  private static final String BODY =
      "{\"payload\": {\"n\" : 1}, \"metadata\": {\"endpoint\": \"orders\"}}";

  private FunctionUnderTest submit;

  @BeforeEach
  void open() {
    SharedEngineProvider.reset();
    submit = new FunctionUnderTest(SubmitHandler::new, ENVIRONMENT);
  }

  private FunctionUnderTest.Answer submit(String body, String... headers) {
    return submit.http("POST", "/api/v1/submit", body, with(headers));
  }

  private static String[] with(String... headers) {
    var all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return all;
  }

  private static Optional<Job> job(String id) {
    return SharedEngineProvider.memory().store().orElseThrow().find(UUID.fromString(id));
  }

  private static List<Delivery> waiting() throws InterruptedException {
    return SharedEngineProvider.memory()
        .queue()
        .orElseThrow()
        .receive(10, Duration.ofSeconds(30), Duration.ZERO);
  }

  @Test
  void a202IsAJobAndItsMessage() throws InterruptedException {
    var answer = submit(BODY);
    assertThat(answer.status()).isEqualTo(202);
    String id = answer.json().get("correlation_id").asString();
    assertThat(answer.header("Location")).isEqualTo("/api/v1/status/" + id);
    assertThat(job(id).orElseThrow().status()).isEqualTo(JobStatus.PENDING);
    assertThat(waiting())
        .singleElement()
        .satisfies(
            delivery -> {
              assertThat(delivery.message().id()).hasToString(id);
              assertThat(delivery.message().payload())
                  .isEqualTo(Body.of(Bytes.utf8("{\"n\" : 1}")));
            });
  }

  @Test
  void theIngressTakesAnyBodyByteForByte() throws InterruptedException {
    assertThat(submit.call(Events.read("http-api-binary")).get("statusCode").asInt())
        .isEqualTo(202);
    var message = waiting().getFirst().message();
    assertThat(message.payload()).isEqualTo(Body.of(Bytes.wrap(new byte[] {0, -1, 10, 13, -128})));
    assertThat(message.metadata().target()).hasValue("/a%20b/%C3%BC%3F%25/c?q=a%20b&flag");
  }

  @Test
  void whatTheQueueCannotTakeIsNoJob() throws InterruptedException {
    SharedEngineProvider.queueIsDown(true);
    var answer = submit(BODY);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("2");
    SharedEngineProvider.queueIsDown(false);
    assertThat(waiting()).isEmpty();
    assertThat(submit.log().words().getFirst().get("level").asString()).isEqualTo("ERROR");
  }

  @Test
  void whatTheStoreCannotTakeIsNoMessage() throws InterruptedException {
    SharedEngineProvider.storeIsDown(true);
    var answer = submit(BODY);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("2");
    assertThat(waiting()).isEmpty();
  }

  @Test
  void theSameKeyIsTheSameJob() throws InterruptedException {
    String first = submit(BODY, "Idempotency-Key", "k1").json().get("correlation_id").asString();
    var second = submit(BODY, "Idempotency-Key", "k1");
    assertThat(second.json().get("correlation_id").asString()).isEqualTo(first);
    assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | not json | 400",
        "text/plain | {} | 415",
        "application/json | {\"payload\": 1, \"metadata\": {\"endpoint\": \"nobody\"}} | 422",
        "application/json | {\"payload\": 1, \"odd\": 2} | 422"
      })
  void whatCanNeverWorkIsRefusedAtTheDoor(String type, String body, int status)
      throws InterruptedException {
    var answer = submit.http("POST", "/api/v1/submit", body, "Content-Type", type);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(waiting()).isEmpty();
  }

  @Test
  void aPayloadThatIsTooLargeIsRefused() {
    var environment = new HashMap<>(ENVIRONMENT);
    environment.put("OPENHQM_SERVER__MAX_BODY_SIZE", "100");
    submit = new FunctionUnderTest(SubmitHandler::new, environment);
    var answer =
        submit(
            "{\"payload\": \"" + "x".repeat(200) + "\", \"metadata\": {\"endpoint\": \"orders\"}}");
    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void whoWaitsGetsA202WhenTheInvocationIsNearItsEnd() {
    var event = Events.http("POST", "/api/v1/submit", BODY, with("Prefer", "wait=20"));
    var answer = submit.call(event, Duration.ofMillis(1_200));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(202);
  }

  @Test
  void itsHealthIsThatOfQueueAndStore() {
    assertThat(submit.http("GET", "/health", "").status()).isEqualTo(200);
    SharedEngineProvider.queueIsDown(true);
    var answer = submit.http("GET", "/health", "");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().get("components").get("queue").get("status").asString())
        .isEqualTo("unhealthy");
    assertThat(submit.http("GET", "/health/live", "").status()).isEqualTo(200);
  }

  @Test
  void theApiIsDescribed() {
    var answer = submit.http("GET", "/openapi.json", "");
    assertThat(answer.json().get("openapi").asString()).startsWith("3.1");
  }

  @Test
  void whatIsNotServedHereIs404() {
    assertThat(submit.http("GET", "/api/v1/status/x", "").status()).isEqualTo(404);
  }

  @Test
  void aConfigurationThatIsWrongStopsTheStart() {
    var environment = new HashMap<>(ENVIRONMENT);
    environment.put("OPENHQM_QUEUE__TYPE", "sqss");
    assertThatThrownBy(() -> new FunctionUnderTest(SubmitHandler::new, environment))
        .hasMessageContaining("queue.type: there is no engine 'sqss'");
    environment.put("OPENHQM_CONFIG_YAML", "proxi: {}");
    assertThatThrownBy(() -> new FunctionUnderTest(SubmitHandler::new, environment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("proxy");
  }

  @Test
  void theRehearsalIsRefusedAndLeavesNoTrace() throws InterruptedException {
    assertThat(submit.log().lines()).isEmpty();
    assertThat(waiting()).isEmpty();
    var answer = submit.call(Rehearsal.EVENT);
    assertThat(answer.get("statusCode").asInt()).isEqualTo(400);
    assertThat(answer.get("body").asString()).contains("Idempotency-Key");
    assertThat(new String(Rehearsal.EVENT, UTF_8)).contains("/api/v1/submit");
  }

  @Test
  void theRehearsalIsRefusedWhereEveryEndpointIsTakenToo() throws InterruptedException {
    var environment = new HashMap<>(ENVIRONMENT);
    environment.put("OPENHQM_CONFIG_YAML", "{}");
    var function = new FunctionUnderTest(SubmitHandler::new, environment);
    assertThat(function.log().lines()).isEmpty();
    assertThat(waiting()).isEmpty();
  }

  @Test
  void theCallsOfTheRehearsalEndWell() {
    Rehearsal.callNobody();
  }
}
