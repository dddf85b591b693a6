package io.openhqm.core.endpoint;

import io.openhqm.core.Attempt;
import io.openhqm.core.Endpoint;
import io.openhqm.core.Headers;
import io.openhqm.core.HopByHop;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header fields of a call to a backend. Precedence, lowest first: the client's forwarded
 * fields, what the route takes out of the message, the endpoint's credential, the endpoint's static
 * fields. A stripped field is stripped wherever it came from, and so are hop-by-hop fields (RFC
 * 9110 §7.6.1).
 */
public final class OutboundHeaders {
  /** What the HTTP client itself sets. */
  private static final Set<String> CLIENTS_OWN = Set.of("host", "content-length", "expect");

  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

  private static final HexFormat HEX = HexFormat.of();

  private final Headers fixed;
  private final Set<String> fixedNames;
  private final Set<String> stripped;
  private final Set<String> forwarded;
  private final boolean forwardAll;

  /** The rules of one endpoint, worked out once. */
  public OutboundHeaders(Endpoint endpoint) {
    this.stripped = lower(endpoint.stripHeaders());
    this.forwarded = lower(endpoint.forwardHeaders());
    this.forwardAll = forwarded.contains("*");
    var fields = new ArrayList<Headers.Field>();
    endpoint
        .auth()
        .toField()
        .filter(field -> !endpoint.headers().has(field.name()))
        .ifPresent(fields::add);
    fields.addAll(endpoint.headers().fields());
    this.fixed = HopByHop.strip(new Headers(fields)).filter(field -> isSent(name(field)));
    this.fixedNames =
        fixed.fields().stream().map(OutboundHeaders::name).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The fields of one attempt, with what tells the backend which job it is: {@code
   * X-Correlation-ID}, {@code Idempotency-Key} (the same over all attempts), {@code
   * X-OpenHQM-Attempt}, {@code traceparent}.
   */
  public Headers of(Attempt attempt, RandomGenerator random) {
    var message = attempt.message();
    var mapped = HopByHop.strip(attempt.route().rewrite().headers());
    var fields = new ArrayList<Headers.Field>(message.headers().fields().size() + 8);
    for (var field : HopByHop.strip(message.headers()).fields()) {
      String name = name(field);
      boolean wanted = forwardAll || forwarded.contains(name);
      if (wanted && isFree(name) && !isOurs(name) && !mapped.has(name)) {
        fields.add(field);
      }
    }
    mapped.fields().stream().filter(field -> isFree(name(field))).forEach(fields::add);
    fields.addAll(fixed.fields());
    addOurs(fields, attempt, mapped, random);
    return new Headers(fields);
  }

  private void addOurs(
      List<Headers.Field> fields, Attempt attempt, Headers mapped, RandomGenerator random) {
    var message = attempt.message();
    String id = message.id().toString();
    add(fields, mapped, "x-correlation-id", "X-Correlation-ID", id);
    add(fields, mapped, "idempotency-key", "Idempotency-Key", '"' + id + '"');
    String number = Integer.toString(attempt.number());
    add(fields, mapped, "x-openhqm-attempt", "X-OpenHQM-Attempt", number);
    var trace = message.traceparent().filter(OutboundHeaders::isTraceparent);
    add(fields, mapped, "traceparent", "traceparent", traceparent(trace, random));
    if (trace.isPresent()) {
      // Belongs to the trace and so goes with it, whatever the forward list says.
      message
          .headers()
          .all("tracestate")
          .forEach(state -> add(fields, mapped, "tracestate", "tracestate", state));
    }
  }

  /** What the route or the endpoint sets for itself, or wants stripped, is left to it. */
  private void add(
      List<Headers.Field> fields, Headers mapped, String lowerName, String name, String value) {
    if (isFree(lowerName) && !mapped.has(lowerName)) {
      fields.add(new Headers.Field(name, value));
    }
  }

  private boolean isFree(String name) {
    return isSent(name) && !fixedNames.contains(name);
  }

  private boolean isSent(String name) {
    return !stripped.contains(name) && !CLIENTS_OWN.contains(name);
  }

  private static boolean isOurs(String name) {
    return switch (name) {
      case "x-correlation-id",
          "idempotency-key",
          "x-openhqm-attempt",
          "traceparent",
          "tracestate" ->
          true;
      default -> false;
    };
  }

  /**
   * The same trace with a new span for each attempt (W3C Trace Context); a new trace where none
   * came.
   */
  private static String traceparent(Optional<String> trace, RandomGenerator random) {
    String span = HEX.toHexDigits(random.nextLong() | 1);
    return trace
        .map(parent -> "00" + parent.substring(2, 36) + span + parent.substring(52, 55))
        .orElseGet(
            () ->
                "00-"
                    + HEX.toHexDigits(random.nextLong())
                    + HEX.toHexDigits(random.nextLong() | 1)
                    + "-"
                    + span
                    + "-01");
  }

  /** A message of another program may carry anything under that name. */
  private static boolean isTraceparent(String text) {
    return TRACEPARENT.matcher(text).matches();
  }

  private static Set<String> lower(List<String> names) {
    return names.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static String name(Headers.Field field) {
    return field.name().toLowerCase(Locale.ROOT);
  }
}
