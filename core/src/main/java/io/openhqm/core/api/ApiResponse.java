package io.openhqm.core.api;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;

/**
 * The answer to an {@link ApiRequest}.
 *
 * @param status an HTTP status code
 * @param headers without {@code Content-Length} and {@code Date}, which the server adds
 * @param body empty for 204 and 304
 */
public record ApiResponse(int status, Headers headers, Bytes body) {
  public ApiResponse {
    requireNonNull(headers, "headers");
    requireNonNull(body, "body");
  }

  /** A JSON answer. */
  public static ApiResponse json(int status, Bytes json) {
    return new ApiResponse(status, Headers.of("Content-Type", "application/json"), json);
  }

  /** The same without its body, as {@code HEAD} is answered. */
  public ApiResponse withoutBody() {
    return body.isEmpty() ? this : new ApiResponse(status, headers, Bytes.empty());
  }

  /** The same without its body and what describes it. */
  public ApiResponse withoutContent() {
    return new ApiResponse(status, headers.without("Content-Type"), Bytes.empty());
  }

  /** The same with one more header field. */
  public ApiResponse with(String name, String value) {
    return new ApiResponse(status, headers.plus(name, value), body);
  }
}
