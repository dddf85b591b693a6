package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * Decides where a message goes: at submission, so that what can never work is refused at the door,
 * and again at each attempt, so that a changed configuration holds for jobs that wait. Pure; safe
 * for use by many threads.
 */
@FunctionalInterface
public interface EndpointResolver {
  /** What was decided. */
  sealed interface Resolution {
    /** It goes there. */
    record Found(Route route) implements Resolution {}

    /**
     * It can go nowhere.
     *
     * @param refusal why
     * @param detail why, in words that a client can act on, with the nearest known name where one
     *     is near
     */
    record Refused(Refusal refusal, String detail) implements Resolution {}
  }

  /** Why a message can go nowhere. */
  enum Refusal {
    /** No endpoint of this name. */
    UNKNOWN_ENDPOINT,
    /** None was named, and there is no default. */
    NO_ENDPOINT,
    /** A URL was named that the allow list does not admit. */
    URL_NOT_ALLOWED,
    /** A route wants a value of the message where it does not fit, or cannot compare it. */
    UNFIT_VALUE
  }

  /** What can be told of the way of a message without a look at it. */
  enum Ways {
    /** All messages go to one place, whatever their lane. */
    ONE,
    /** All messages of its lane go to one place. */
    ONE_A_LANE,
    /** Messages of its lane go to this place and that. */
    MANY
  }

  /**
   * @param name the endpoint's configured name, or the processor's; bounded, so it may be a
   *     metric's label
   * @param endpoint the HTTP backend; empty where no proxy but a processor does the work
   * @param method the HTTP method, upper case: the message's own, else the route's, else the
   *     endpoint's
   * @param timeout the longest one attempt may take: the message's own, else the route's, else the
   *     endpoint's
   * @param retry when to try again
   * @param rewrite what the route adds to the call
   */
  record Route(
      String name,
      Optional<Endpoint> endpoint,
      String method,
      Duration timeout,
      RetryPolicy retry,
      Rewrite rewrite) {
    /** A route that adds nothing. */
    public Route(
        String name,
        Optional<Endpoint> endpoint,
        String method,
        Duration timeout,
        RetryPolicy retry) {
      this(name, endpoint, method, timeout, retry, Rewrite.NONE);
    }

    public Route {
      requireNonNull(name, "name");
      requireNonNull(endpoint, "endpoint");
      requireNonNull(method, "method");
      requireNonNull(timeout, "timeout");
      requireNonNull(retry, "retry");
      requireNonNull(rewrite, "rewrite");
    }
  }

  /**
   * Decides for {@code message}; its payload may be a claim check, and is looked at only if it is
   * inline.
   */
  Resolution resolve(Message message);

  /**
   * What can be told of the way of messages that wait in {@code lane} ({@link Metadata#lane()}).
   */
  default Ways ways(String lane) {
    return Ways.MANY;
  }
}
