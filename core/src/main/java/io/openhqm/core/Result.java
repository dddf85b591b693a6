package io.openhqm.core;

import static java.util.Objects.requireNonNull;

/**
 * The answer of a backend or of a processor.
 *
 * @param statusCode an HTTP status code, 200 to 599
 * @param headers the answer's own fields, hop-by-hop fields removed
 * @param body the bytes as they came
 */
public record Result(int statusCode, Headers headers, Body body) {
  public Result {
    requireNonNull(headers, "headers");
    requireNonNull(body, "body");
    if (statusCode < 200 || statusCode > 599) {
      throw new IllegalArgumentException("statusCode must be 200 to 599 but is " + statusCode);
    }
  }

  /** A 200 with a JSON body. */
  public static Result json(Bytes json) {
    return new Result(200, Headers.of("Content-Type", "application/json"), Body.of(json));
  }

  /** A 200 with a plain text body in UTF-8. */
  public static Result text(String text) {
    return new Result(
        200, Headers.of("Content-Type", "text/plain; charset=utf-8"), Body.of(Bytes.utf8(text)));
  }

  /** The same answer with its body elsewhere. */
  public Result withBody(Body other) {
    return new Result(statusCode, headers, other);
  }
}
