package io.openhqm.aws.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.lambda.testing.RuntimeApi;
import io.openhqm.aws.status.StatusHandler;
import io.openhqm.aws.submit.SubmitHandler;
import io.openhqm.aws.worker.LocalAws;
import io.openhqm.core.Attempt;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * A team's functions on the real runtime interface client, called by Spring's own {@code
 * FunctionInvoker}, over SQS and DynamoDB as they speak.
 */
class SpringWorkerTest {
  private static final LocalAws AWS = LocalAws.get();
  private static final String INVOKER =
      "org.springframework.cloud.function.adapter.aws.FunctionInvoker::handleRequest";

  private final LocalAws.Stack stack = AWS.newStack(false);
  private final FunctionUnderTest submit =
      new FunctionUnderTest(SubmitHandler::new, stack.environment());
  private final FunctionUnderTest status =
      new FunctionUnderTest(StatusHandler::new, stack.environment());

  /** The application of a team. */
  public static final class Team
      implements ApplicationContextInitializer<GenericApplicationContext> {
    @Override
    public void initialize(GenericApplicationContext context) {
      context.registerBean("total", Total.class);
      context.registerBean("together", Together.class);
      OpenHqmWorker.register(context);
    }
  }

  /** The application of a team that has a processor. */
  public static final class ProcessorTeam
      implements ApplicationContextInitializer<GenericApplicationContext> {
    @Override
    public void initialize(GenericApplicationContext context) {
      context.registerBean(Own.class);
      OpenHqmWorker.register(context);
    }
  }

  /** Answers with the tokens that it was started with. */
  static final class Own implements Processor {
    private final List<String> tokens = new ArrayList<>();

    @Override
    public void start(Map<String, Object> config) {
      tokens.add(String.valueOf(config.get("token")));
    }

    @Override
    public Result process(Attempt attempt) {
      return Result.text("started with " + tokens);
    }
  }

  record Order(int id, List<String> items) {}

  record Receipt(int order, int count) {}

  static final class Total implements Function<Order, Receipt> {
    @Override
    public Receipt apply(Order order) {
      if (order.items().contains("rum")) {
        throw new IllegalArgumentException(new PermanentException("we do not sell rum"));
      }
      return new Receipt(order.id(), order.items().size());
    }
  }

  /** Answers when ten are being called. */
  static final class Together implements Function<Order, Receipt> {
    private final CyclicBarrier ten = new CyclicBarrier(10);

    @Override
    public Receipt apply(Order order) {
      try {
        ten.await(20, TimeUnit.SECONDS);
      } catch (Exception alone) {
        throw new IllegalStateException("it was called alone", alone);
      }
      return new Receipt(order.id(), 10);
    }
  }

  private RuntimeApi start(String... more) throws IOException {
    return start(Team.class, more);
  }

  private RuntimeApi start(Class<?> application, String... more) throws IOException {
    var environment = new HashMap<>(stack.environment(more));
    environment.putAll(AWS.endpoints());
    environment.put("MAIN_CLASS", application.getName());
    environment.put("JAVA_TOOL_OPTIONS", "-Dorg.springframework.boot.logging.LoggingSystem=none");
    return RuntimeApi.start(INVOKER, environment);
  }

  private String submit(String payload) {
    var answer =
        submit.http(
            "POST",
            "/api/v1/submit",
            "{\"payload\": " + payload + "}",
            "Content-Type",
            "application/json");
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().get("correlation_id").asString();
  }

  private JsonNode response(String id) {
    return status.http("GET", "/api/v1/response/" + id, "").json();
  }

  private int attempts(String id) {
    return status.http("GET", "/api/v1/status/" + id, "").json().get("attempts").asInt();
  }

  private String work(RuntimeApi runtime) throws Exception {
    var answer = runtime.invoke(LocalAws.event(stack.requests(), AWS.take(stack.requests())));
    assertThat(answer.path()).as(runtime.log()).endsWith("/response");
    return answer.body();
  }

  @Test
  void aFunctionWorksOnWhatClientsSubmit() throws Exception {
    try (var runtime = start("OPENHQM_PROCESSOR__NAME", "total")) {
      String good = submit("{\"id\": 17, \"items\": [\"tea\", \"cake\"]}");
      String refused = submit("{\"id\": 18, \"items\": [\"rum\"]}");
      String unfit = submit("\"no order\"");
      String broken = submit("{\"order\": 19}");
      assertThat(work(runtime)).contains("itemIdentifier").as("the bug comes again, and no other");
      assertThat(response(good).get("result").toString()).isEqualTo("{\"order\":17,\"count\":2}");
      assertThat(response(refused).get("status").asString()).isEqualTo("FAILED");
      assertThat(response(refused).get("error").asString()).contains("we do not sell rum");
      assertThat(attempts(refused)).isEqualTo(1);
      assertThat(response(unfit).get("status").asString()).isEqualTo("FAILED");
      assertThat(response(unfit).get("error").asString())
          .contains("the payload does not fit what the function 'total' takes");
      assertThat(attempts(unfit)).isEqualTo(1);
      assertThat(response(broken).get("status").asString())
          .as("items that are not there are null for this function, which does not expect it")
          .isEqualTo("PENDING");
      assertThat(runtime.log())
          .doesNotContain("Spring Boot")
          .doesNotContain("no order")
          .contains("NullPointerException");
    }
  }

  @Test
  void aBatchIsWorkedOnAtTheSameTimeFromTheFirstCallOn() throws Exception {
    try (var runtime = start("OPENHQM_PROCESSOR__NAME", "together")) {
      var ids = new ArrayList<String>();
      for (int i = 0; i < 10; i++) {
        ids.add(submit("{\"id\": " + i + ", \"items\": []}"));
      }
      assertThat(work(runtime)).as(runtime.log()).isEqualTo("{\"batchItemFailures\":[]}");
      for (int i = 0; i < 10; i++) {
        var response = response(ids.get(i));
        assertThat(response.toString()).as(runtime.log()).contains("COMPLETED");
        assertThat(response.get("result").toString())
            .isEqualTo("{\"order\":" + i + ",\"count\":10}");
      }
    }
  }

  @Test
  void anEventAsAwsRecordsItIsRead() throws Exception {
    try (var in =
            SpringWorkerTest.class.getResourceAsStream("/io/openhqm/aws/worker/events/sqs.json");
        var runtime = start(WorkerApplication.class)) {
      var answer = runtime.invoke(in.readAllBytes());
      assertThat(answer.path()).as(runtime.log()).endsWith("/response");
      assertThat(answer.body()).as(runtime.log()).isEqualTo("{\"batchItemFailures\":[]}");
      assertThat(runtime.log()).contains("059f36b4-87a3-44ab-83d2-661975970002");
    }
  }

  @Test
  void anEventThatCannotBeReadFailsTheInvocationSoThatAllComesAgain() throws Exception {
    try (var runtime = start("OPENHQM_PROCESSOR__NAME", "total")) {
      assertThat(runtime.invoke("{\"Records\":[7]}".getBytes()).path()).endsWith("/error");
    }
  }

  @Test
  void aNameThatNoFunctionHasStopsTheStartInWords() throws Exception {
    try (var runtime = start("OPENHQM_PROCESSOR__NAME", "totals")) {
      assertThat(runtime.invoke("{}".getBytes()).path()).isEqualTo("init/error");
      assertThat(runtime.log())
          .contains("The function cannot start: processor.name:")
          .contains("did you mean 'total'?");
    }
  }

  @Test
  void underSnapStartTheFunctionIsOpenedAgainAfterTheRestore() throws Exception {
    try (var runtime =
        start("OPENHQM_PROCESSOR__NAME", "total", "AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")) {
      String id = submit("{\"id\": 1, \"items\": []}");
      runtime.awaitSnapshot();
      runtime.restore();
      assertThat(work(runtime)).as(runtime.log()).isEqualTo("{\"batchItemFailures\":[]}");
      assertThat(response(id).get("status").asString()).isEqualTo("COMPLETED");
    }
  }

  @Test
  void underSnapStartAProcessorIsStartedOnceAfterTheRestoreWithItsSecrets() throws Exception {
    var secrets = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    secrets.createContext(
        "/",
        call -> {
          byte[] secret =
              "{\"SecretString\":\"{\\\"ORDERS_TOKEN\\\":\\\"s3cret\\\"}\"}".getBytes(UTF_8);
          call.getRequestBody().readAllBytes();
          call.sendResponseHeaders(200, secret.length);
          call.getResponseBody().write(secret);
          call.close();
        });
    secrets.start();
    try (var runtime =
        start(
            ProcessorTeam.class,
            "OPENHQM_CONFIG_YAML",
            "processor: {name: Own, config: {token: '${ORDERS_TOKEN}'}}",
            "OPENHQM_SECRETS_ARN",
            "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders",
            "OPENHQM_SECRET_NAMES",
            "ORDERS_TOKEN",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            "http://127.0.0.1:" + secrets.getAddress().getPort(),
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "snap-start")) {
      String id = submit("1");
      runtime.awaitSnapshot();
      runtime.restore();
      assertThat(work(runtime)).as(runtime.log()).isEqualTo("{\"batchItemFailures\":[]}");
      assertThat(response(id).get("result").asString()).isEqualTo("started with [s3cret]");
    } finally {
      secrets.stop(0);
    }
  }

  @Test
  void withoutTheAdaptersContextAnInvocationIsRefused() {
    assertThatThrownBy(
            () ->
                OpenHqmWorker.invocation(
                    new org.springframework.messaging.support.GenericMessage<>("x", Map.of())))
        .isInstanceOf(IllegalStateException.class);
  }
}
