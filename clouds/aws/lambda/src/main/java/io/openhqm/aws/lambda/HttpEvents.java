package io.openhqm.aws.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.Problem;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;

/**
 * Makes requests of the events of HTTP triggers: API Gateway HTTP API (payload formats 2.0 and
 * 1.0), REST API, Application Load Balancer, and Function URL. Safe for use by many threads.
 *
 * <p>How much of a request reaches a function differs, and what does is kept byte for byte:
 *
 * <ul>
 *   <li>HTTP API decodes the path: what cannot stand in a path is encoded again, and an encoded
 *       slash has become a plain one. Its query comes as it was.
 *   <li>REST API decodes the query: it is encoded again, in the order in which it comes.
 *   <li>A load balancer gives path and query as they were; with multi-value headers off, only the
 *       last of repeated parameters and fields.
 *   <li>HTTP API and Function URL join repeated fields by commas.
 * </ul>
 *
 * <p>Credentials that were for the gateway, which has checked them, are left out: nothing of them
 * is stored or goes to a backend.
 */
final class HttpEvents {
  /** Of a signature of AWS, version 4. */
  private static final Set<String> SIGNATURE =
      Set.of("authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token");

  private final String publicPath;

  /**
   * @param publicPath the path of the public URL, where the operator gave one: it may stand before
   *     our own paths; empty, or with a leading slash and without a trailing one
   */
  HttpEvents(String publicPath) {
    this.publicPath = publicPath;
  }

  /** What {@code event} is. Never throws for what is in it. */
  HttpEvent read(byte[] event) {
    EventFields fields;
    try {
      fields = EventFields.read(event);
    } catch (JacksonException notJson) {
      return refused(Trigger.HTTP_API, "The event is not JSON.");
    } catch (IllegalArgumentException odd) {
      return refused(Trigger.HTTP_API, "The event cannot be read: " + odd.getMessage() + ".");
    }
    var trigger = trigger(fields);
    if (trigger.isEmpty()) {
      return fields.isWarmUp || fields.isEmpty
          ? new HttpEvent.Ping(Trigger.HTTP_API)
          : refused(
              Trigger.HTTP_API,
              "The event is none of API Gateway, a Function URL or a load balancer; call this function by one of them.");
    }
    try {
      return call(fields, trigger.get());
    } catch (IllegalArgumentException odd) {
      return refused(trigger.get(), String.valueOf(odd.getMessage()));
    }
  }

  private static HttpEvent refused(Trigger trigger, String detail) {
    return new HttpEvent.Refused(Problem.of(Problem.Kind.BAD_REQUEST, detail), trigger);
  }

  private static Optional<Trigger> trigger(EventFields event) {
    if (event.hasContextHttp || event.version.equals("2.0")) {
      return Optional.of(
          event.domain.contains(".lambda-url.") ? Trigger.FUNCTION_URL : Trigger.HTTP_API);
    } else if (event.hasLoadBalancer) {
      return Optional.of(
          event.hasMultiValueHeaders ? Trigger.LOAD_BALANCER_MULTI : Trigger.LOAD_BALANCER);
    }
    return event.method.isEmpty() ? Optional.empty() : Optional.of(Trigger.REST_API);
  }

  private HttpEvent call(EventFields event, Trigger trigger) {
    boolean version2 = trigger == Trigger.HTTP_API || trigger == Trigger.FUNCTION_URL;
    String path = UriText.path(absolute(version2 ? event.rawPath : event.path));
    var base = BasePath.ofPublicUrl(publicPath, path);
    if (base.prefix().isEmpty()) {
      base =
          switch (trigger) {
            case HTTP_API -> BasePath.ofHttpApi(event, path);
            case REST_API -> BasePath.ofRestApi(event, path);
            case FUNCTION_URL, LOAD_BALANCER, LOAD_BALANCER_MULTI -> BasePath.NONE;
          };
    }
    String query =
        switch (trigger) {
          case HTTP_API, FUNCTION_URL -> event.rawQuery;
          case REST_API -> joined(parameters(event), true);
          case LOAD_BALANCER, LOAD_BALANCER_MULTI -> joined(parameters(event), false);
        };
    var headers = headers(event);
    var request =
        new ApiRequest(
            method(event.method),
            absolute(path.substring(base.prefix().length())),
            query.isEmpty() ? Optional.empty() : Optional.of(UriText.query(query)),
            headers,
            body(event, headers));
    return new HttpEvent.Call(request, base.base(), trigger);
  }

  private static String absolute(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }

  private static String method(String text) {
    if (!Headers.isToken(text)) {
      throw new IllegalArgumentException("The method is not a valid one (RFC 9110 §9.1).");
    }
    return text.toUpperCase(Locale.ROOT);
  }

  private static List<EventFields.Pair> parameters(EventFields event) {
    return event.multiValueQuery.isEmpty() ? event.query : event.multiValueQuery;
  }

  private static String joined(List<EventFields.Pair> parameters, boolean decoded) {
    var query = new StringBuilder();
    for (var each : parameters) {
      query
          .append(query.isEmpty() ? "" : "&")
          .append(decoded ? UriText.parameter(each.name()) : each.name())
          .append('=')
          .append(decoded ? UriText.parameter(each.value()) : each.value());
    }
    return query.toString();
  }

  private static Headers headers(EventFields event) {
    var pairs = event.multiValueHeaders.isEmpty() ? event.headers : event.multiValueHeaders;
    var fields = new ArrayList<Headers.Field>(pairs.size() + 1);
    for (var pair : pairs) {
      if (!isForGateway(pair.name().toLowerCase(Locale.ROOT), event)) {
        fields.add(field(pair.name(), pair.value().strip()));
      }
    }
    if (!event.cookies.isEmpty()) {
      // One field, as a client sends it (RFC 6265 §5.4).
      fields.add(field("cookie", String.join("; ", event.cookies)));
    }
    return new Headers(fields);
  }

  private static boolean isForGateway(String name, EventFields event) {
    return event.hasToken && name.equals("authorization")
        || event.isSigned && SIGNATURE.contains(name);
  }

  private static Headers.Field field(String name, String value) {
    if (!Headers.isToken(name) || !Headers.isFieldValue(value)) {
      throw new IllegalArgumentException(
          "The header field '"
              + (Headers.isToken(name) && name.length() <= 40 ? name : "…")
              + "' is not valid (RFC 9110 §5); correct or leave it out.");
    }
    return new Headers.Field(name, value);
  }

  private static Bytes body(EventFields event, Headers headers) {
    String body = event.body;
    if (body == null || body.isEmpty()) {
      return Bytes.empty();
    } else if (event.base64) {
      try {
        return Bytes.wrap(Base64.getDecoder().decode(body));
      } catch (IllegalArgumentException notBase64) {
        throw new IllegalArgumentException("The body is said to be base64 and is not.", notBase64);
      }
    }
    var bytes = Bytes.wrap(body.getBytes(UTF_8));
    if (isDamaged(body, bytes, headers)) {
      throw new IllegalArgumentException(
          "The body is not UTF-8, and the gateway took it for text and damaged it; send it with a"
              + " Content-Type that the gateway takes for binary, such as application/octet-stream.");
    }
    return bytes;
  }

  /**
   * A gateway that takes a body for text puts U+FFFD for what is no UTF-8. That this is not what
   * the client sent can be told by the length.
   */
  private static boolean isDamaged(String body, Bytes bytes, Headers headers) {
    if (hasLoneSurrogate(body)) {
      return true;
    }
    return body.indexOf('\uFFFD') >= 0
        && headers
            .first("Content-Length")
            .filter(length -> !length.equals(Integer.toString(bytes.length())))
            .isPresent();
  }

  private static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
