package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * What a submission says about how it wants to be handled.
 *
 * @param endpoint the name of a configured endpoint, or a URL where the allow list admits it
 * @param method the HTTP method towards the backend, upper case; empty: the endpoint's own
 * @param target for a request that came in by {@code /proxy/…}: path and query to append to the
 *     endpoint's URL, as they came
 * @param timeout the longest that one attempt may take; positive
 * @param priority among waiting jobs
 * @param sessionId jobs of one session are worked on one after the other, in the order of their
 *     acceptance
 * @param json the whole metadata object as the client wrote it, other keys included; an empty run
 *     of bytes where there was none
 */
public record Metadata(
    Optional<String> endpoint,
    Optional<String> method,
    Optional<String> target,
    Optional<Duration> timeout,
    Priority priority,
    Optional<String> sessionId,
    Bytes json) {
  private static final Metadata NONE =
      new Metadata(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Priority.NORMAL,
          Optional.empty(),
          Bytes.empty());

  public Metadata {
    requireNonNull(endpoint, "endpoint");
    requireNonNull(method, "method");
    requireNonNull(target, "target");
    requireNonNull(priority, "priority");
    requireNonNull(sessionId, "sessionId");
    requireNonNull(json, "json");
    timeout.ifPresent(
        limit -> {
          if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("timeout must be > 0 but is " + limit);
          }
        });
  }

  /** Says nothing: default endpoint, normal priority, no session. */
  public static Metadata none() {
    return NONE;
  }

  /**
   * The lane in which the message waits: the endpoint that was named, of a URL only what comes
   * before its path; the empty text where none was. Messages of one lane go, most often, to one
   * backend.
   */
  public String lane() {
    String name = endpoint.orElse("");
    int scheme = name.indexOf("://");
    if (scheme < 0) {
      return name;
    }
    int end = scheme + 3;
    while (end < name.length() && "/?#".indexOf(name.charAt(end)) < 0) {
      end++;
    }
    return name.substring(0, end);
  }
}
