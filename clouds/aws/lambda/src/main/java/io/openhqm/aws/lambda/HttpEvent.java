package io.openhqm.aws.lambda;

import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.Problem;

/** What an event turned out to be. */
sealed interface HttpEvent {
  /** How to answer it. */
  Trigger trigger();

  /**
   * A request.
   *
   * @param base what a client puts before our own paths, such as the stage of an API; empty, or
   *     with a leading slash and without a trailing one
   */
  record Call(ApiRequest request, String base, Trigger trigger) implements HttpEvent {}

  /** Nobody asks for anything: somebody keeps the function warm. */
  record Ping(Trigger trigger) implements HttpEvent {}

  /** No request can be made of it. */
  record Refused(Problem problem, Trigger trigger) implements HttpEvent {}
}
