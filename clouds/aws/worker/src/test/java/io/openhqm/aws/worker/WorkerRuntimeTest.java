package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.RuntimeApi;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the real runtime interface client. */
class WorkerRuntimeTest {
  private static final LocalAws AWS = LocalAws.get();

  private static Map<String, String> environment(LocalAws.Stack stack) {
    var environment = new HashMap<>(stack.environment());
    environment.putAll(AWS.endpoints());
    return environment;
  }

  @ParameterizedTest
  @CsvSource({
    "io.openhqm.aws.worker.WorkerHandler::handleRequest, batchItemFailures",
    "io.openhqm.aws.worker.DeadLetterHandler::handleRequest, batchItemFailures",
    "io.openhqm.aws.worker.SweepHandler::handleRequest, seen"
  })
  void everyEntryPointAnswersThroughTheRuntime(String handler, String field) throws Exception {
    try (var runtime = RuntimeApi.start(handler, environment(AWS.newStack(false)))) {
      var answer = runtime.invoke("{}".getBytes());
      assertThat(answer.path()).as(runtime.log()).isEqualTo("invocation/request-1/response");
      assertThat(answer.body()).contains(field);
    }
  }

  @Test
  void aMessageIsWorkedOnThroughTheRuntime() throws Exception {
    var stack = AWS.newStack(false);
    AWS.sqs.sendMessage(
        of ->
            of.queueUrl(stack.requests())
                .messageBody("{\"operation\": \"uppercase\", \"data\": \"hello\"}"));
    try (var runtime =
        RuntimeApi.start(
            "io.openhqm.aws.worker.WorkerHandler::handleRequest", environment(stack))) {
      var answer = runtime.invoke(LocalAws.event(stack.requests(), AWS.take(stack.requests())));
      assertThat(answer.body()).isEqualTo("{\"batchItemFailures\":[]}");
      assertThat(runtime.log()).contains("Request processed successfully");
    }
  }
}
