package io.openhqm.aws.dynamodb;

import static io.openhqm.aws.dynamodb.Item.value;

import io.openhqm.core.Body;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A job as an item and back; the names are explained in {@link DynamoDbJobStore}. */
final class JobItem {
  static final String STATUS = "st";
  static final String SUBMITTED = "sb";
  static final String UPDATED = "up";
  static final String TRIES = "tr";
  static final String FENCE = "fe";
  static final String STARTED = "sa";
  static final String CANCEL = "cr";
  static final String ERROR = "er";
  static final String KEY = "ik";
  static final String HELD = "hm";
  static final String STAMP = "ws";

  static final AttributeValue PENDING = value("P");
  static final AttributeValue PROCESSING = value("R");

  /** All that a job is made of: what is held of its message is not read with it. */
  static final String ATTRIBUTES =
      "id,st,sb,up,tr,fe,sweep_at,sa,cr,er,ik,fp,ea,ex,sc,rh,rb,rk,rl,expires_at_epoch";

  /** How long an expired job is still known, so that its client reads 410 and not 404. */
  static final Duration KNOWN_AFTER_EXPIRY = Duration.ofDays(1);

  /**
   * Longer than any job lives, of which a delay is 366 days at most: one that never ended, and what
   * belongs to a job and was left over when its process died, is removed after that.
   */
  static final Duration LIFE_MAX = Duration.ofDays(800);

  /** Another's step may come between our looking and our writing; so many times is no chance. */
  static final int ROUNDS_MAX = 10;

  /** An error is words for a person; what is longer is cut. */
  static final int ERROR_CHARS_MAX = 8_000;

  private static final String FINGERPRINT = "fp";
  private static final String ENDED = "ea";
  private static final String EXPIRES = "ex";
  private static final String CODE = "sc";
  private static final String HEADERS = "rh";
  private static final String BODY = "rb";
  private static final String BODY_KEY = "rk";
  private static final String BODY_LENGTH = "rl";

  private JobItem() {}

  /**
   * The item of a job that waits.
   *
   * @throws IllegalArgumentException if it does not
   */
  static Map<String, AttributeValue> of(Job job) {
    if (!(job.state() instanceof State.Pending waits)) {
      throw new IllegalArgumentException("a job is created PENDING but is " + job.status());
    }
    var item = new HashMap<String, AttributeValue>();
    item.put(JobTable.ID, value(job.id().toString()));
    item.put(STATUS, PENDING);
    item.put(SUBMITTED, value(job.submittedAt()));
    item.put(UPDATED, value(job.updatedAt()));
    item.put(TRIES, value(job.attempts()));
    item.put(FENCE, value(0));
    item.put(JobTable.SWEEP_AT, value(waits.notBefore()));
    item.put(JobTable.EXPIRES_AT_EPOCH, value(job.submittedAt().plus(LIFE_MAX).getEpochSecond()));
    waits.lastError().ifPresent(error -> item.put(ERROR, error(error)));
    job.idempotency()
        .ifPresent(
            idempotency -> {
              item.put(KEY, value(idempotency.key()));
              item.put(FINGERPRINT, value(idempotency.fingerprint()));
            });
    return item;
  }

  /** What a job that ends gets; what it loses is {@link #LOST_AT_END}. */
  static Map<String, AttributeValue> ended(Ending ending, Instant now, Instant expiresAt) {
    var item = new HashMap<String, AttributeValue>();
    item.put(UPDATED, value(now));
    item.put(ENDED, value(now));
    item.put(EXPIRES, value(expiresAt));
    item.put(JobTable.EXPIRES_AT_EPOCH, value(forgottenAt(expiresAt)));
    switch (ending) {
      case Ending.Completed(Result result) -> {
        item.put(STATUS, value("C"));
        putResult(item, result);
      }
      case Ending.Failed(String error) -> {
        item.put(STATUS, value("F"));
        item.put(ERROR, error(error));
      }
      case Ending.TimedOut(String error) -> {
        item.put(STATUS, value("T"));
        item.put(ERROR, error(error));
      }
      case Ending.Cancelled() -> item.put(STATUS, value("X"));
    }
    return item;
  }

  /** With these gone nobody claims it, and it is in no index. */
  static final String[] LOST_AT_END = {JobTable.SWEEP_AT, JobTable.SWEEP_SHARD, CANCEL, HELD};

  private static void putResult(Map<String, AttributeValue> item, Result result) {
    item.put(CODE, value(result.statusCode()));
    if (!result.headers().isEmpty()) {
      item.put(HEADERS, value(lines(result.headers())));
    }
    switch (result.body()) {
      case Body.Inline inline -> {
        if (inline.length() > 0) {
          item.put(BODY, value(inline.bytes()));
        }
      }
      case Body.Stored stored -> {
        item.put(BODY_KEY, value(stored.key()));
        item.put(BODY_LENGTH, value(stored.length()));
      }
    }
  }

  static AttributeValue error(String text) {
    if (text.length() <= ERROR_CHARS_MAX) {
      return value(text);
    }
    int end = ERROR_CHARS_MAX;
    return value(
        text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…");
  }

  /** Seconds, rounded up. */
  static long forgottenAt(Instant expiresAt) {
    return expiresAt.plus(KNOWN_AFTER_EXPIRY).plusMillis(999).getEpochSecond();
  }

  /** Whether nothing is known of it any longer: DynamoDB removes such items days later. */
  private static boolean isForgotten(Item item, Instant now) {
    return item.has(JobTable.EXPIRES_AT_EPOCH)
        && item.number(JobTable.EXPIRES_AT_EPOCH) <= now.getEpochSecond();
  }

  /** A job as it is now. */
  static Optional<Job> find(Table table, String id, Instant now) {
    return known(table.get(id, ATTRIBUTES), now).map(JobItem::job);
  }

  static Optional<Item> known(Optional<Item> found, Instant now) {
    return found.filter(item -> !isForgotten(item, now));
  }

  /** Whether what was found is one's own doing: the answer to the first try was lost. */
  static boolean isStamped(Optional<Item> found, long stamp) {
    return found.filter(item -> item.has(STAMP) && item.number(STAMP) == stamp).isPresent();
  }

  static Job job(Item item) {
    var submitted = item.time(SUBMITTED);
    var updated = item.time(UPDATED);
    return new Job(
        UUID.fromString(item.text(JobTable.ID)),
        submitted,
        // Another machine's clock may be behind.
        updated.isBefore(submitted) ? submitted : updated,
        Math.toIntExact(item.number(TRIES)),
        item.has(KEY)
            ? Optional.of(new Job.Idempotency(item.text(KEY), item.bytes(FINGERPRINT)))
            : Optional.empty(),
        state(item));
  }

  private static State state(Item item) {
    return switch (item.text(STATUS)) {
      case "P" -> new State.Pending(item.time(JobTable.SWEEP_AT), item.optionalText(ERROR));
      case "R" ->
          new State.Processing(
              item.number(FENCE),
              item.time(JobTable.SWEEP_AT),
              item.time(STARTED),
              item.has(CANCEL));
      default ->
          new State.Ended(
              ending(item),
              item.has(STARTED) ? Optional.of(item.time(STARTED)) : Optional.empty(),
              item.time(ENDED),
              item.time(EXPIRES));
    };
  }

  private static Ending ending(Item item) {
    String status = item.text(STATUS);
    return switch (status) {
      case "C" -> new Ending.Completed(result(item));
      case "F" -> new Ending.Failed(item.text(ERROR));
      case "T" -> new Ending.TimedOut(item.text(ERROR));
      case "X" -> new Ending.Cancelled();
      default ->
          throw new IllegalStateException(
              "an item of the job table has the status '"
                  + status
                  + "', which is not known here: update this program");
    };
  }

  private static Result result(Item item) {
    Body body =
        item.has(BODY_KEY)
            ? new Body.Stored(item.text(BODY_KEY), item.number(BODY_LENGTH))
            : item.has(BODY) ? Body.of(item.bytes(BODY)) : Body.empty();
    return new Result(
        Math.toIntExact(item.number(CODE)),
        item.has(HEADERS) ? headers(item.text(HEADERS)) : Headers.none(),
        body);
  }

  /** A name holds no colon and a value no line feed, so nothing has to be escaped. */
  private static String lines(Headers headers) {
    var lines = new StringBuilder();
    for (var field : headers.fields()) {
      lines.append(field.name()).append(':').append(field.value()).append('\n');
    }
    return lines.toString();
  }

  private static Headers headers(String lines) {
    var fields = new ArrayList<Headers.Field>();
    int from = 0;
    while (from < lines.length()) {
      int colon = lines.indexOf(':', from);
      int end = lines.indexOf('\n', from);
      fields.add(new Headers.Field(lines.substring(from, colon), lines.substring(colon + 1, end)));
      from = end + 1;
    }
    return new Headers(fields);
  }
}
