package io.openhqm.core;

import java.util.List;

/**
 * What a route adds to the call of a backend, taken out of the message.
 *
 * @param headers fields over the client's of the same name, below the endpoint's own
 * @param query parameters in place of the client's of the same name; one that the endpoint's URL
 *     has is left to it
 */
public record Rewrite(Headers headers, List<Parameter> query) {
  /** Nothing is added. */
  public static final Rewrite NONE = new Rewrite(Headers.none(), List.of());

  /** One query parameter, neither part encoded. */
  public record Parameter(String name, String value) {
    /** The name only: the value came from a client. */
    @Override
    public String toString() {
      return name + "=…";
    }
  }

  public Rewrite {
    query = List.copyOf(query);
  }
}
