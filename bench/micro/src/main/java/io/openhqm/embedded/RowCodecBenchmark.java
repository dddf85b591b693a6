package io.openhqm.embedded;

import io.openhqm.core.Ending;
import io.openhqm.core.Message;
import io.openhqm.micro.MicroBenchmark;
import io.openhqm.micro.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** The binary form of rows. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowCodecBenchmark extends MicroBenchmark {
  private final Message message = Samples.message(UUID.randomUUID());
  private final byte[] messageRow = RowCodec.encode(message);
  private final Ending ending = new Ending.Completed(Samples.result());
  private final JobPart ended = ended(Samples.now());
  private final byte[] endedRow = RowCodec.encode(ended);

  private JobPart ended(Instant at) {
    return new JobPart(
        at,
        at,
        1,
        1,
        Optional.empty(),
        new JobPart.Ended(ending, Optional.of(at), at, at.plus(Duration.ofHours(1))));
  }

  /** A message that comes in. */
  @Benchmark
  public byte[] writeMessage() {
    return RowCodec.encode(message);
  }

  /** A message that memory did not keep. */
  @Benchmark
  public Message readMessage() {
    return RowCodec.message(message.id(), messageRow);
  }

  /** A job that ended. */
  @Benchmark
  public byte[] writeEnd() {
    return RowCodec.encode(ended);
  }

  /** A job that is asked for after its end. */
  @Benchmark
  public Object readEnd() {
    return RowCodec.jobPart(endedRow, RowCodec.inlineBody(ending));
  }
}
