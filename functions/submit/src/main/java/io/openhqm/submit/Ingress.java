package io.openhqm.submit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint;
import io.openhqm.core.Headers;
import io.openhqm.core.HopByHop;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.endpoint.DotSegments;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns a plain HTTP request to {@code /proxy/{endpoint}/{path}?{query}} into a submission: method,
 * path, query, fields and body go on as they came. How it is handled can be said in {@code
 * X-OpenHQM-} fields, which stay here.
 */
final class Ingress {
  private Ingress() {}

  /**
   * The submission.
   *
   * @param rest what follows {@code /proxy/}
   * @throws ProblemException 400: a method, path or query that cannot be passed on; 422: a field of
   *     ours that breaks a rule
   */
  static Submission read(ApiRequest request, String rest, Submit.Settings settings, Instant now) {
    if (!Endpoint.isCallableBy(request.method())) {
      throw new ProblemException(
          Problem.of(
              Problem.Kind.BAD_REQUEST, "CONNECT and TRACE cannot be passed on to a backend."));
    }
    int slash = rest.indexOf('/');
    String path = slash < 0 ? "" : rest.substring(slash);
    requireForwardable(path, request.query());
    var handling = new Handling(settings, now);
    handling.endpoint("", decoded(slash < 0 ? rest : rest.substring(0, slash)));
    handling.method("", request.method());
    readOwnFields(request.headers(), handling);
    var headers =
        HopByHop.strip(request.headers())
            .filter(field -> isForwarded(field.name().toLowerCase(Locale.ROOT)));
    handling.findSession(request.body(), headers, ownMetadata(handling));
    String target = path + request.query().map(query -> '?' + query).orElse("");
    var metadata = handling.metadata(Optional.of(target), Bytes.empty());
    return new Submission(request.body(), headers, metadata, handling.due(), headers);
  }

  /** What the request itself says of its handling, as a submission would in its metadata. */
  private static Bytes ownMetadata(Handling handling) {
    return Bytes.utf8(
        "{\"endpoint\":"
            + Json.quote(handling.endpoint())
            + ",\"method\":"
            + Json.quote(handling.method())
            + ",\"priority\":"
            + handling.priority()
            + '}');
  }

  private static void readOwnFields(Headers headers, Handling handling) {
    headers.first("X-OpenHQM-Priority").ifPresent(text -> handling.priority("", text));
    headers.first("X-OpenHQM-Session").ifPresent(text -> handling.sessionId("", text));
    headers.first("X-OpenHQM-Timeout").ifPresent(text -> handling.timeout("", text));
    headers.first("X-OpenHQM-Delay").ifPresent(text -> handling.delay("", text));
    headers.first("X-OpenHQM-Not-Before").ifPresent(text -> handling.notBefore("", text));
  }

  /** What is for this hop stays here: the connection's own, and what was said to us. */
  private static boolean isForwarded(String name) {
    return switch (name) {
      case "host", "content-length", "expect", "prefer", "idempotency-key", "traceparent" -> false;
      default -> !name.startsWith("x-openhqm-");
    };
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw badPath("a percent sign must be followed by two hexadecimal digits");
    }
  }

  private static void requireForwardable(String path, Optional<String> query) {
    requireUriCharacters(path, "/:@!$&'()*+,;=-._~%");
    query.ifPresent(text -> requireUriCharacters(text, "/:@!$&'()*+,;=-._~%?[]"));
    // An endpoint's base path is a border: a dot segment would climb over it, whichever way it is
    // written.
    if (DotSegments.in(path)) {
      throw badPath("segments of one or two dots are not passed on");
    }
  }

  private static void requireUriCharacters(String text, String marks) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || marks.indexOf(c) >= 0;
      if (!plain) {
        throw badPath("a character that a URI cannot hold must be percent-encoded (RFC 3986)");
      }
      boolean escape =
          c == '%'
              && i + 2 < text.length()
              && isHex(text.charAt(i + 1))
              && isHex(text.charAt(i + 2));
      if (c == '%' && !escape) {
        throw badPath("a percent sign must be followed by two hexadecimal digits");
      }
    }
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 0x80;
  }

  private static ProblemException badPath(String rule) {
    return new ProblemException(
        Problem.of(
            Problem.Kind.BAD_REQUEST, "The path or query cannot be passed on: " + rule + "."));
  }
}
