package io.openhqm.core.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Headers.Field;
import io.openhqm.core.Job;
import io.openhqm.core.Result;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client is told about a job that it wants the response of: the envelope, or the backend's
 * own bytes. Safe for use by many threads.
 */
public final class ResultAnswers {
  private static final Field NO_STORE = new Field("Cache-Control", "no-store");

  private final JobAnswers jobs;
  private final ClaimCheck claimCheck;
  private final InstantSource clock;

  /**
   * @param claimCheck where big results are
   */
  public ResultAnswers(JobAnswers jobs, ClaimCheck claimCheck, InstantSource clock) {
    this.jobs = jobs;
    this.claimCheck = claimCheck;
    this.clock = clock;
  }

  /**
   * The response resource: 202 while there is no response; then the envelope, or what {@link #body}
   * says if the client's {@code Accept} admits no JSON.
   *
   * @throws ProblemException 410: its time is over
   */
  public ApiResponse response(Job job, ApiRequest request) {
    if (!(job.state() instanceof Job.State.Ended ended)) {
      return jobs.pending(job);
    }
    requireServed(job);
    if (!Accept.admitsJson(request.headers())) {
      return ending(job.id(), ended);
    }
    return switch (ended.ending()) {
      case Ending.Completed completed -> envelope(job, ended, completed.result());
      case Ending.Failed failed -> told(job, ended, Optional.of(failed.error()));
      case Ending.TimedOut timedOut -> told(job, ended, Optional.of(timedOut.error()));
      case Ending.Cancelled cancelled -> told(job, ended, Optional.empty());
    };
  }

  /**
   * The body resource: 202 while there is no response; then the backend's status, content fields
   * and bytes. A job without an answer of a backend is a problem: 502 where there was none, 504
   * where it took too long, 410 where it was cancelled or is too old.
   *
   * @throws ProblemException that problem
   */
  public ApiResponse body(Job job) {
    if (!(job.state() instanceof Job.State.Ended ended)) {
      return jobs.pending(job);
    }
    requireServed(job);
    return ending(job.id(), ended);
  }

  /** Header fields as a JSON object; those that came more than once are an array. */
  public static String shown(Headers headers) {
    var json = new StringBuilder(256);
    appendHeaders(json, headers);
    return json.toString();
  }

  private void requireServed(Job job) {
    if (job.isExpired(clock.instant())) {
      throw new ProblemException(JobAnswers.expired(job.id()));
    }
  }

  private ApiResponse ending(UUID id, Job.State.Ended ended) {
    return switch (ended.ending()) {
      case Ending.Completed completed -> passedOn(id, completed.result());
      case Ending.Failed failed ->
          throw new ProblemException(Problem.of(Problem.Kind.NO_ANSWER, failed.error()).about(id));
      case Ending.TimedOut timedOut ->
          throw new ProblemException(
              Problem.of(Problem.Kind.DEADLINE_EXCEEDED, timedOut.error()).about(id));
      case Ending.Cancelled cancelled ->
          throw new ProblemException(
              Problem.of(
                      Problem.Kind.CANCELLED, "The request was cancelled, so there is no response.")
                  .about(id));
    };
  }

  private Bytes collected(UUID id, Result result) {
    return claimCheck
        .collect(result.body())
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(Problem.Kind.RESULT_EXPIRED, "The result is no longer kept.")
                        .about(id)));
  }

  private ApiResponse passedOn(UUID id, Result result) {
    var fields = new ArrayList<Field>();
    for (var field : result.headers().fields()) {
      if (isPassedOn(field.name().toLowerCase(Locale.ROOT))) {
        fields.add(field);
      }
    }
    fields.add(NO_STORE);
    fields.add(JobAnswers.correlation(id.toString()));
    // Tells a backend's 202 or 404 from ours.
    fields.add(new Field("X-OpenHQM-Status", "COMPLETED"));
    // A backend's page must not be taken for something else under our origin.
    fields.add(new Field("X-Content-Type-Options", "nosniff"));
    return new ApiResponse(
        result.statusCode(),
        new Headers(fields),
        isBodyless(result.statusCode()) ? Bytes.empty() : collected(id, result));
  }

  /**
   * Whether answers of this status have no body, though a backend may have written one (RFC 9110
   * §15.3.5, §15.3.6, §15.4.5).
   */
  private static boolean isBodyless(int statusCode) {
    return statusCode == 204 || statusCode == 205 || statusCode == 304;
  }

  /** What describes the body, and what an answer of its status needs to be understood. */
  private static boolean isPassedOn(String name) {
    return switch (name) {
      case "location", "www-authenticate", "allow" -> true;
      default -> name.startsWith("content-") && !name.equals("content-length");
    };
  }

  private ApiResponse envelope(Job job, Job.State.Ended ended, Result result) {
    var bytes = collected(job.id(), result);
    var shown = ShownBody.of(bytes, result.headers());
    var json = head(job).append(",\"result\":");
    var tail = new StringBuilder(256);
    if (shown.isBase64()) {
      tail.append(",\"result_encoding\":\"base64\"");
    }
    tail.append(",\"status_code\":").append(result.statusCode()).append(",\"headers\":");
    appendHeaders(tail, result.headers());
    appendTimes(tail, ended).append('}');
    byte[] before = json.toString().getBytes(UTF_8);
    byte[] after = tail.toString().getBytes(UTF_8);
    var all = ByteBuffer.allocate(before.length + shown.json().length() + after.length);
    all.put(before).put(shown.json().toByteBuffer()).put(after);
    return answer(job.id(), Bytes.wrap(all.array()));
  }

  private ApiResponse told(Job job, Job.State.Ended ended, Optional<String> error) {
    var json = head(job);
    error.ifPresent(text -> json.append(",\"error\":").append(Json.quote(text)));
    appendTimes(json, ended).append('}');
    return answer(job.id(), Bytes.wrap(json.toString().getBytes(UTF_8)));
  }

  private static ApiResponse answer(UUID id, Bytes json) {
    return ApiResponse.json(200, json)
        .with("Cache-Control", "no-store")
        .with("X-Correlation-ID", id.toString());
  }

  private static StringBuilder head(Job job) {
    return new StringBuilder(256)
        .append("{\"correlation_id\":\"")
        .append(job.id())
        .append("\",\"status\":\"")
        .append(job.status().name())
        .append('"');
  }

  private static StringBuilder appendTimes(StringBuilder json, Job.State.Ended ended) {
    ended
        .startedAt()
        .ifPresent(
            started ->
                json.append(",\"processing_time_ms\":")
                    .append(Math.max(0, Duration.between(started, ended.endedAt()).toMillis())));
    return json.append(",\"completed_at\":\"").append(ended.endedAt()).append('"');
  }

  /**
   * An object; a field that came more than once is an array, in the spelling in which it came
   * first.
   */
  private static void appendHeaders(StringBuilder json, Headers headers) {
    Map<String, List<Field>> byName = new LinkedHashMap<>();
    for (var field : headers.fields()) {
      byName
          .computeIfAbsent(field.name().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
          .add(field);
    }
    json.append('{');
    for (var same : byName.values()) {
      json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
          .append(Json.quote(same.getFirst().name()))
          .append(':');
      if (same.size() == 1) {
        json.append(Json.quote(same.getFirst().value()));
      } else {
        json.append('[');
        for (int i = 0; i < same.size(); i++) {
          json.append(i == 0 ? "" : ",").append(Json.quote(same.get(i).value()));
        }
        json.append(']');
      }
    }
    json.append('}');
  }
}
