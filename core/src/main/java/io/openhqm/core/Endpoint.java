package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A named HTTP backend.
 *
 * @param name as configured; a URL's host and port for one that is only a URL
 * @param url absolute, http or https, without user information and fragment
 * @param method the HTTP method unless the message says another
 * @param timeout the longest one attempt may take; positive
 * @param headers static fields, over all others; their values may be credentials
 * @param auth how OpenHQM proves itself
 * @param retry when to try again
 * @param responseBytesMax the largest answer that is accepted
 * @param forwardHeaders the client's fields to hand on: names, or {@code *} for all
 * @param stripHeaders fields never to hand on, wherever they came from
 * @param concurrencyMax how many calls at a time; empty: as many as there are workers
 * @param httpVersion what to speak
 */
public record Endpoint(
    String name,
    URI url,
    String method,
    Duration timeout,
    Headers headers,
    Auth auth,
    RetryPolicy retry,
    long responseBytesMax,
    List<String> forwardHeaders,
    List<String> stripHeaders,
    OptionalInt concurrencyMax,
    HttpVersion httpVersion) {
  private static final int METHOD_LENGTH_MAX = 32;

  /** What to speak with a backend. */
  public enum HttpVersion {
    /** HTTP/2 where TLS negotiates it and the transport speaks it, else HTTP/1.1. */
    AUTO,
    HTTP_1_1,
    HTTP_2
  }

  public Endpoint {
    requireNonNull(name, "name");
    requireNonNull(url, "url");
    requireNonNull(method, "method");
    requireNonNull(timeout, "timeout");
    requireNonNull(headers, "headers");
    requireNonNull(auth, "auth");
    requireNonNull(retry, "retry");
    forwardHeaders = List.copyOf(forwardHeaders);
    stripHeaders = List.copyOf(stripHeaders);
    requireNonNull(concurrencyMax, "concurrencyMax");
    requireNonNull(httpVersion, "httpVersion");
    urlFault(url)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("the url of endpoint '" + name + "' " + fault);
            });
  }

  /**
   * What keeps {@code url} from being a backend's, in words that go on from "the url"; empty:
   * nothing.
   */
  public static Optional<String> urlFault(URI url) {
    String scheme = url.getScheme();
    if (scheme == null || !scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      return Optional.of("must start with http:// or https://");
    } else if (url.getHost() == null) {
      return Optional.of("must name a host");
    } else if (url.getPort() == 0 || url.getPort() > 65_535) {
      return Optional.of("must name a port from 1 to 65535");
    } else if (url.getRawUserInfo() != null) {
      return Optional.of("must not hold a user name or password; use auth_type: basic");
    } else if (url.getRawFragment() != null) {
      return Optional.of("must not hold a fragment (#…)");
    }
    return Optional.empty();
  }

  /**
   * Whether a backend can be called by {@code method}, upper case: CONNECT makes a tunnel, TRACE
   * must have no body and shows headers.
   */
  public static boolean isCallableBy(String method) {
    return method.length() <= METHOD_LENGTH_MAX
        && Headers.isToken(method)
        && !method.equals("CONNECT")
        && !method.equals("TRACE");
  }

  /** The same under another name and URL, for a URL that an allow list admits. */
  public Endpoint at(String otherName, URI otherUrl) {
    return new Endpoint(
        otherName,
        otherUrl,
        method,
        timeout,
        headers,
        auth,
        retry,
        responseBytesMax,
        forwardHeaders,
        stripHeaders,
        concurrencyMax,
        httpVersion);
  }
}
