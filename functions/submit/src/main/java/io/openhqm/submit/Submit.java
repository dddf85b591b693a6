package io.openhqm.submit;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.IdSource;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.Telemetry;
import io.openhqm.core.TraceContext;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.JobAnswers;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.MediaType;
import io.openhqm.core.api.Prefer;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.api.Resource;
import io.openhqm.core.api.ResultAnswers;
import io.openhqm.core.endpoint.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Accepts submissions: {@code POST /api/v1/submit}, and any request to {@code
 * /proxy/{endpoint}/{path}}. What can never work is refused at the door; what is accepted is stored
 * before the client is told so. Safe for use by many threads; calls block, as suits virtual
 * threads.
 */
public final class Submit implements ApiFunction {
  /**
   * @param links where a job's resources are found
   * @param pollAfter what {@code Retry-After} says of a job that waits, where its endpoint usually
   *     takes no longer; at least a second is told
   * @param waitMax the longest that a request is held by {@code Prefer: wait}; zero: never
   * @param timeoutMax the longest timeout of one attempt that a client may ask for
   * @param delayMax the longest delay that a client may ask for
   * @param sessionDelayMax the longest for a job of a session ({@link
   *     QueueFeatures#sessionDelayMax()}); empty: as for any other
   * @param payloadBytesMax the largest payload taken, in bytes
   * @param session finds the session of a submission whose client names none
   */
  public record Settings(
      Links links,
      Duration pollAfter,
      Duration waitMax,
      Duration timeoutMax,
      Duration delayMax,
      Optional<Duration> sessionDelayMax,
      long payloadBytesMax,
      Optional<SessionRule> session) {
    public Settings {
      requireNonNull(links, "links");
      requireNonNull(pollAfter, "pollAfter");
      requireNonNull(sessionDelayMax, "sessionDelayMax");
      requireNonNull(session, "session");
      if (waitMax.isNegative()
          || timeoutMax.toSeconds() < 1
          || delayMax.isNegative()
          || payloadBytesMax < 1) {
        throw new IllegalArgumentException(
            "need waitMax >= 0, timeoutMax >= 1 s, delayMax >= 0 and payloadBytesMax >= 1 but got "
                + waitMax
                + ", "
                + timeoutMax
                + ", "
                + delayMax
                + " and "
                + payloadBytesMax);
      }
    }

    /**
     * Relative links, a poll a second, waits of 60 s, attempts of a day, delays of a year, payloads
     * of 10 MiB, no sessions but those that clients name.
     */
    public static Settings defaults() {
      return new Settings(
          new Links(""),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofDays(1),
          Duration.ofDays(366),
          Optional.empty(),
          10 * 1024 * 1024,
          Optional.empty());
    }
  }

  /**
   * What it works with.
   *
   * @param resolver says at the door where a message would go
   * @param intake stores what is accepted
   * @param store where {@code Prefer: wait} watches the job
   * @param claimCheck where big results are
   * @param ids makes the jobs' ids
   * @param clock the time of day
   * @param telemetry told what is accepted
   * @param usual how long the work of an endpoint takes lately, zero where that is not known: a
   *     client is told to come again after that
   */
  public record Ports(
      EndpointResolver resolver,
      Intake intake,
      JobStore store,
      ClaimCheck claimCheck,
      IdSource ids,
      InstantSource clock,
      Telemetry telemetry,
      Function<String, Duration> usual) {
    /** Where nothing is known of how long work takes. */
    public Ports(
        EndpointResolver resolver,
        Intake intake,
        JobStore store,
        ClaimCheck claimCheck,
        IdSource ids,
        InstantSource clock,
        Telemetry telemetry) {
      this(resolver, intake, store, claimCheck, ids, clock, telemetry, endpoint -> Duration.ZERO);
    }
  }

  /** However long the work takes: who polls must learn in time that it is done. */
  private static final Duration POLL_AFTER_MAX = Duration.ofSeconds(60);

  private static final Body NULL = Body.of(Bytes.utf8("null"));

  private final Settings settings;
  private final Ports ports;
  private final JobAnswers answers;
  private final ResultAnswers results;
  private final Api api;

  /** Closes nothing of what it is given. */
  public Submit(Settings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.answers = new JobAnswers(settings.links(), settings.pollAfter(), ports.clock());
    this.results = new ResultAnswers(answers, ports.claimCheck(), ports.clock());
    this.api = new Api(resources(), ports.telemetry());
  }

  /** What it answers, for an {@link Api} of several functions. */
  public List<Resource> resources() {
    return List.of(
        Resource.at("/api/v1/submit", (request, none) -> submit(request), "POST"),
        Resource.at("/proxy/{rest*}", this::proxy));
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws InterruptedException {
    return api.handle(request);
  }

  private ApiResponse submit(ApiRequest request) {
    requireJson(request);
    var now = now();
    return accept(request, SubmissionParser.parse(request.body(), settings, now), now);
  }

  private ApiResponse proxy(ApiRequest request, String rest) {
    var now = now();
    return accept(request, Ingress.read(request, rest, settings, now), now);
  }

  private ApiResponse accept(ApiRequest request, Submission submission, Instant now) {
    var prefer = Prefer.of(request.headers());
    var idempotency =
        IdempotencyKey.of(request, submission.metadata().endpoint(), submission.identity());
    requireCarriable(submission, Duration.between(now, submission.notBefore()));
    var job = Job.pending(ports.ids().next(), now, submission.notBefore(), idempotency);
    var message =
        new Message(
            job.id(),
            Body.of(submission.payload()),
            submission.headers(),
            submission.metadata(),
            now,
            TraceContext.of(request.headers()));
    var resolution = ports.resolver().resolve(message);
    if (resolution instanceof Resolution.Found found) {
      return stored(
          request,
          prefer,
          job,
          withoutNull(message, found.route()),
          submission.notBefore(),
          found.route().name());
    }
    // What was accepted before stays accepted, whatever the configuration says by now.
    var refused = (Resolution.Refused) resolution;
    return idempotency
        .flatMap(key -> ports.store().findByKey(key.key()))
        .map(existing -> answerAgain(request, prefer, job, existing))
        .orElseThrow(() -> new ProblemException(refusal(refused)));
  }

  /**
   * A submission must have a payload, so {@code null} is how a client says that a call has no body:
   * by a method that need not have one it goes on with none, and of no type. A request to {@code
   * /proxy} says so by having none, and what makes a payload of it shall see what came.
   */
  private static Message withoutNull(Message message, EndpointResolver.Route route) {
    boolean mayBeBodyless =
        switch (route.method()) {
          case "GET", "HEAD", "DELETE", "OPTIONS" -> true;
          default -> false;
        };
    boolean isLeftOut =
        mayBeBodyless
            && route.endpoint().isPresent()
            && route.rewrite().payload().isEmpty()
            && message.metadata().target().isEmpty()
            && message.payload().equals(NULL);
    return isLeftOut
        ? new Message(
            message.id(),
            Body.empty(),
            message.headers().without("Content-Type"),
            message.metadata(),
            message.submittedAt(),
            message.traceparent())
        : message;
  }

  private ApiResponse stored(
      ApiRequest request,
      Prefer prefer,
      Job job,
      Message message,
      Instant notBefore,
      String route) {
    var stored = store(job, message, notBefore, route);
    if (stored instanceof Creation.Exists exists) {
      return answerAgain(request, prefer, job, exists.job());
    }
    ports.telemetry().traced(message.traceparent()).accepted(job.id(), route);
    return answer(request, prefer, job, usual(route));
  }

  private Creation store(Job job, Message message, Instant notBefore, String route) {
    try {
      return ports.intake().accept(job, message, notBefore);
    } catch (RuntimeException notStored) {
      ports.telemetry().notAccepted(route);
      throw notStored;
    }
  }

  private static Problem refusal(Resolution.Refused refused) {
    var kind =
        switch (refused.refusal()) {
          case UNKNOWN_ENDPOINT, NO_ENDPOINT -> Problem.Kind.ROUTE_UNKNOWN;
          case URL_NOT_ALLOWED -> Problem.Kind.SSRF_REFUSED;
          case UNFIT_VALUE -> Problem.Kind.VALIDATION;
        };
    String pointer = kind == Problem.Kind.VALIDATION ? "" : "/metadata/endpoint";
    return Problem.at(kind, pointer, refused.detail());
  }

  private ApiResponse answerAgain(ApiRequest request, Prefer prefer, Job wanted, Job existing) {
    if (existing.id().equals(wanted.id())) {
      // An intake that tried twice finds its own first try.
      return answer(request, prefer, existing, settings.pollAfter());
    }
    if (wanted.idempotency().isEmpty() || existing.idempotency().isEmpty()) {
      throw new UnavailableException(
          "The id that was made for this request is taken.", Duration.ofSeconds(1));
    }
    if (!existing.idempotency().equals(wanted.idempotency())) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.IDEMPOTENCY_MISMATCH,
              "This Idempotency-Key came before with another method, target, header or body; use a new key for a new request."));
    }
    return answer(request, prefer, existing, settings.pollAfter())
        .with("Idempotency-Replayed", "true");
  }

  private Duration usual(String route) {
    var usual = ports.usual().apply(route);
    var atMost = usual.compareTo(POLL_AFTER_MAX) < 0 ? usual : POLL_AFTER_MAX;
    return atMost.compareTo(settings.pollAfter()) > 0 ? atMost : settings.pollAfter();
  }

  private ApiResponse answer(ApiRequest request, Prefer prefer, Job job, Duration pollAfter) {
    var wait = prefer.waitAtMost(settings.waitMax());
    var response =
        wait.flatMap(time -> finished(request, job.id(), time))
            .orElseGet(() -> answers.accepted(job, pollAfter));
    return prefer.applied(response, wait);
  }

  /**
   * The response, if the job ends in time. Whatever goes wrong here, the job is stored: then there
   * is no response yet, and the client is told where to find it.
   */
  private Optional<ApiResponse> finished(ApiRequest request, UUID id, Duration wait) {
    try {
      return ports
          .store()
          .awaitEnd(id, wait)
          .filter(job -> job.status().isTerminal())
          .map(job -> results.response(job, request));
    } catch (UnavailableException down) {
      ports
          .telemetry()
          .trouble("a client that waited is told to poll: its job's store gave no answer", down);
      return Optional.empty();
    } catch (ProblemException refused) {
      if (refused.problem().kind() == Problem.Kind.OVERLOADED) {
        return Optional.empty();
      }
      throw refused;
    } catch (InterruptedException stop) {
      // We were told to stop waiting, and that is all that this thread was still doing.
      return Optional.empty();
    }
  }

  private void requireCarriable(Submission submission, Duration delay) {
    int payloadBytes = submission.payload().length();
    if (payloadBytes > settings.payloadBytesMax()
        || !ports.claimCheck().admitsPayload(payloadBytes)) {
      long max =
          Math.min(
              settings.payloadBytesMax(),
              ports.claimCheck().admitsPayload(Long.MAX_VALUE)
                  ? Long.MAX_VALUE
                  : ports.claimCheck().payloadBytesMax());
      throw new ProblemException(
          Problem.of(
              Problem.Kind.BODY_TOO_LARGE,
              "The payload has " + payloadBytes + " bytes; at most " + max + " are taken."));
    }
    ports
        .claimCheck()
        .delayMax(payloadBytes)
        .filter(max -> delay.compareTo(max) > 0)
        .ifPresent(
            max -> {
              throw new ProblemException(
                  Problem.of(
                      Problem.Kind.VALIDATION,
                      "A payload of "
                          + payloadBytes
                          + " bytes is not kept for so long a delay; delay it by at most "
                          + max.toSeconds()
                          + " seconds, or send less."));
            });
    settings
        .sessionDelayMax()
        .filter(max -> submission.metadata().sessionId().isPresent() && delay.compareTo(max) > 0)
        .ifPresent(
            max -> {
              throw new ProblemException(
                  Problem.of(
                      Problem.Kind.VALIDATION,
                      "The queue does not keep a job of a session for so long a delay; delay it by at most "
                          + max.toSeconds()
                          + " seconds, or name no session."));
            });
  }

  private static void requireJson(ApiRequest request) {
    var headers = request.headers();
    boolean coded =
        headers
            .first("Content-Encoding")
            .filter(coding -> !coding.equalsIgnoreCase("identity"))
            .isPresent();
    if (coded) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
              "Content-Encoding is not taken here; send the JSON as it is."));
    }
    var type = headers.first("Content-Type").map(MediaType::of);
    boolean json =
        type.isPresent() && type.get().essence().equals("application/json") && type.get().isUtf8();
    if (!json) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
              "Content-Type must be application/json, in UTF-8. To pass any body on, use /proxy/{endpoint}."));
    }
  }

  /**
   * To the millisecond, as precise as every store is, so that a client always reads the same times.
   */
  private Instant now() {
    return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
