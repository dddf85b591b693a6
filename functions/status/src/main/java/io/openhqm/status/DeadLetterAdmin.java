package io.openhqm.status;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.DeadLetters.Summary;
import io.openhqm.core.Headers;
import io.openhqm.core.IdSource;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.Api;
import io.openhqm.core.api.ApiFunction;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.JobAnswers;
import io.openhqm.core.api.JobIds;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.Links;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import io.openhqm.core.api.Resource;
import io.openhqm.core.api.ResultAnswers;
import io.openhqm.core.api.ShownBody;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;

/**
 * Lists, shows, redrives and purges dead letters. For operators: it shows payloads, so the server
 * must restrict who may call it. Safe for use by many threads.
 */
public final class DeadLetterAdmin implements ApiFunction {
  private static final int LIMIT_MAX = 1_000;
  private static final int LIMIT_DEFAULT = 100;
  private static final int SHOWN_BYTES_MAX = 65_536;

  /**
   * What it works with.
   *
   * @param letters the dead letters
   * @param claimCheck where big payloads are
   * @param links where a redriven job's resources are found
   * @param ids makes the ids of redriven jobs
   * @param clock the time of day
   * @param telemetry told of trouble
   */
  public record Ports(
      DeadLetters letters,
      ClaimCheck claimCheck,
      Links links,
      IdSource ids,
      InstantSource clock,
      Telemetry telemetry) {}

  private final Ports ports;
  private final JobAnswers answers;
  private final Api api;

  /** Closes nothing of what it is given. */
  public DeadLetterAdmin(Ports ports) {
    this.ports = ports;
    this.answers = new JobAnswers(ports.links(), Duration.ofSeconds(1), ports.clock());
    this.api = new Api(resources(), ports.telemetry());
  }

  /** What it answers, for an {@link Api} of several functions. */
  public List<Resource> resources() {
    return List.of(
        Resource.at("/api/v1/dead-letters", (request, none) -> list(request), "GET"),
        Resource.at("/api/v1/dead-letters/{id}", (request, id) -> show(id), "GET"),
        Resource.at("/api/v1/dead-letters/{id}", (request, id) -> purge(id), "DELETE"),
        Resource.at("/api/v1/dead-letters/{id}/redrive", (request, id) -> redrive(id), "POST"));
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws InterruptedException {
    return api.handle(request);
  }

  private ApiResponse list(ApiRequest request) {
    int limit = request.queryParameter("limit").map(DeadLetterAdmin::limit).orElse(LIMIT_DEFAULT);
    Optional<UUID> after = request.queryParameter("after").map(DeadLetterAdmin::after);
    var letters = ports.letters().list(after, limit);
    var out = new ByteArrayOutputStream(1024);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("dead_letters");
      for (var letter : letters) {
        json.writeStartObject();
        writeSummary(json, letter);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberProperty("count", ports.letters().count());
      if (letters.size() == limit) {
        // A full page: there may be more behind its last one.
        json.writeStringProperty(
            "next", "/api/v1/dead-letters?after=" + letters.getLast().id() + "&limit=" + limit);
      }
      json.writeEndObject();
    }
    return answer(out);
  }

  private ApiResponse show(String idText) {
    var letter = find(idText);
    var out = new ByteArrayOutputStream(4096);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      writeSummary(json, letter.summary());
      json.writeName("headers");
      json.writeRawValue(ResultAnswers.shown(SecretFields.masked(letter.message().headers())));
      if (!letter.message().metadata().json().isEmpty()) {
        json.writeName("metadata");
        json.writeRawValue(letter.message().metadata().json().toUtf8());
      }
      letter
          .message()
          .metadata()
          .target()
          .ifPresent(target -> json.writeStringProperty("target", target));
      writePayload(json, letter.message());
      json.writeEndObject();
    }
    return answer(out);
  }

  private static void writeSummary(JsonGenerator json, Summary letter) {
    json.writeStringProperty("correlation_id", letter.id().toString());
    json.writeStringProperty("reason", letter.reason());
    json.writeStringProperty("dead_at", letter.deadAt().toString());
    json.writeStringProperty("submitted_at", letter.submittedAt().toString());
    json.writeNumberProperty("attempts", letter.attempts());
    letter.endpoint().ifPresent(endpoint -> json.writeStringProperty("endpoint", endpoint));
    json.writeNumberProperty("payload_bytes", letter.payloadBytes());
  }

  private void writePayload(JsonGenerator json, Message message) {
    Optional<Bytes> payload =
        message.payload().length() > SHOWN_BYTES_MAX
            ? Optional.empty()
            : ports.claimCheck().collect(message.payload());
    json.writeBooleanProperty("payload_shown", payload.isPresent());
    payload.ifPresent(
        bytes -> {
          var shown = ShownBody.of(bytes, message.headers());
          json.writeName("payload");
          json.writeRawValue(shown.json().toUtf8());
          if (shown.isBase64()) {
            json.writeStringProperty("payload_encoding", "base64");
          }
        });
  }

  /** The same message again, as a job of its own, which has a payload of its own. */
  private ApiResponse redrive(String idText) {
    var old = find(idText).message();
    var payload = ports.claimCheck().collect(old.payload()).orElseThrow(() -> withoutPayload(old));
    var now = ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    var job = Job.pending(ports.ids().next(), now, now, Optional.empty());
    var message =
        ports
            .claimCheck()
            .leavePayload(
                new Message(
                    job.id(),
                    Body.of(payload),
                    old.headers(),
                    old.metadata(),
                    now,
                    old.traceparent()));
    if (!ports.letters().redrive(old.id(), job, message)) {
      drop(message);
      throw notHad(idText);
    }
    drop(old);
    return answers.redriven(job, old.id());
  }

  private static ProblemException withoutPayload(Message old) {
    return new ProblemException(
        Problem.of(
                Problem.Kind.RESULT_EXPIRED,
                "The payload of this dead letter is no longer kept, so it cannot run again.")
            .about(old.id()));
  }

  /** What was asked for is done by now, whatever becomes of the payload. */
  private void drop(Message message) {
    try {
      ports.claimCheck().drop(message.payload());
    } catch (UnavailableException down) {
      ports.telemetry().trouble("a payload that nobody needs waits for the sweep", down);
    }
  }

  private ApiResponse purge(String idText) {
    var letter = find(idText);
    if (!ports.letters().purge(letter.message().id())) {
      throw notHad(idText);
    }
    drop(letter.message());
    return new ApiResponse(204, Headers.none(), Bytes.empty());
  }

  private DeadLetter find(String idText) {
    return JobIds.parse(idText)
        .flatMap(ports.letters()::find)
        .orElseThrow(DeadLetterAdmin::unknown);
  }

  /** It was there a moment ago: that it is gone is said only if it is not found again. */
  private RuntimeException notHad(String idText) {
    find(idText);
    return new UnavailableException(
        "Another process looks at this dead letter at the moment. Try again.",
        Duration.ofSeconds(1));
  }

  private static int limit(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int limit = digits ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ProblemException(
          Problem.of(Problem.Kind.BAD_REQUEST, "limit must be 1 to " + LIMIT_MAX + "."));
    }
    return limit;
  }

  private static UUID after(String text) {
    return JobIds.parse(text)
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(
                        Problem.Kind.BAD_REQUEST, "after must be the id of a dead letter.")));
  }

  private static ProblemException unknown() {
    return new ProblemException(
        Problem.of(
            Problem.Kind.NOT_FOUND,
            "There is no dead letter of this id; it may have been redriven or purged."));
  }

  private static ApiResponse answer(ByteArrayOutputStream out) {
    return ApiResponse.json(200, Bytes.wrap(out.toByteArray())).with("Cache-Control", "no-store");
  }
}
