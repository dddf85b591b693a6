package io.openhqm.aws.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.aws.lambda.testing.RuntimeApi;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On the real runtime interface client. */
class StatusRuntimeTest {
  @Test
  void aPollIsAnsweredThroughTheRuntime() throws Exception {
    try (var runtime =
        RuntimeApi.start(
            "io.openhqm.aws.status.StatusHandler::handleRequest",
            Map.of("OPENHQM_CACHE__TYPE", "memory"))) {
      var answer = runtime.invoke(Events.read("rest-api-base-path"));
      assertThat(answer.path()).isEqualTo("invocation/request-1/response");
      assertThat(answer.body()).contains("\"statusCode\":404");
    }
  }
}
