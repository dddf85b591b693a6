package io.openhqm.tck;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Deadline;
import io.openhqm.core.EndpointResolver.Route;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** Attempts to hand to a processor of your own in its tests. */
public final class Attempts {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private Attempts() {}

  /** The first try at a new message with this payload, ten seconds before its deadline. */
  public static Attempt of(Bytes payload, Headers headers) {
    var id = UUID.randomUUID();
    var message =
        new Message(
            id, Body.of(payload), headers, Metadata.none(), Instant.now(), Optional.empty());
    var retry =
        new RetryPolicy(
            4, Duration.ofSeconds(1), Duration.ofMinutes(1), RetryPolicy.RETRIED_BY_DEFAULT);
    var route = new Route("processor", Optional.empty(), "POST", TIMEOUT, retry);
    return new Attempt(message, 1, Deadline.after(TIMEOUT, InstantSource.system()), route);
  }
}
