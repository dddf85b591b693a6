package io.openhqm.aws.dynamodb;

import io.openhqm.core.Body;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore.Overdue;
import io.openhqm.core.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Finds overdue jobs. The index lags behind the table, so it only says where to look: each job is
 * read again and judged as it is now.
 *
 * <p>It is spread over {@value #SHARDS} partitions, each good for about 1,000 writes a second; an
 * index that cannot keep up holds back the writes of the table.
 */
final class SweepIndex {
  static final int SHARDS = 8;

  private static final int READ_AT_ONCE = 100;

  /** Held messages are many and may be large; those beyond come with the next sweep. */
  private static final long MESSAGE_BYTES_MAX = 32 << 20;

  private final Table table;
  private final HeldMessages held;

  SweepIndex(Table table, HeldMessages held) {
    this.table = table;
    this.held = held;
  }

  static AttributeValue shard(UUID id) {
    // The lowest bits of an id are random, whatever its version.
    return Item.value(shard((int) (id.getLeastSignificantBits() & (SHARDS - 1))));
  }

  private static String shard(int number) {
    return Integer.toString(number);
  }

  /** As {@link io.openhqm.core.JobStore#overdue}, for this moment. */
  List<Overdue> overdue(Instant now, int limit) {
    var entries = new ArrayList<Item>();
    for (int i = 0; i < SHARDS; i++) {
      entries.addAll(table.due(shard(i), now, limit));
    }
    entries.sort(Comparator.comparingLong(entry -> entry.number(JobTable.SWEEP_AT)));
    var ids = entries.stream().map(entry -> entry.text(JobTable.ID)).toList();
    var overdue = new ArrayList<Overdue>();
    long bytes = 0;
    for (int from = 0; from < ids.size(); from += READ_AT_ONCE) {
      var some = ids.subList(from, Math.min(from + READ_AT_ONCE, ids.size()));
      var items = table.getAll(some);
      for (var id : some) {
        if (overdue.size() == limit || bytes > MESSAGE_BYTES_MAX) {
          return overdue;
        }
        var found = Optional.ofNullable(items.get(id)).flatMap(item -> overdue(item, now));
        found.ifPresent(overdue::add);
        bytes += found.flatMap(Overdue::message).map(SweepIndex::bytesHere).orElse(0L);
      }
    }
    return overdue;
  }

  private static long bytesHere(Message message) {
    return message.payload() instanceof Body.Inline inline ? inline.length() : 0;
  }

  private Optional<Overdue> overdue(Item item, Instant now) {
    var job = JobItem.job(item);
    return switch (job.state()) {
      case State.Processing running when !running.leaseUntil().isAfter(now) ->
          Optional.of(new Overdue(job, held.read(item)));
      case State.Pending waits when item.has(JobItem.HELD) && !waits.notBefore().isAfter(now) ->
          Optional.of(new Overdue(job, held.read(item)));
      case State.Processing running -> Optional.empty();
      case State.Pending waits -> Optional.empty();
      case State.Ended ended -> Optional.empty();
    };
  }
}
