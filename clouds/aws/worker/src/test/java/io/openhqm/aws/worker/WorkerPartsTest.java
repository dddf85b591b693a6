package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.Surroundings;
import io.openhqm.core.Attempt;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerPartsTest {
  /** Answers to nobody here. */
  private static final class Own implements Processor {
    final List<Map<String, Object>> starts = new ArrayList<>();

    @Override
    public void start(Map<String, Object> config) {
      starts.add(config);
    }

    @Override
    public Result process(Attempt attempt) {
      return Result.text("own");
    }
  }

  private static List<Map<String, Object>> startsWhere(boolean isRehearsal) {
    var environment =
        LocalAws.get()
            .newStack(false)
            .environment("OPENHQM_CONFIG_YAML", "processor: {name: own, config: {token: t}}");
    var out = new PrintStream(OutputStream.nullOutputStream());
    var own = new Own();
    try (var parts =
        WorkerParts.open(
            "worker", new Surroundings(environment, out, InstantSource.system(), isRehearsal))) {
      parts.worker(own).rehearse();
    }
    return own.starts;
  }

  @Test
  void aProcessorIsStartedOnceWithItsConfiguration() {
    assertThat(startsWhere(false)).containsExactly(Map.of("token", "t"));
  }

  @Test
  void aProcessorOfARehearsalIsNotStarted() {
    assertThat(startsWhere(true)).isEmpty();
  }
}
