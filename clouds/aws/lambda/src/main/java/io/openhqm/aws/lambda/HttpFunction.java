package io.openhqm.aws.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Prefer;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.api.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Answers the events of HTTP triggers with the resources of a function. Safe for use by many
 * threads.
 */
public final class HttpFunction {
  /** What of an invocation's time is kept for the answer's way. */
  private static final Duration ANSWER_MARGIN = Duration.ofSeconds(1);

  /** One API is found under few paths; what is more is somebody's play. */
  private static final int BASES_MAX = 16;

  /** Makes the resources of a function. */
  @FunctionalInterface
  public interface Function {
    /** The resources, whose answers link to {@code links}. */
    List<Resource> resources(Links links);
  }

  private final Function function;
  private final Optional<String> publicUrl;
  private final LambdaTelemetry telemetry;
  private final HttpEvents events;
  private final ConcurrentMap<String, ApiFunction> apis = new ConcurrentHashMap<>();

  /**
   * @param publicUrl what links begin with; empty: with what the client put before our paths, such
   *     as the stage of an API
   */
  public HttpFunction(Function function, Optional<String> publicUrl, LambdaTelemetry telemetry) {
    this.function = function;
    this.publicUrl = publicUrl;
    this.telemetry = telemetry;
    this.events = new HttpEvents(publicUrl.map(HttpFunction::path).orElse(""));
    api("");
  }

  private static String path(String publicUrl) {
    String path = Optional.ofNullable(URI.create(publicUrl).getRawPath()).orElse("");
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private ApiFunction api(String base) {
    String key = publicUrl.isPresent() || apis.size() >= BASES_MAX ? "" : base;
    return apis.computeIfAbsent(key, this::open);
  }

  private ApiFunction open(String base) {
    var links = publicUrl.isPresent() ? Links.under(publicUrl) : new Links(base);
    return new Api(function.resources(links), telemetry);
  }

  /**
   * Answers one event.
   *
   * @throws IOException if the platform's streams fail
   */
  public void handle(InputStream event, OutputStream answer, Context context) throws IOException {
    try (var invocation = telemetry.begin(context.getAwsRequestId())) {
      var read = events.read(event.readAllBytes());
      answer.write(HttpAnswers.write(read.trigger(), answer(read, context)));
    }
  }

  /**
   * Answers an event for nobody, so that the classes that it takes are loaded: nothing is counted
   * or logged.
   *
   * @param event one whose answer needs no engine
   */
  public void rehearse(byte[] event) {
    var read = events.read(event);
    var answer =
        read instanceof HttpEvent.Call call
            ? handled(call, Duration.ofMinutes(1))
            : Problem.of(Problem.Kind.BAD_REQUEST, "no request").toResponse();
    HttpAnswers.write(read.trigger(), answer);
  }

  private ApiResponse answer(HttpEvent event, Context context) {
    if (event instanceof HttpEvent.Call call) {
      return measured(call, context);
    }
    return event instanceof HttpEvent.Refused refused
        ? refused.problem().toResponse()
        : new ApiResponse(204, Headers.none(), Bytes.empty());
  }

  private ApiResponse measured(HttpEvent.Call call, Context context) {
    long start = System.nanoTime();
    var response = handled(call, Duration.ofMillis(context.getRemainingTimeInMillis()));
    telemetry.answered(response.status(), Duration.ofNanos(System.nanoTime() - start));
    return response;
  }

  private ApiResponse handled(HttpEvent.Call call, Duration remaining) {
    var most = shorter(call.trigger().waitMax(), remaining.minus(ANSWER_MARGIN));
    try {
      return api(call.base()).handle(waitingAtMost(most, call.request()));
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return Problem.of(Problem.Kind.OVERLOADED, "The function is stopping; send it again.")
          .retryAfter(Duration.ofSeconds(1))
          .toResponse();
    }
  }

  /**
   * Nobody may wait for longer than the gateway and the invocation last. The first preference of a
   * name counts, so ours is put before the client's.
   */
  private static ApiRequest waitingAtMost(Duration most, ApiRequest request) {
    if (!request.headers().has("Prefer") || !waitsLongerThan(most, request)) {
      return request;
    }
    var fields = new ArrayList<Headers.Field>(request.headers().fields().size() + 1);
    fields.add(new Headers.Field("Prefer", "wait=" + Math.max(0, most.toSeconds())));
    fields.addAll(request.headers().fields());
    return new ApiRequest(
        request.method(), request.path(), request.query(), new Headers(fields), request.body());
  }

  private static boolean waitsLongerThan(Duration most, ApiRequest request) {
    try {
      return Prefer.of(request.headers())
          .waitFor()
          .filter(asked -> asked.compareTo(most) > 0)
          .isPresent();
    } catch (ProblemException strict) {
      return false; // whoever answers says the same
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
