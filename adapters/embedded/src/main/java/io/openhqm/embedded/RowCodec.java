package io.openhqm.embedded;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of what stands in the columns {@code state} and {@code request}. One blob a
 * column rather than a column a field: each value bound costs a call into native code. Each begins
 * with a version, so that an old row can be read for ever.
 */
final class RowCodec {
  private static final int VERSION = 1;

  private static final int ENDPOINT = 1;
  private static final int METHOD = 2;
  private static final int TARGET = 4;
  private static final int TIMEOUT = 8;
  private static final int SESSION = 16;
  private static final int TRACE = 32;
  private static final int STORED = 64;

  private static final int HAS_KEY = 1;
  private static final int HAS_ERROR = 2;
  private static final int HAS_STARTED = 4;
  private static final int HAS_STORED_BODY = 8;

  private static final int WAITING = 0;
  private static final int COMPLETED = 1;
  private static final int FAILED = 2;
  private static final int TIMED_OUT = 3;
  private static final int CANCELLED = 4;

  private RowCodec() {}

  /** All of a message but its id, which the row has in a column of its own. */
  static byte[] encode(Message message) {
    var metadata = message.metadata();
    int flags =
        flag(metadata.endpoint(), ENDPOINT)
            | flag(metadata.method(), METHOD)
            | flag(metadata.target(), TARGET)
            | flag(metadata.timeout(), TIMEOUT)
            | flag(metadata.sessionId(), SESSION)
            | flag(message.traceparent(), TRACE)
            | (message.payload() instanceof Body.Stored ? STORED : 0);
    int inline = message.payload() instanceof Body.Inline body ? body.bytes().length() : 0;
    var out =
        new ByteWriter(
            inline + metadata.json().length() + 32 + 48 * message.headers().fields().size());
    out.octet(VERSION)
        .octet(flags)
        .octet(metadata.priority().level())
        .instant(message.submittedAt());
    writeHeaders(out, message.headers());
    out.optionalText(metadata.endpoint())
        .optionalText(metadata.method())
        .optionalText(metadata.target());
    metadata.timeout().ifPresent(limit -> out.number(limit.getSeconds()).number(limit.getNano()));
    out.optionalText(metadata.sessionId())
        .bytes(metadata.json())
        .optionalText(message.traceparent());
    switch (message.payload()) {
      case Body.Inline body -> out.bytes(body.bytes());
      case Body.Stored body -> out.text(body.key()).number(body.length());
    }
    return out.toArray();
  }

  static Message message(UUID id, byte[] row) {
    var in = new ByteReader(row);
    version(in);
    try {
      int flags = in.octet();
      var priority = new Priority(in.octet());
      var submittedAt = in.instant();
      var headers = headers(in);
      var endpoint = optionalText(in, flags, ENDPOINT);
      var method = optionalText(in, flags, METHOD);
      var target = optionalText(in, flags, TARGET);
      Optional<Duration> timeout =
          (flags & TIMEOUT) == 0
              ? Optional.empty()
              : Optional.of(Duration.ofSeconds(in.number(), in.number()));
      var session = optionalText(in, flags, SESSION);
      var json = in.bytes();
      var trace = optionalText(in, flags, TRACE);
      Body payload =
          (flags & STORED) == 0
              ? new Body.Inline(in.bytes())
              : new Body.Stored(in.text(), in.number());
      in.end();
      var metadata = new Metadata(endpoint, method, target, timeout, priority, session, json);
      return new Message(id, payload, headers, metadata, submittedAt, trace);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new DamagedRowException("a field of a message is out of range");
    }
  }

  /**
   * What the row knows of its job beside the columns; the bytes of an inline result body are a
   * column of their own.
   */
  static byte[] encode(JobPart part) {
    var out = new ByteWriter(72);
    out.octet(VERSION);
    switch (part.stand()) {
      case JobPart.Waiting waiting -> {
        out.octet(WAITING)
            .octet(flag(part.idempotency(), HAS_KEY) | flag(waiting.lastError(), HAS_ERROR));
        writeBase(out, part);
        out.instant(waiting.notBefore()).optionalText(waiting.lastError());
      }
      case JobPart.Ended ended -> {
        int stored =
            ended.ending() instanceof Ending.Completed done
                    && done.result().body() instanceof Body.Stored
                ? HAS_STORED_BODY
                : 0;
        out.octet(code(ended.ending()))
            .octet(
                flag(part.idempotency(), HAS_KEY) | flag(ended.startedAt(), HAS_STARTED) | stored);
        writeBase(out, part);
        ended.startedAt().ifPresent(out::instant);
        out.instant(ended.endedAt()).instant(ended.expiresAt());
        writeEnding(out, ended.ending());
      }
    }
    return out.toArray();
  }

  /**
   * @param body the bytes of the result, where they are in the row
   */
  static JobPart jobPart(byte[] state, byte @Nullable [] body) {
    var in = new ByteReader(state);
    version(in);
    try {
      int code = in.octet();
      int flags = in.octet();
      int attempts = in.count();
      long fence = in.number();
      var submittedAt = in.instant();
      var updatedAt = in.instant();
      Optional<Job.Idempotency> idempotency =
          (flags & HAS_KEY) == 0
              ? Optional.empty()
              : Optional.of(new Job.Idempotency(in.text(), in.bytes()));
      JobPart.Stand stand;
      if (code == WAITING) {
        stand = new JobPart.Waiting(in.instant(), optionalText(in, flags, HAS_ERROR));
      } else {
        Optional<Instant> startedAt =
            (flags & HAS_STARTED) == 0 ? Optional.empty() : Optional.of(in.instant());
        var endedAt = in.instant();
        var expiresAt = in.instant();
        stand =
            new JobPart.Ended(
                readEnding(in, code, (flags & HAS_STORED_BODY) != 0, body),
                startedAt,
                endedAt,
                expiresAt);
      }
      in.end();
      return new JobPart(submittedAt, updatedAt, attempts, fence, idempotency, stand);
    } catch (IllegalArgumentException e) {
      throw new DamagedRowException("a field of a job is out of range");
    }
  }

  /** The inline body of a result, which the row keeps beside the state. */
  static byte @Nullable [] inlineBody(Ending ending) {
    return ending instanceof Ending.Completed done
            && done.result().body() instanceof Body.Inline body
        ? body.bytes().toReadOnlyArray()
        : null;
  }

  private static void writeBase(ByteWriter out, JobPart part) {
    out.number(part.attempts())
        .number(part.fence())
        .instant(part.submittedAt())
        .instant(part.updatedAt());
    part.idempotency().ifPresent(key -> out.text(key.key()).bytes(key.fingerprint()));
  }

  private static void writeEnding(ByteWriter out, Ending ending) {
    switch (ending) {
      case Ending.Completed(Result result) -> {
        out.number(result.statusCode());
        writeHeaders(out, result.headers());
        if (result.body() instanceof Body.Stored body) {
          out.text(body.key()).number(body.length());
        }
      }
      case Ending.Failed(String error) -> out.text(error);
      case Ending.TimedOut(String error) -> out.text(error);
      case Ending.Cancelled() -> {}
    }
  }

  private static Ending readEnding(
      ByteReader in, int code, boolean storedBody, byte @Nullable [] body) {
    return switch (code) {
      case COMPLETED -> {
        int status = in.count();
        var headers = headers(in);
        Body content =
            storedBody
                ? new Body.Stored(in.text(), in.number())
                : body == null ? Body.empty() : Body.of(Bytes.wrap(body));
        yield new Ending.Completed(new Result(status, headers, content));
      }
      case FAILED -> new Ending.Failed(in.text());
      case TIMED_OUT -> new Ending.TimedOut(in.text());
      case CANCELLED -> new Ending.Cancelled();
      default -> throw new DamagedRowException("no job ends in way " + code);
    };
  }

  private static int code(Ending ending) {
    return switch (ending) {
      case Ending.Completed completed -> COMPLETED;
      case Ending.Failed failed -> FAILED;
      case Ending.TimedOut timedOut -> TIMED_OUT;
      case Ending.Cancelled cancelled -> CANCELLED;
    };
  }

  private static void writeHeaders(ByteWriter out, Headers headers) {
    out.number(headers.fields().size());
    for (var field : headers.fields()) {
      out.text(field.name()).text(field.value());
    }
  }

  private static Headers headers(ByteReader in) {
    int count = in.count();
    if (count == 0) {
      return Headers.none();
    }
    var fields = new ArrayList<Headers.Field>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      fields.add(new Headers.Field(in.text(), in.text()));
    }
    return new Headers(fields);
  }

  private static Optional<String> optionalText(ByteReader in, int flags, int flag) {
    return (flags & flag) == 0 ? Optional.empty() : Optional.of(in.text());
  }

  private static int flag(Optional<?> value, int flag) {
    return value.isPresent() ? flag : 0;
  }

  private static void version(ByteReader in) {
    int version = in.octet();
    if (version != VERSION) {
      throw new DamagedRowException(
          "it is of version " + version + ", which this program cannot read");
    }
  }
}
