package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.lambda.Surroundings;
import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.status.StatusHandler;
import io.openhqm.aws.submit.SubmitHandler;
import io.openhqm.aws.worker.LocalAws.Stack;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;
import tools.jackson.databind.json.JsonMapper;

/** All functions together over SQS and DynamoDB as they speak, with a backend over HTTP. */
class FunctionsTest {
  private static final LocalAws AWS = LocalAws.get();

  private Backend backend;
  private Stack stack;
  private FunctionUnderTest submit;
  private FunctionUnderTest worker;
  private FunctionUnderTest status;

  @BeforeEach
  void open() throws IOException {
    backend = new Backend();
    deploy(false);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private Map<String, String> environment() {
    return stack.environment(
        "OPENHQM_CONFIG_YAML",
        """
        proxy:
          enabled: true
          default_endpoint: orders
          endpoints:
            orders: {url: '%s', timeout: 20, method: POST}
        worker: {max_retries: 1, retry_delay_base: 1, retry_delay_max: 1, lease_seconds: 5}
        """
            .formatted(backend.url()));
  }

  private void deploy(boolean fifo) {
    stack = AWS.newStack(fifo);
    submit = new FunctionUnderTest(SubmitHandler::new, environment());
    worker = new FunctionUnderTest(WorkerHandler::new, environment());
    status = new FunctionUnderTest(StatusHandler::new, environment());
  }

  private String submit(String payload, String metadata) {
    var answer =
        submit.http(
            "POST",
            "/api/v1/submit",
            "{\"payload\": \"%s\", \"metadata\": {%s}}".formatted(payload, metadata),
            "Content-Type",
            "application/json");
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().get("correlation_id").asString();
  }

  private String statusOf(String id) {
    return status.http("GET", "/api/v1/status/" + id, "").json().get("status").asString();
  }

  /** Hands over what waits, as Lambda does; says which messages were reported. */
  private List<String> runWorker(Duration remaining) {
    return run(worker, stack.requests(), AWS.take(stack.requests()), remaining);
  }

  private List<String> run(
      FunctionUnderTest function, String queue, List<Message> messages, Duration remaining) {
    var failures = new ArrayList<String>();
    function
        .call(LocalAws.event(queue, messages), remaining)
        .get("batchItemFailures")
        .forEach(failure -> failures.add(failure.get("itemIdentifier").asString()));
    AWS.removeAllBut(queue, messages, failures);
    return failures;
  }

  @Test
  void aRequestGoesThroughAllThreeFunctions() {
    String id = submit("hello", "");
    assertThat(statusOf(id)).isEqualTo("PENDING");
    assertThat(runWorker(Duration.ofSeconds(30))).isEmpty();
    assertThat(backend.calls).containsExactly("\"hello\"");
    var answer = status.http("GET", "/api/v1/response/" + id, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("result").asString()).isEqualTo("hello");
    assertThat(AWS.count(stack.requests())).isZero();
    assertThat(worker.log().words()).hasSize(1);
    assertThat(worker.log().words().getFirst().get("correlation_id").asString()).isEqualTo(id);
    assertThat(worker.log().figures()).hasSize(1);
  }

  @Test
  void ofABatchOnlyThoseComeAgainThatHaveTo() {
    backend.answers("\"again\"", 503);
    String good = submit("good", "");
    String again = submit("again", "");
    var messages = AWS.take(stack.requests());
    var failures = run(worker, stack.requests(), messages, Duration.ofSeconds(30));
    assertThat(failures).hasSize(1);
    assertThat(statusOf(good)).isEqualTo("COMPLETED");
    assertThat(statusOf(again)).isEqualTo("PENDING");
    assertThat(AWS.count(stack.requests())).isEqualTo(1);
  }

  @Test
  void aBatchIsWorkedOnAtTheSameTime() {
    for (int i = 0; i < 5; i++) {
      submit("slow " + i, "\"timeout\": 3");
    }
    long start = System.nanoTime();
    assertThat(runWorker(Duration.ofSeconds(30))).hasSize(5);
    assertThat(backend.calls).hasSize(5);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
  }

  @Test
  void aMessageThatIsDeliveredTwiceCallsTheBackendOnce() {
    String id = submit("once", "");
    var messages = AWS.take(stack.requests());
    assertThat(run(worker, stack.requests(), messages, Duration.ofSeconds(30))).isEmpty();
    assertThat(run(worker, stack.requests(), messages, Duration.ofSeconds(30))).isEmpty();
    assertThat(backend.calls).hasSize(1);
    assertThat(statusOf(id)).isEqualTo("COMPLETED");
  }

  @Test
  void aJobThatCannotEndBeforeTheInvocationIsGivenBackBeforeThePlatformKillsIt() {
    String id = submit("slow", "");
    long start = System.nanoTime();
    var remaining = Duration.ofSeconds(6);
    assertThat(runWorker(remaining)).hasSize(1);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(remaining);
    assertThat(statusOf(id)).isIn("PENDING", "TIMEOUT");
    assertThat(AWS.count(stack.requests())).isEqualTo(1);
  }

  @Test
  void anInvocationWithHardlyAnyTimeGivesEverythingBackUnused() {
    String id = submit("hello", "");
    assertThat(runWorker(Duration.ofMillis(500))).hasSize(1);
    assertThat(backend.calls).isEmpty();
    assertThat(status.http("GET", "/api/v1/status/" + id, "").json().get("attempts").asInt())
        .isZero();
  }

  @Test
  void whatNeverWorksGoesToTheDeadLettersWithItsReason() {
    String id = submit("slow", "\"timeout\": 1");
    var messages = AWS.take(stack.requests());
    assertThat(run(worker, stack.requests(), messages, Duration.ofSeconds(30))).hasSize(1);
    assertThat(statusOf(id)).isEqualTo("PENDING");
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> runWorker(Duration.ofSeconds(30)).isEmpty() && statusOf(id).equals("TIMEOUT"));
    var letters = AWS.take(stack.deadLetters());
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().messageAttributes().get("openhqm-reason").stringValue())
        .contains("within 1000 ms");
    assertThat(AWS.count(stack.requests())).isZero();
  }

  @Test
  void aDamagedMessageIsBuriedAndStopsNoOther() {
    AWS.sqs.sendMessage(
        of ->
            of.queueUrl(stack.requests())
                .messageBody("x")
                .messageAttributes(
                    Map.of(
                        "openhqm",
                        software.amazon.awssdk.services.sqs.model.MessageAttributeValue.builder()
                            .dataType("String")
                            .stringValue("{damaged")
                            .build())));
    String id = submit("hello", "");
    assertThat(runWorker(Duration.ofSeconds(30))).isEmpty();
    assertThat(statusOf(id)).isEqualTo("COMPLETED");
    assertThat(AWS.count(stack.deadLetters())).isEqualTo(1);
  }

  @Test
  void aMessageOfAnotherProgramIsForwarded() {
    AWS.sqs.sendMessage(of -> of.queueUrl(stack.requests()).messageBody("from elsewhere"));
    assertThat(runWorker(Duration.ofSeconds(30))).isEmpty();
    assertThat(backend.calls).containsExactly("from elsewhere");
  }

  @Test
  void inAFifoQueueASessionGoesOnAfterNoneThatComesAgain() {
    deploy(true);
    backend.answers("\"a1\"", 503);
    submit("a1", "\"session_id\": \"a\"");
    submit("a2", "\"session_id\": \"a\"");
    submit("b1", "\"session_id\": \"b\"");
    var messages = new ArrayList<>(AWS.take(stack.requests()));
    while (messages.size() < 3) {
      messages.addAll(AWS.take(stack.requests()));
    }
    var failures = run(worker, stack.requests(), messages, Duration.ofSeconds(30));
    assertThat(backend.calls).containsExactlyInAnyOrder("\"a1\"", "\"b1\"");
    assertThat(failures).hasSize(2);
    String b =
        messages.stream()
            .filter(message -> message.body().equals("\"b1\""))
            .findFirst()
            .orElseThrow()
            .messageId();
    assertThat(failures).doesNotContain(b);
  }

  @Test
  void anEventThatCannotBeReadFailsTheInvocationSoThatAllComesAgain() {
    assertThatThrownBy(() -> worker.call("{\"Records\":[7]}".getBytes()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatTheQueueGaveUpOnIsClosedAndBuried() {
    String id = submit("hello", "");
    var message = AWS.take(stack.requests()).getFirst();
    AWS.sqs.sendMessage(
        of ->
            of.queueUrl(stack.givenUp())
                .messageBody(message.body())
                .messageAttributes(message.messageAttributes()));
    var deadLetters = new FunctionUnderTest(DeadLetterHandler::new, environment());
    assertThat(run(deadLetters, stack.givenUp(), AWS.take(stack.givenUp()), Duration.ofSeconds(30)))
        .isEmpty();
    var answer = status.http("GET", "/api/v1/response/" + id, "");
    assertThat(answer.json().get("status").asString()).isEqualTo("FAILED");
    assertThat(answer.json().get("error").asString()).contains("the queue gave up after");
    assertThat(AWS.count(stack.givenUp())).isZero();
    assertThat(
            AWS.take(stack.deadLetters())
                .getFirst()
                .messageAttributes()
                .get("openhqm-reason")
                .stringValue())
        .contains("the queue gave up after");
  }

  @Test
  void whatTheQueueGaveUpOnThoughItWasDoneIsOnlyRemoved() {
    String id = submit("hello", "");
    var messages = AWS.take(stack.requests());
    run(worker, stack.requests(), messages, Duration.ofSeconds(30));
    AWS.sqs.sendMessage(
        of ->
            of.queueUrl(stack.givenUp())
                .messageBody(messages.getFirst().body())
                .messageAttributes(messages.getFirst().messageAttributes()));
    var deadLetters = new FunctionUnderTest(DeadLetterHandler::new, environment());
    assertThat(run(deadLetters, stack.givenUp(), AWS.take(stack.givenUp()), Duration.ofSeconds(30)))
        .isEmpty();
    assertThat(statusOf(id)).isEqualTo("COMPLETED");
    assertThat(AWS.count(stack.deadLetters())).isZero();
  }

  @Test
  void theDeadLetterFunctionSaysWhichQueueItLacks() {
    var environment = environment();
    environment.remove("OPENHQM_GIVEN_UP_QUEUE_URL");
    assertThatThrownBy(() -> new FunctionUnderTest(DeadLetterHandler::new, environment))
        .hasMessageContaining("OPENHQM_GIVEN_UP_QUEUE_URL");
  }

  /** A sweep whose clock is so many seconds on. */
  private FunctionUnderTest sweepIn(long seconds) {
    return new FunctionUnderTest(
        at ->
            new SweepHandler(
                new Surroundings(
                    at.environment(), at.out(), () -> Instant.now().plusSeconds(seconds))),
        environment());
  }

  @Test
  void theSweepSendsWhatIsDue() {
    // SQS holds a message for 15 minutes at most; the store holds this one, until the clock is on.
    String id = submit("later", "\"delay\": 1000");
    assertThat(AWS.take(stack.requests())).isEmpty();
    var sweep = sweepIn(1_001);
    assertThat(sweep.call("{}".getBytes()).get("seen").asInt()).isEqualTo(1);
    assertThat(AWS.take(stack.requests())).hasSize(1);
    assertThat(statusOf(id)).isEqualTo("PENDING");
    assertThat(sweep.log().words()).isEmpty();
  }

  @Test
  void aSweepWithTooLittleTimeLeavesWhatIsDueForTheNextAndSaysSo() {
    submit("later", "\"delay\": 1000");
    var sweep = sweepIn(1_001);
    assertThat(sweep.call("{}".getBytes(), Duration.ofSeconds(10)).get("seen").asInt()).isZero();
    assertThat(AWS.take(stack.requests())).isEmpty();
    assertThat(sweep.log().words().getFirst().get("message").asString())
        .contains("no time for more");
    assertThat(sweep.call("{}".getBytes(), Duration.ofSeconds(20)).get("seen").asInt())
        .isEqualTo(1);
    assertThat(AWS.take(stack.requests())).hasSize(1);
  }

  @Test
  void aFifoQueueTakesNoJobOfASessionThatItWouldForgetBeforeItIsWorkedOn() {
    String job = "{\"payload\": 1, \"metadata\": {\"session_id\": \"a\", \"delay\": 950401}}";
    String[] type = {"Content-Type", "application/json"};
    assertThat(submit.http("POST", "/api/v1/submit", job, type).status()).isEqualTo(202);
    deploy(true);
    var refused = submit.http("POST", "/api/v1/submit", job, type);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().get("detail").asString()).contains("at most 950400 seconds");
    assertThat(AWS.count(stack.requests())).isZero();
  }

  @Test
  void aSubmissionThatSqsDoesNotTakeIsNo202() {
    AWS.sqs.deleteQueue(of -> of.queueUrl(stack.requests()));
    var answer =
        submit.http(
            "POST", "/api/v1/submit", "{\"payload\": 1}", "Content-Type", "application/json");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isNotBlank();
  }

  @Test
  void aSubmissionThatDynamoDbDoesNotTakeIsNo202() {
    AWS.dynamoDb.deleteTable(of -> of.tableName(stack.table()));
    var answer =
        submit.http(
            "POST", "/api/v1/submit", "{\"payload\": 1}", "Content-Type", "application/json");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(AWS.count(stack.requests())).isZero();
  }

  @Test
  void everyEndIsAnnouncedWhoeverBroughtItAbout() {
    String responses = AWS.newQueue("responses-" + UUID.randomUUID(), false);
    var environment = environment();
    environment.put("OPENHQM_RESPONSE_QUEUE__ENABLED", "true");
    environment.put("OPENHQM_QUEUE__SQS_RESPONSE_QUEUE_URL", responses);
    worker = new FunctionUnderTest(WorkerHandler::new, environment);
    status = new FunctionUnderTest(StatusHandler::new, environment);
    var deadLetters = new FunctionUnderTest(DeadLetterHandler::new, environment);

    String done = submit("done", "");
    runWorker(Duration.ofSeconds(30));
    // Longer than SQS holds it: no worker will find its message.
    String cancelled = submit("cancelled", "\"delay\": 1000");
    assertThat(status.http("DELETE", "/api/v1/requests/" + cancelled, "").status()).isEqualTo(202);
    String givenUp = submit("given up", "");
    var message = AWS.take(stack.requests()).getFirst();
    AWS.sqs.sendMessage(
        of ->
            of.queueUrl(stack.givenUp())
                .messageBody(message.body())
                .messageAttributes(message.messageAttributes()));
    run(deadLetters, stack.givenUp(), AWS.take(stack.givenUp()), Duration.ofSeconds(30));

    var announced = new HashMap<String, String>();
    for (var some = AWS.take(responses); !some.isEmpty(); some = AWS.take(responses)) {
      some.forEach(
          each -> {
            var told = new JsonMapper().readTree(each.body());
            announced.put(told.get("correlation_id").asString(), told.get("status").asString());
          });
    }
    assertThat(announced)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(done, "COMPLETED", cancelled, "CANCELLED", givenUp, "FAILED"));
  }

  @Test
  void inAFifoQueueMessagesOfAnotherProgramStayInOrderWithinTheirGroup() {
    deploy(true);
    backend.answers("a1", 503);
    for (String body : List.of("a1", "a2", "b1")) {
      AWS.sqs.sendMessage(
          of ->
              of.queueUrl(stack.requests())
                  .messageBody(body)
                  .messageGroupId(body.substring(0, 1))
                  .messageDeduplicationId(body));
    }
    var messages = new ArrayList<>(AWS.take(stack.requests()));
    while (messages.size() < 3) {
      messages.addAll(AWS.take(stack.requests()));
    }

    var failures = run(worker, stack.requests(), messages, Duration.ofSeconds(30));

    assertThat(failures).hasSize(2);
    assertThat(backend.calls).containsExactlyInAnyOrder("a1", "b1");
  }
}
