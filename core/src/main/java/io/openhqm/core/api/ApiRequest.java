package io.openhqm.core.api;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import java.util.Optional;

/**
 * An HTTP request as any server or gateway hands it over.
 *
 * @param method upper case
 * @param path as it came on the wire, percent-encoding kept; starts with a slash
 * @param query what stands after the question mark, as it came; empty: there was none
 * @param headers as they came
 * @param body as it came; at most what the server admits
 */
public record ApiRequest(
    String method, String path, Optional<String> query, Headers headers, Bytes body) {
  public ApiRequest {
    requireNonNull(method, "method");
    requireNonNull(path, "path");
    requireNonNull(query, "query");
    requireNonNull(headers, "headers");
    requireNonNull(body, "body");
  }

  /** The value of a query parameter that stands there as {@code name=value}, not decoded. */
  public Optional<String> queryParameter(String name) {
    return query.stream()
        .flatMap(text -> java.util.Arrays.stream(text.split("&", -1)))
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .findFirst();
  }
}
