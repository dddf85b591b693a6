package io.openhqm.core.api;

import java.util.Optional;
import java.util.UUID;

/** Ids as clients write them. */
public final class JobIds {
  private JobIds() {}

  /**
   * The id, if {@code text} is a UUID in its full form of 36 characters, in either case (RFC 9562
   * §4).
   */
  public static Optional<UUID> parse(String text) {
    if (text.length() != 36) {
      return Optional.empty();
    }
    try {
      var id = UUID.fromString(text);
      // Java also reads groups of other lengths.
      return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
