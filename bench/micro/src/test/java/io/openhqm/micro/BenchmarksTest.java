package io.openhqm.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That they run; what they measure here means nothing. */
class BenchmarksTest {
  @Test
  void eachBenchmarkRunsOnce() throws RunnerException {
    var once =
        new OptionsBuilder()
            .mode(Mode.SingleShotTime)
            .timeUnit(TimeUnit.MILLISECONDS)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    assertThat(new Runner(once).run())
        .extracting(result -> result.getPrimaryResult().getLabel())
        .contains("submit", "readEnd", "acceptAmong64", "response");
  }
}
