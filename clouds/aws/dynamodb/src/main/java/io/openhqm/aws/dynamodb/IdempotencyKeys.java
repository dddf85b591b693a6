package io.openhqm.aws.dynamodb;

import static io.openhqm.aws.dynamodb.Item.value;

import io.openhqm.core.Job;
import io.openhqm.core.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Who has which idempotency key: an item for each that names its job. Whether it is free is decided
 * by that job alone, whose end is written without the key's item; so what stands in the item of
 * when it may be removed is only for tidiness.
 *
 * <pre>
 * id = key#{SHA-256 of the key, Base64 for URLs}, jb = the job's id, expires_at_epoch
 * </pre>
 */
final class IdempotencyKeys {
  private static final String JOB = "jb";

  private final Table table;

  IdempotencyKeys(Table table) {
    this.table = table;
  }

  /**
   * Gives the key to a job.
   *
   * @param former the job that has it and has no right to it any longer
   */
  static Put give(Job.Idempotency idempotency, String job, Instant now, Optional<String> former) {
    var put =
        Put.builder()
            .item(
                Map.of(
                    JobTable.ID,
                    value(id(idempotency.key())),
                    JOB,
                    value(job),
                    JobTable.EXPIRES_AT_EPOCH,
                    value(now.plus(JobItem.LIFE_MAX).getEpochSecond())));
    return former
        .map(
            holder ->
                put.conditionExpression(JOB + " = :former")
                    .expressionAttributeValues(Map.of(":former", value(holder))))
        .orElseGet(() -> put.conditionExpression("attribute_not_exists(id)"))
        .build();
  }

  /** The id of the job that has this key, if any; the job may be gone. */
  Optional<String> holderOf(String key) {
    return table.get(id(key), JOB).map(IdempotencyKeys::holder);
  }

  /** The id of the job that has the key. */
  static String holder(Item key) {
    return key.text(JOB);
  }

  /** The item is of no use from then on; it keeps if this cannot be written now. */
  void expire(Item job, long forgottenAt) {
    ifStillHeld(
        job,
        (id, held) ->
            table.update(
                id, held.set(JobTable.EXPIRES_AT_EPOCH, value(forgottenAt)), ReturnValue.NONE));
  }

  /** The job is gone; an item that stays names a job that is not there. */
  void free(Item job) {
    ifStillHeld(job, (id, held) -> table.delete(id, held));
  }

  private interface KeyWrite {
    Written write(String id, Change held);
  }

  private static void ifStillHeld(Item job, KeyWrite write) {
    if (!job.has(JobItem.KEY)) {
      return;
    }
    AttributeValue id = value(job.text(JobTable.ID));
    try {
      write.write(id(job.text(JobItem.KEY)), Change.when(JOB + " = :job").given("job", id));
    } catch (UnavailableException notNow) {
      // Whoever asks for the key next looks at the job.
    }
  }

  private static String id(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return "key#" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
