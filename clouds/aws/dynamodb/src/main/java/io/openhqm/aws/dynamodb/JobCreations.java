package io.openhqm.aws.dynamodb;

import static io.openhqm.aws.dynamodb.Item.value;

import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Message;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.Put;

/** How jobs come into being: one write, or with an idempotency key one transaction of two. */
final class JobCreations {
  private final Table table;
  private final HeldMessages heldMessages;
  private final InstantSource clock;
  private final RandomGenerator random;

  JobCreations(
      Table table, HeldMessages heldMessages, InstantSource clock, RandomGenerator random) {
    this.table = table;
    this.heldMessages = heldMessages;
    this.clock = clock;
    this.random = random;
  }

  /** As {@link JobStore#create}. */
  Creation create(Job job, Optional<Message> held) {
    var now = clock.instant();
    long stamp = random.nextLong();
    var item = JobItem.of(job);
    item.put(JobItem.STAMP, value(stamp));
    if (held.isPresent()) {
      item.put(JobItem.HELD, value(heldMessages.hold(held.get(), now, stamp)));
      item.put(JobTable.SWEEP_SHARD, SweepIndex.shard(job.id()));
    }
    var put =
        Put.builder()
            .item(item)
            // What is forgotten may still be there.
            .conditionExpression("attribute_not_exists(id) OR expires_at_epoch <= :now")
            .expressionAttributeValues(Map.of(":now", value(now.getEpochSecond())))
            .build();
    var creation =
        job.idempotency()
            .map(idempotency -> createWithKey(idempotency, job.id(), put, stamp, now))
            .orElseGet(() -> creation(table.put(put), stamp));
    if (creation instanceof Creation.Exists) {
      heldMessages.forget(new Item(item));
    }
    return creation;
  }

  /** A key whose job expired or is gone is taken from it. */
  private Creation createWithKey(
      Job.Idempotency idempotency, UUID id, Put put, long stamp, Instant now) {
    Optional<String> former = Optional.empty();
    for (int round = 0; round < JobItem.ROUNDS_MAX; round++) {
      var key = IdempotencyKeys.give(idempotency, id.toString(), now, former);
      var written = table.putAll(put, key);
      if (written.getFirst() instanceof Written.Refused
          || !(written.getLast() instanceof Written.Refused(var found))) {
        return creation(written.getFirst(), stamp);
      }
      former = found.map(IdempotencyKeys::holder);
      var holder =
          former.flatMap(job -> JobItem.find(table, job, now)).filter(job -> !job.isExpired(now));
      if (holder.isPresent()) {
        return new Creation.Exists(holder.get());
      }
    }
    throw Failures.neverStill();
  }

  private static Creation creation(Written written, long stamp) {
    return written instanceof Written.Refused(var found) && !JobItem.isStamped(found, stamp)
        ? new Creation.Exists(JobItem.job(found.orElseThrow()))
        : new Creation.Created();
  }
}
