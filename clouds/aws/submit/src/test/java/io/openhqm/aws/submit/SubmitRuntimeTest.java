package io.openhqm.aws.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.RuntimeApi;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On the real runtime interface client. */
class SubmitRuntimeTest {
  private static final String HANDLER = "io.openhqm.aws.submit.SubmitHandler::handleRequest";

  @Test
  void aSubmissionIsAnsweredThroughTheRuntime() throws Exception {
    var environment =
        Map.of(
            "OPENHQM_QUEUE__TYPE", "memory",
            "OPENHQM_CACHE__TYPE", "memory",
            "OPENHQM_PROXY__ENABLED", "true",
            "OPENHQM_PROXY__DEFAULT_ENDPOINT", "https://orders.example.com/");
    try (var runtime = RuntimeApi.start(HANDLER, environment)) {
      var event =
          Events.http(
              "POST", "/api/v1/submit", "{\"payload\": 1}", "Content-Type", "application/json");
      for (int i = 1; i <= 2; i++) {
        var answer = runtime.invoke(event);
        assertThat(answer.path()).isEqualTo("invocation/request-" + i + "/response");
        assertThat(answer.body()).contains("\"statusCode\":202");
      }
      assertThat(runtime.log()).contains("openhqm_jobs_accepted_total").contains("request-2");
    }
  }

  @Test
  void aStartThatFailsSaysWhyInOneLine() throws Exception {
    try (var runtime = RuntimeApi.start(HANDLER, Map.of("OPENHQM_QUEUE__TIPE", "memory"))) {
      var answer = runtime.invoke(new byte[0]);
      assertThat(answer.path()).isEqualTo("init/error");
      assertThat(answer.body()).contains("OPENHQM_QUEUE__TIPE");
      assertThat(runtime.log().lines())
          .anySatisfy(
              line -> assertThat(line).startsWith("{").contains("The function cannot start"));
    }
  }
}
