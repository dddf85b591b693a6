package io.openhqm.status;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Claim;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.JobAnswers;
import io.openhqm.core.api.JobIds;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Prefer;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.api.Resource;
import io.openhqm.core.api.ResultAnswers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells clients where their jobs stand and hands out results: {@code GET} of status, response and
 * body, and {@code DELETE} to cancel. Safe for use by many threads; calls block, as suits virtual
 * threads.
 */
public final class Status implements ApiFunction {
  /** Clocks differ, and a queue may keep a message a little longer than it says. */
  private static final Duration FORGOTTEN_MARGIN = Duration.ofHours(1);

  /** For the one write that ends a forgotten job. */
  private static final Duration CLOSING_LEASE = Duration.ofSeconds(30);

  /**
   * @param links where a job's resources are found
   * @param pollAfter what {@code Retry-After} says of a job that is not done; at least a second is
   *     told
   * @param waitMax the longest that a request is held by {@code Prefer: wait}; zero: never
   * @param endedTtl how long a job can be read that ends here: one that is cancelled while it
   *     waits, or that the queue has forgotten
   * @param messagesKept the longest that the queue keeps a message that nobody takes ({@link
   *     QueueFeatures#retention()}); empty: for ever
   */
  public record Settings(
      Links links,
      Duration pollAfter,
      Duration waitMax,
      Duration endedTtl,
      Optional<Duration> messagesKept) {
    public Settings {
      requireNonNull(links, "links");
      requireNonNull(pollAfter, "pollAfter");
      requireNonNull(messagesKept, "messagesKept");
      if (waitMax.isNegative() || !endedTtl.isPositive()) {
        throw new IllegalArgumentException(
            "need waitMax >= 0 and endedTtl > 0 but got " + waitMax + " and " + endedTtl);
      }
    }

    /**
     * Relative links, a poll a second, waits of 60 s, an hour to read what was cancelled, a queue
     * that forgets nothing.
     */
    public static Settings defaults() {
      return new Settings(
          new Links(""),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofHours(1),
          Optional.empty());
    }
  }

  /**
   * What it works with.
   *
   * @param store where the jobs are
   * @param claimCheck where big results are
   * @param onCancelRequested told the id of a job whose worker was asked to stop, so that a worker
   *     in this process hears of it at once; must be quick
   * @param responses where jobs that are cancelled while they wait are announced, if the store does
   *     not do so itself
   * @param clock the time of day
   * @param telemetry told of trouble
   */
  public record Ports(
      JobStore store,
      ClaimCheck claimCheck,
      Consumer<UUID> onCancelRequested,
      Optional<ResponseQueue> responses,
      InstantSource clock,
      Telemetry telemetry) {}

  private final Settings settings;
  private final Ports ports;
  private final JobAnswers answers;
  private final ResultAnswers results;
  private final Api api;

  /** Closes nothing of what it is given. */
  public Status(Settings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.answers = new JobAnswers(settings.links(), settings.pollAfter(), ports.clock());
    this.results = new ResultAnswers(answers, ports.claimCheck(), ports.clock());
    this.api = new Api(resources(), ports.telemetry());
  }

  /** What it answers, for an {@link Api} of several functions. */
  public List<Resource> resources() {
    return List.of(
        Resource.at("/api/v1/status/{id}", this::status, "GET"),
        Resource.at("/api/v1/response/{id}", this::response, "GET"),
        Resource.at("/api/v1/response/{id}/body", this::body, "GET"),
        Resource.at("/api/v1/requests/{id}", this::cancel, "DELETE"));
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws InterruptedException {
    return api.handle(request);
  }

  private ApiResponse status(ApiRequest request, String id) throws InterruptedException {
    boolean redirect = request.queryParameter("redirect").filter("true"::equals).isPresent();
    return answer(
        request,
        id,
        job ->
            redirect && job.status().isTerminal()
                ? answers.redirect(job.id())
                : answers.status(job, request));
  }

  private ApiResponse response(ApiRequest request, String id) throws InterruptedException {
    return answer(request, id, job -> results.response(job, request));
  }

  private ApiResponse body(ApiRequest request, String id) throws InterruptedException {
    return answer(request, id, results::body);
  }

  private ApiResponse answer(ApiRequest request, String idText, Function<Job, ApiResponse> tell)
      throws InterruptedException {
    var id = idOf(idText);
    var prefer = Prefer.of(request.headers());
    var wait = prefer.waitAtMost(settings.waitMax());
    var found = wait.isPresent() ? ports.store().awaitEnd(id, wait.get()) : ports.store().find(id);
    var job = found.flatMap(this::unlessForgotten).orElseThrow(Status::unknown);
    requireServed(job);
    return prefer.applied(tell.apply(job), wait);
  }

  /**
   * The job, ended if it waits for a message that the queue has forgotten by now. Its record is all
   * that is left of it, so whoever asks is the first to see it.
   */
  private Optional<Job> unlessForgotten(Job job) {
    var forgotten = settings.messagesKept().flatMap(kept -> forgotten(job.state(), kept));
    if (forgotten.isEmpty()) {
      return Optional.of(job);
    }
    var id = job.id();
    if (ports.store().claim(id, CLOSING_LEASE) instanceof Claim.Granted granted
        && ports.store().complete(granted.lease(), forgotten.get(), settings.endedTtl())) {
      ports.store().find(id).ifPresent(this::announce);
      dropPayload(id);
    }
    return ports.store().find(id);
  }

  /** How a job ends whose message nobody has any more; empty: somebody may have it. */
  private Optional<Ending> forgotten(Job.State state, Duration kept) {
    if (state instanceof Job.State.Pending waits && isForgotten(waits.notBefore(), kept)) {
      return Optional.of(
          new Ending.Failed(
              "no worker took it within the "
                  + kept.toDays()
                  + " days for which the queue keeps a message; submit it again when workers run"));
    }
    if (state instanceof Job.State.Processing abandoned
        && isForgotten(abandoned.leaseUntil(), kept)) {
      return Optional.of(
          abandoned.cancelRequested()
              ? new Ending.Cancelled()
              : new Ending.Failed(
                  "its worker died, and no other took it within the "
                      + kept.toDays()
                      + " days for which the queue keeps a message; submit it again when workers run"));
    }
    return Optional.empty();
  }

  /** Whether the queue has nothing any more of what nobody has had {@code since} then. */
  private boolean isForgotten(Instant since, Duration kept) {
    return since.plus(kept).plus(FORGOTTEN_MARGIN).isBefore(ports.clock().instant());
  }

  /**
   * 202 for the one who asked, whether the job waited and is cancelled now or a worker was asked to
   * stop; 200 for the one who asks again when it is done.
   */
  private ApiResponse cancel(ApiRequest request, String idText) {
    var id = idOf(idText);
    return switch (ports.store().cancel(id, settings.endedTtl())) {
      case Cancellation.Cancelled now -> {
        announce(now.job());
        dropPayload(id);
        yield answers.cancelled(202, now.job());
      }
      case Cancellation.Requested asked -> {
        ports.onCancelRequested().accept(id);
        yield answers.cancelled(202, asked.job());
      }
      case Cancellation.Finished finished -> finished(finished.job());
      case Cancellation.Unknown none -> throw unknown();
    };
  }

  /**
   * Where that fails, the client, who is told to come again, has it done then, or the worker that
   * finds the message.
   */
  private void announce(Job job) {
    ports.responses().ifPresent(responses -> responses.announce(job));
  }

  /** The job has ended whether or not this works. */
  private void dropPayload(UUID id) {
    try {
      ports.claimCheck().dropPayload(id);
    } catch (UnavailableException down) {
      ports
          .telemetry()
          .trouble("the payload of a job that ended may be left over in the blob store", down);
    }
  }

  private ApiResponse finished(Job job) {
    requireServed(job);
    boolean cancelled =
        job.state() instanceof Job.State.Ended ended && ended.ending() instanceof Ending.Cancelled;
    if (!cancelled) {
      throw new ProblemException(
          Problem.of(
                  Problem.Kind.NOT_CANCELLABLE,
                  "The request is finished already: " + job.status() + ".")
              .about(job.id()));
    }
    announce(job);
    return answers.cancelled(200, job);
  }

  private void requireServed(Job job) {
    if (job.isExpired(ports.clock().instant())) {
      throw new ProblemException(JobAnswers.expired(job.id()));
    }
  }

  private static UUID idOf(String text) {
    return JobIds.parse(text).orElseThrow(Status::unknown);
  }

  private static ProblemException unknown() {
    return new ProblemException(JobAnswers.unknown());
  }
}
