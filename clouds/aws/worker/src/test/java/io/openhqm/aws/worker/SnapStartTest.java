package io.openhqm.aws.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.RuntimeApi;
import io.openhqm.aws.worker.MeteredAws.Bill;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under SnapStart, on the real runtime interface client. */
class SnapStartTest {
  private static final LocalAws AWS = LocalAws.get();

  @TempDir private Path folder;

  private Map<String, String> environment(MeteredAws metered) {
    var environment = new HashMap<>(AWS.newStack(false).environment());
    environment.putAll(metered.endpoints());
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    environment.put("OPENHQM_PROXY__ENABLED", "true");
    environment.put("OPENHQM_PROXY__DEFAULT_ENDPOINT", "https://orders.example.com/");
    // As the managed runtime has it: by this, org.crac finds Lambda's own.
    environment.put(
        "JAVA_TOOL_OPTIONS",
        "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac -Xlog:class+load:file="
            + folder.resolve("classes"));
    return environment;
  }

  private void isPrimedWithoutACall(String handler, byte[] event, String... classes)
      throws Exception {
    try (var metered = AWS.metered();
        var runtime = RuntimeApi.start(handler, environment(metered))) {
      runtime.awaitSnapshot();
      assertThat(metered.bill()).as("calls before the snapshot").isEqualTo(Bill.NOTHING);
      String loaded = Files.readString(folder.resolve("classes"));
      for (String name : classes) {
        assertThat(loaded).contains(name + " source:");
      }
      assertThat(runtime.log()).as("what the rehearsal tells").doesNotContain("_aws");

      runtime.restore();
      var answer = runtime.invoke(event);
      assertThat(answer.path()).as(runtime.log()).isEqualTo("invocation/request-1/response");
      assertThat(metered.bill()).as("calls after the restore").isNotEqualTo(Bill.NOTHING);
    }
  }

  @Test
  void submitIsPrimedAndOpensNothing() throws Exception {
    isPrimedWithoutACall(
        "io.openhqm.aws.submit.SubmitHandler::handleRequest",
        Events.http(
            "POST", "/api/v1/submit", "{\"payload\": 1}", "Content-Type", "application/json"),
        "io.openhqm.submit.Submit",
        "software.amazon.awssdk.services.dynamodb.transform.PutItemRequestMarshaller",
        "software.amazon.awssdk.services.sqs.transform.SendMessageRequestMarshaller");
  }

  @Test
  void statusIsPrimedAndOpensNothing() throws Exception {
    isPrimedWithoutACall(
        "io.openhqm.aws.status.StatusHandler::handleRequest",
        Events.http("GET", "/api/v1/status/01920000-0000-7000-8000-000000000000", ""),
        "io.openhqm.status.Status",
        "software.amazon.awssdk.services.dynamodb.transform.GetItemRequestMarshaller");
  }

  @Test
  void theWorkerIsPrimedAndOpensNothing() throws Exception {
    isPrimedWithoutACall(
        "io.openhqm.aws.worker.WorkerHandler::handleRequest",
        SnapStartTest.class.getResourceAsStream("events/sqs.json").readAllBytes(),
        "io.openhqm.worker.Worker",
        "software.amazon.awssdk.services.dynamodb.transform.UpdateItemRequestMarshaller");
  }

  @Test
  void theSweepOpensNothing() throws Exception {
    isPrimedWithoutACall(
        "io.openhqm.aws.worker.SweepHandler::handleRequest",
        "{}".getBytes(UTF_8),
        "io.openhqm.aws.worker.SweepHandler");
  }

  @Test
  void whoClosesGivenUpJobsOpensNothing() throws Exception {
    isPrimedWithoutACall(
        "io.openhqm.aws.worker.DeadLetterHandler::handleRequest",
        SnapStartTest.class.getResourceAsStream("events/sqs.json").readAllBytes(),
        "io.openhqm.aws.worker.DeadLetterHandler");
  }
}
