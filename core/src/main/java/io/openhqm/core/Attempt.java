package io.openhqm.core;

import static java.util.Objects.requireNonNull;

/**
 * One try at a message.
 *
 * @param message what to work on; its payload is inline
 * @param number 1 for the first
 * @param deadline when this try ends
 * @param route where the message goes and how
 */
public record Attempt(
    Message message, int number, Deadline deadline, EndpointResolver.Route route) {
  public Attempt {
    requireNonNull(message, "message");
    requireNonNull(deadline, "deadline");
    requireNonNull(route, "route");
    if (number < 1) {
      throw new IllegalArgumentException("number must be >= 1 but is " + number);
    }
  }
}
