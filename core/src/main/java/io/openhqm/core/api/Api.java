package io.openhqm.core.api;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The one entry to all resources of a deployment: finds the resource, answers {@code HEAD} and
 * {@code OPTIONS}, and is the one place that turns exceptions into answers. Safe for use by many
 * threads.
 *
 * <p>{@code HEAD} is answered as {@code GET} without its body; the server must not make a {@code
 * Content-Length} of that. {@code OPTIONS} tells the methods of a resource, unless the resource
 * takes {@code OPTIONS} itself, as the ingress does.
 */
public final class Api implements ApiFunction {
  private final List<Resource> resources;
  private final Telemetry telemetry;

  /**
   * @param resources tried in order, so the most asked for first
   */
  public Api(List<Resource> resources, Telemetry telemetry) {
    this.resources = List.copyOf(resources);
    this.telemetry = telemetry;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws InterruptedException {
    var answer = answer(request);
    return request.method().equals("HEAD") ? answer.withoutBody() : answer;
  }

  private ApiResponse answer(ApiRequest request) throws InterruptedException {
    try {
      return dispatch(request);
    } catch (ProblemException refusal) {
      return refusal.problem().toResponse();
    } catch (UnavailableException down) {
      telemetry.trouble("an engine could not answer " + request.method() + " of a client", down);
      return Problem.of(Problem.Kind.QUEUE_UNAVAILABLE, String.valueOf(down.getMessage()))
          .retryAfter(down.retryAfter())
          .toResponse();
    } catch (RuntimeException bug) {
      telemetry.trouble("a request was answered with 500", bug);
      return Problem.of(
              Problem.Kind.INTERNAL, "The server failed; the operator finds the cause in its log.")
          .toResponse();
    }
  }

  private ApiResponse dispatch(ApiRequest request) throws InterruptedException {
    boolean known = false;
    for (var resource : resources) {
      Optional<String> variable = resource.match(request.path());
      if (variable.isPresent()) {
        if (resource.takes(request.method())) {
          return resource.handler().handle(request, variable.get());
        }
        known = true;
      }
    }
    return known ? otherMethod(request) : notFound();
  }

  private ApiResponse otherMethod(ApiRequest request) {
    String allow = String.join(", ", allowed(request.path()));
    if (request.method().equals("OPTIONS")) {
      return new ApiResponse(204, Headers.of("Allow", allow), Bytes.empty());
    }
    return Problem.of(Problem.Kind.METHOD_NOT_ALLOWED, "This resource takes " + allow + ".")
        .toResponse()
        .with("Allow", allow);
  }

  private Set<String> allowed(String path) {
    var methods = new LinkedHashSet<String>();
    for (var resource : resources) {
      if (resource.match(path).isPresent()) {
        methods.addAll(resource.methods());
      }
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    methods.add("OPTIONS");
    return methods;
  }

  private static ApiResponse notFound() {
    return Problem.of(
            Problem.Kind.NOT_FOUND,
            "There is no such resource; /openapi.json lists those there are.")
        .toResponse();
  }
}
