package io.openhqm.aws.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.lambda.testing.SharedEngineProvider;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.EngineException;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusHandlerTest {
  private static final UUID ID = UUID.fromString("01a20e20-95d3-7000-9697-0f8ee997fe49");

  private FunctionUnderTest status;

  @BeforeEach
  void open() {
    SharedEngineProvider.reset();
    status =
        new FunctionUnderTest(StatusHandler::new, Map.of("OPENHQM_CACHE__TYPE", "shared-store"));
  }

  private static JobStore store() {
    return SharedEngineProvider.memory().store().orElseThrow();
  }

  private static void accept() {
    var now = Instant.now();
    store().create(Job.pending(ID, now, now, Optional.empty()), Optional.empty());
  }

  private static void complete(Ending ending) {
    accept();
    var granted = (Claim.Granted) store().claim(ID, Duration.ofSeconds(30));
    store().complete(granted.lease(), ending, Duration.ofHours(1));
  }

  private static Ending completed(String type, byte[] body) {
    return new Ending.Completed(
        new Result(200, Headers.of("Content-Type", type), Body.of(Bytes.wrap(body))));
  }

  @Test
  void aJobThatWaitsIsPending() {
    accept();
    var answer = status.http("GET", "/api/v1/status/" + ID, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("status").asString()).isEqualTo("PENDING");
  }

  @Test
  void aJobThatSqsHasForgottenHasFailed() {
    var longAgo = Instant.now().minus(Duration.ofDays(15));
    store().create(Job.pending(ID, longAgo, longAgo, Optional.empty()), Optional.empty());
    assertThat(status.http("GET", "/api/v1/status/" + ID, "").json().get("status").asString())
        .isEqualTo("PENDING");

    var beforeSqs =
        new FunctionUnderTest(
            StatusHandler::new,
            Map.of("OPENHQM_CACHE__TYPE", "shared-store", "OPENHQM_QUEUE__TYPE", "sqs"));
    assertThat(beforeSqs.http("GET", "/api/v1/status/" + ID, "").json().get("status").asString())
        .isEqualTo("FAILED");
  }

  @Test
  void aResponseIsReadWhenItIsThere() {
    accept();
    assertThat(status.http("GET", "/api/v1/response/" + ID, "").status()).isEqualTo(202);
    SharedEngineProvider.reset();
    open();
    complete(completed("application/json", "{\"done\": true}".getBytes()));
    var answer = status.http("GET", "/api/v1/response/" + ID, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("result").get("done").asBoolean()).isTrue();
  }

  @Test
  void aBinaryBodyComesOutByteForByte() {
    byte[] body = {0, -1, 13, 10, -128};
    complete(completed("application/octet-stream", body));
    var answer = status.http("GET", "/api/v1/response/" + ID + "/body", "");
    assertThat(answer.event().get("isBase64Encoded").asBoolean()).isTrue();
    assertThat(Base64.getDecoder().decode(answer.body())).isEqualTo(body);
  }

  @Test
  void anAnswerThatTheGatewayCannotCarryIsRefusedClearly() {
    complete(completed("application/octet-stream", new byte[20_000_000]));
    for (String path : new String[] {"", "/body"}) {
      var answer = status.http("GET", "/api/v1/response/" + ID + path, "");
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.json().get("correlation_id").asString()).isEqualTo(ID.toString());
    }
  }

  @Test
  void linksHoldBehindAStage() {
    accept();
    var event =
        new String(Events.read("rest-api-base-path"), java.nio.charset.StandardCharsets.UTF_8);
    var answer = status.call(event.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(answer.get("body").asString()).contains("\"/hqm/api/v1/response/" + ID + "\"");
  }

  @Test
  void aJobThatWaitsIsCancelled() {
    accept();
    assertThat(status.http("DELETE", "/api/v1/requests/" + ID, "").status()).isEqualTo(202);
    assertThat(status.http("DELETE", "/api/v1/requests/" + ID, "").status()).isEqualTo(200);
  }

  @Test
  void anEngineThatCannotAnnounceStopsTheStartWhereThatIsWanted() {
    var environment =
        Map.of(
            "OPENHQM_CACHE__TYPE", "shared-store",
            "OPENHQM_QUEUE__TYPE", "shared-queue",
            "OPENHQM_RESPONSE_QUEUE__ENABLED", "true");
    assertThatThrownBy(() -> new FunctionUnderTest(StatusHandler::new, environment))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("response_queue.enabled")
        .hasMessageContaining("'shared-queue'");
  }

  @Test
  void anUnknownJobIs404AndAStoreThatGivesNoAnswer503() {
    assertThat(status.http("GET", "/api/v1/status/" + ID, "").status()).isEqualTo(404);
    SharedEngineProvider.storeIsDown(true);
    var answer = status.http("GET", "/api/v1/status/" + ID, "");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("2");
    assertThat(status.http("GET", "/health", "").status()).isEqualTo(503);
  }

  @Test
  void aHeadRequestGetsNoBody() {
    accept();
    var answer = status.http("HEAD", "/api/v1/status/" + ID, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void whoWaitsIsAnsweredBeforeTheInvocationEnds() {
    accept();
    var event = Events.http("GET", "/api/v1/response/" + ID, "", "Prefer", "wait=20");
    var answer = status.call(event, Duration.ofMillis(2_500));
    assertThat(answer.get("statusCode").asInt()).isEqualTo(202);
    assertThat(answer.get("headers").get("Preference-Applied").asString()).isEqualTo("wait=1");
  }

  @Test
  void theRehearsalAsksNoStore() {
    SharedEngineProvider.storeIsDown(true);
    assertThat(status.call(Rehearsal.EVENT).get("statusCode").asInt()).isEqualTo(404);
  }

  @Test
  void theCallOfTheRehearsalEndsWell() {
    Rehearsal.callNobody();
  }
}
