package io.openhqm.core.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Headers.Field;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client is told about a job that has not ended, and where it stands. The answers are put
 * together as text, not by a JSON writer: they are made for every submission and every poll, and
 * all that is not ours in them is escaped by {@link Json#quote}.
 *
 * <p>Safe for use by many threads.
 */
public final class JobAnswers {
  private static final Field JSON = new Field("Content-Type", "application/json");
  private static final Field NO_STORE = new Field("Cache-Control", "no-store");
  private static final Field NO_CACHE = new Field("Cache-Control", "private, no-cache");

  private final Links links;
  private final Duration pollAfter;
  private final InstantSource clock;

  /**
   * @param pollAfter when a client may come again that waits for a job; whole seconds, at least
   *     one, are told to it
   */
  public JobAnswers(Links links, Duration pollAfter, InstantSource clock) {
    this.links = links;
    this.pollAfter = pollAfter;
    this.clock = clock;
  }

  /** 202: the job is accepted, or was before. */
  public ApiResponse accepted(Job job) {
    return accepted(job, pollAfter);
  }

  /**
   * 202: the job is accepted.
   *
   * @param after when its client may come again
   */
  public ApiResponse accepted(Job job, Duration after) {
    String id = job.id().toString();
    return new ApiResponse(202, pendingFields(id, job, after), told(id, job, ""));
  }

  /** 202: there is no response yet. */
  public ApiResponse pending(Job job) {
    return accepted(job);
  }

  /** 202: a dead letter runs again, as this job. */
  public ApiResponse redriven(Job job, UUID deadLetter) {
    String id = job.id().toString();
    String from = "\"redriven_from\":\"" + deadLetter + "\",";
    return new ApiResponse(202, pendingFields(id, job, pollAfter), told(id, job, from));
  }

  /** 202: cancellation was asked for, or took effect at once. 200: it was cancelled before. */
  public ApiResponse cancelled(int status, Job job) {
    String id = job.id().toString();
    var fields = new Headers(List.of(JSON, NO_STORE, correlation(id)));
    return new ApiResponse(status, fields, told(id, job, ""));
  }

  /** 200: where the job stands; 304 if that is what the client has. */
  public ApiResponse status(Job job, ApiRequest request) {
    String id = job.id().toString();
    String tag = tag(job);
    var fields = new ArrayList<Field>(8);
    fields.add(NO_CACHE);
    fields.add(new Field("ETag", tag));
    fields.add(correlation(id));
    fields.add(link(id));
    if (!job.status().isTerminal()) {
      fields.add(retryAfter(job, pollAfter));
    }
    if (matches(request.headers(), tag)) {
      return new ApiResponse(304, new Headers(fields), Bytes.empty());
    }
    fields.add(JSON);
    var body = new StringBuilder(512);
    appendHead(body, id, job)
        .append("\",\"submitted_at\":\"")
        .append(job.submittedAt())
        .append("\",\"updated_at\":\"")
        .append(job.updatedAt())
        .append("\",\"attempts\":")
        .append(job.attempts())
        .append(',');
    appendState(body, job);
    appendLinks(body, id).append('}');
    return new ApiResponse(200, new Headers(fields), bytes(body));
  }

  /** 303: it ended, and the response is over there. */
  public ApiResponse redirect(UUID id) {
    return new ApiResponse(
        303,
        Headers.of(
            "Location",
            links.response(id),
            "Cache-Control",
            "no-store",
            "X-Correlation-ID",
            id.toString()),
        Bytes.empty());
  }

  /** 404: never was, or is no longer known. */
  public static Problem unknown() {
    return Problem.of(
        Problem.Kind.NOT_FOUND,
        "No request of this id is known; ids are those that a submission was answered with, and are forgotten later.");
  }

  /** 410: it is known but no longer served. */
  public static Problem expired(UUID id) {
    return Problem.of(
            Problem.Kind.RESULT_EXPIRED, "The request ended and its time to be read is over.")
        .about(id);
  }

  private Headers pendingFields(String id, Job job, Duration after) {
    return new Headers(
        List.of(
            JSON,
            NO_STORE,
            new Field("Location", links.status(id)),
            retryAfter(job, after),
            correlation(id),
            link(id)));
  }

  private Field link(String id) {
    return new Field(
        "Link",
        "<"
            + links.status(id)
            + ">; rel=\"status\", <"
            + links.response(id)
            + ">; rel=\"related\"");
  }

  static Field correlation(String id) {
    return new Field("X-Correlation-ID", id);
  }

  private Field retryAfter(Job job, Duration after) {
    Duration wait = after;
    if (job.state() instanceof Job.State.Pending pending) {
      var untilDue = Duration.between(clock.instant(), pending.notBefore());
      wait = untilDue.compareTo(wait) > 0 ? untilDue : wait;
    }
    return new Field("Retry-After", Long.toString(Problem.seconds(wait)));
  }

  private Bytes told(String id, Job job, String more) {
    var body = new StringBuilder(512);
    appendHead(body, id, job)
        .append("\",\"submitted_at\":\"")
        .append(job.submittedAt())
        .append("\",")
        .append(more);
    return bytes(appendLinks(body, id).append('}'));
  }

  private static StringBuilder appendHead(StringBuilder json, String id, Job job) {
    return json.append("{\"correlation_id\":\"")
        .append(id)
        .append("\",\"status\":\"")
        .append(job.status().name());
  }

  private StringBuilder appendLinks(StringBuilder json, String id) {
    return json.append("\"links\":{\"status\":\"")
        .append(links.status(id))
        .append("\",\"response\":\"")
        .append(links.response(id))
        .append("\",\"cancel\":\"")
        .append(links.cancel(id))
        .append("\"}");
  }

  private static void appendState(StringBuilder json, Job job) {
    switch (job.state()) {
      case Job.State.Pending pending -> {
        if (pending.notBefore().isAfter(job.submittedAt())) {
          json.append("\"not_before\":\"").append(pending.notBefore()).append("\",");
        }
        pending
            .lastError()
            .ifPresent(
                error -> json.append("\"last_error\":").append(Json.quote(error)).append(','));
      }
      case Job.State.Processing processing -> {
        if (processing.cancelRequested()) {
          json.append("\"cancel_requested\":true,");
        }
      }
      case Job.State.Ended ended ->
          json.append("\"expires_at\":\"").append(ended.expiresAt()).append("\",");
    }
  }

  /** All that the answer says follows from these four. */
  private static String tag(Job job) {
    Instant at = job.updatedAt();
    boolean stopping =
        job.state() instanceof Job.State.Processing processing && processing.cancelRequested();
    return "\""
        + Long.toHexString(at.getEpochSecond())
        + '.'
        + Integer.toHexString(at.getNano())
        + '-'
        + job.attempts()
        + letter(job.status())
        + (stopping ? "x" : "")
        + '"';
  }

  private static char letter(JobStatus status) {
    return switch (status) {
      case PENDING -> 'p';
      case PROCESSING -> 'r';
      case COMPLETED -> 'c';
      case FAILED -> 'f';
      case TIMEOUT -> 't';
      case CANCELLED -> 'k';
    };
  }

  /**
   * {@code If-None-Match} by weak comparison (RFC 9110 §13.1.2). Our tags hold no comma, so a list
   * may be cut at commas.
   */
  private static boolean matches(Headers headers, String tag) {
    Optional<String> any = headers.first("If-None-Match");
    if (any.isEmpty()) {
      return false;
    }
    for (String value : headers.all("If-None-Match")) {
      for (String candidate : value.split(",", -1)) {
        String stripped = candidate.strip();
        if (stripped.equals("*") || stripped.equals(tag) || stripped.equals("W/" + tag)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Bytes bytes(StringBuilder json) {
    return Bytes.wrap(json.toString().getBytes(UTF_8));
  }
}
