package io.openhqm.submit;

import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UuidV7;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.memory.MemoryEngine;
import io.openhqm.micro.MicroBenchmark;
import io.openhqm.micro.Samples;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;

/** A submission, without HTTP. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubmitBenchmark extends MicroBenchmark {
  private final Bytes body = Samples.submission();
  private final Submit.Settings settings = Submit.Settings.defaults();
  private final ApiRequest request =
      new ApiRequest("POST", "/api/v1/submit", Optional.empty(), Samples.requestFields(), body);
  private final Submit submit = submit((job, message, notBefore) -> new Creation.Created());
  private Submit submitToMemory = submit;

  /** A new engine each second, as what is accepted stays in it. */
  @Setup(Level.Iteration)
  public void emptyMemory() {
    var engine = new MemoryEngine(Samples.CLOCK, Long.MAX_VALUE);
    submitToMemory = submit(engine.intake().orElseThrow());
  }

  private Submit submit(Intake intake) {
    return new Submit(
        settings,
        new Submit.Ports(
            Samples.endpoints(),
            intake,
            new MemoryEngine(Samples.CLOCK, 1).store().orElseThrow(),
            ClaimCheck.unlimited(),
            new UuidV7(Samples.CLOCK, new SecureRandom()),
            Samples.CLOCK,
            Telemetry.NONE));
  }

  /** Read and checked. */
  @Benchmark
  public Object parse() {
    return SubmissionParser.parse(body, settings, Samples.now());
  }

  /** Read, checked, routed, numbered, answered; kept nowhere. */
  @Benchmark
  public ApiResponse submit() throws InterruptedException {
    return submit.handle(request);
  }

  /** The same, and kept by the memory engine. */
  @Benchmark
  public ApiResponse submitToMemory() throws InterruptedException {
    return submitToMemory.handle(request);
  }
}
