package io.openhqm.core.api;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What went wrong with a request (RFC 9457), answered as {@code application/problem+json}.
 *
 * @param kind what kind of problem; its URI is {@code type}
 * @param detail what happened, to what, and what to do; never holds a credential
 * @param errors the places in the body that break a rule
 * @param correlationId the job it is about
 * @param retryAfter when to come again
 */
public record Problem(
    Kind kind,
    String detail,
    List<FieldError> errors,
    Optional<UUID> correlationId,
    Optional<Duration> retryAfter) {

  /**
   * @param pointer a JSON Pointer (RFC 6901) into the request's body
   * @param detail the rule and what was found
   */
  public record FieldError(String pointer, String detail) {}

  /**
   * The kinds of problem; {@code type} is {@code /problems/} and the kind's name, relative so that
   * it holds behind any gateway.
   */
  public enum Kind {
    BAD_REQUEST(400, "Bad request"),
    NOT_JSON(400, "The body is not JSON"),
    IDEMPOTENCY_KEY_INVALID(400, "The Idempotency-Key is not valid"),
    FORBIDDEN(403, "Not allowed from here"),
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    REQUEST_TIMEOUT(408, "The request came too slowly"),
    NOT_CANCELLABLE(409, "Already finished"),
    RESULT_EXPIRED(410, "Expired"),
    CANCELLED(410, "The request was cancelled"),
    BODY_TOO_LARGE(413, "Body too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    VALIDATION(422, "The request breaks a rule"),
    ROUTE_UNKNOWN(422, "Unknown endpoint"),
    SSRF_REFUSED(422, "This URL is not allowed"),
    IDEMPOTENCY_MISMATCH(422, "Idempotency-Key was used with another request"),
    HEADERS_TOO_LARGE(431, "Header fields too large"),
    INTERNAL(500, "Internal error"),
    NO_ANSWER(502, "The backend gave no answer"),
    QUEUE_UNAVAILABLE(503, "Cannot take work now"),
    OVERLOADED(503, "Too many requests are waiting"),
    DEADLINE_EXCEEDED(504, "The backend did not answer in time");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    /** The HTTP status code. */
    public int status() {
      return status;
    }

    /** The same for every problem of the kind. */
    public String title() {
      return title;
    }

    /** The problem type, a relative URI. */
    public String type() {
      return "/problems/" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  public Problem {
    requireNonNull(kind, "kind");
    requireNonNull(detail, "detail");
    errors = List.copyOf(errors);
    requireNonNull(correlationId, "correlationId");
    requireNonNull(retryAfter, "retryAfter");
  }

  /** A problem that is about nothing but the request. */
  public static Problem of(Kind kind, String detail) {
    return new Problem(kind, detail, List.of(), Optional.empty(), Optional.empty());
  }

  /** A problem with one place in the body. */
  public static Problem at(Kind kind, String pointer, String detail) {
    return new Problem(
        kind, detail, List.of(new FieldError(pointer, detail)), Optional.empty(), Optional.empty());
  }

  /** The same about a job. */
  public Problem about(UUID id) {
    return new Problem(kind, detail, errors, Optional.of(id), retryAfter);
  }

  /** The same with a time to come again. */
  public Problem retryAfter(Duration time) {
    return new Problem(kind, detail, errors, correlationId, Optional.of(time));
  }

  /** The answer that tells it. */
  public ApiResponse toResponse() {
    var out = new ByteArrayOutputStream(256);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("type", kind.type());
      json.writeStringProperty("title", kind.title());
      json.writeNumberProperty("status", kind.status());
      json.writeStringProperty("detail", detail);
      correlationId.ifPresent(id -> json.writeStringProperty("correlation_id", id.toString()));
      retryAfter.ifPresent(time -> json.writeNumberProperty("retry_after", seconds(time)));
      if (!errors.isEmpty()) {
        json.writeArrayPropertyStart("errors");
        for (var error : errors) {
          json.writeStartObject();
          json.writeStringProperty("pointer", error.pointer());
          json.writeStringProperty("detail", error.detail());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    }
    var headers = Headers.of("Content-Type", "application/problem+json");
    var response = new ApiResponse(kind.status(), headers, Bytes.wrap(out.toByteArray()));
    return retryAfter
        .map(time -> response.with("Retry-After", Long.toString(seconds(time))))
        .orElse(response);
  }

  /** Whole seconds, rounded up, at least 1: what {@code Retry-After} can say. */
  public static long seconds(Duration time) {
    return Math.max(1, time.plusNanos(999_999_999).toSeconds());
  }
}
