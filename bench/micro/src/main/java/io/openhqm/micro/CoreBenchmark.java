package io.openhqm.micro;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Deadline;
import io.openhqm.core.Ending;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Envelope;
import io.openhqm.core.Headers;
import io.openhqm.core.HopByHop;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Result;
import io.openhqm.core.UuidV7;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.JobAnswers;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.ResultAnswers;
import io.openhqm.core.api.ShownBody;
import io.openhqm.core.endpoint.OutboundHeaders;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** What every job goes through, wherever it runs. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoreBenchmark extends MicroBenchmark {
  private final RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
  private final Message message = Samples.message(UUID.randomUUID());
  private final String head = Envelope.head(message);
  private final Bytes payload = ((Body.Inline) message.payload()).bytes();
  private final Result result = Samples.result();
  private final EndpointResolver resolver = Samples.endpoints();
  private final EndpointResolver.Route route =
      ((Resolution.Found) resolver.resolve(message)).route();
  private final OutboundHeaders outbound = new OutboundHeaders(route.endpoint().orElseThrow());
  private final Attempt attempt =
      new Attempt(message, 1, Deadline.after(Duration.ofHours(1), Samples.CLOCK), route);
  private final JobAnswers answers =
      new JobAnswers(new Links(""), Duration.ofSeconds(1), Samples.CLOCK);
  private final ResultAnswers results =
      new ResultAnswers(answers, ClaimCheck.unlimited(), Samples.CLOCK);
  private final UuidV7 ids = new UuidV7(Samples.CLOCK, new SecureRandom());
  private final String idText = message.id().toString();
  private final Job waiting =
      Job.pending(message.id(), message.submittedAt(), message.submittedAt(), Optional.empty());
  private final Job ended = ended(waiting, result);
  private final ApiRequest poll =
      new ApiRequest(
          "GET",
          "/api/v1/response/" + message.id(),
          Optional.empty(),
          Headers.of("Host", "localhost", "Accept", "*/*"),
          Bytes.empty());

  private static Job ended(Job job, Result result) {
    var at = job.submittedAt();
    return new Job(
        job.id(),
        at,
        at,
        1,
        Optional.empty(),
        new Job.State.Ended(
            new Ending.Completed(result), Optional.of(at), at, at.plus(Duration.ofDays(1))));
  }

  /** The head of a message, for queues that carry attributes. */
  @Benchmark
  public String envelopeWrite() {
    return Envelope.head(message);
  }

  /** The message of such a head. */
  @Benchmark
  public Message envelopeRead() {
    return Envelope.message(head, payload);
  }

  /** The fields that a backend's answer is kept with. */
  @Benchmark
  public Headers hopByHop() {
    return HopByHop.strip(result.headers());
  }

  /** The fields of a call to the backend. */
  @Benchmark
  public Headers outboundHeaders() {
    return outbound.of(attempt, random);
  }

  /** Where a message goes. */
  @Benchmark
  public Resolution resolve() {
    return resolver.resolve(message);
  }

  /** A result in a JSON answer. */
  @Benchmark
  public ShownBody shownBody() {
    return ShownBody.of(((Body.Inline) result.body()).bytes(), result.headers());
  }

  /** The answer to a submission. */
  @Benchmark
  public ApiResponse accepted() {
    return answers.accepted(waiting);
  }

  /** The id of a job. */
  @Benchmark
  public UUID uuid() {
    return ids.next();
  }

  /** The id in a path. */
  @Benchmark
  public UUID uuidRead() {
    return UUID.fromString(idText);
  }

  /** The answer to a poll for the status. */
  @Benchmark
  public ApiResponse status() {
    return answers.status(ended, poll);
  }

  /** The answer to a poll for the result. */
  @Benchmark
  public ApiResponse response() {
    return results.response(ended, poll);
  }
}
