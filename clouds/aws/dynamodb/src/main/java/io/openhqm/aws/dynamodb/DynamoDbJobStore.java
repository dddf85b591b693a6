package io.openhqm.aws.dynamodb;

import static io.openhqm.aws.dynamodb.Item.value;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Jobs in one table, an item each. Every step of a job is one conditional write that says in its
 * refusal what was found, so nothing is read before it is written.
 *
 * <pre>
 * id                UUID of the job
 * st                P pending, R processing, C completed, F failed, T timed out, X cancelled
 * sb, up            submitted and updated at
 * tr                attempts begun
 * fe                fence: the number of the newest claim, 0 before the first
 * sweep_at          P: no attempt before; R: end of the lease; not there once ended. The one thing
 *                   that a claim depends on, and the time at which the sweep has to look
 * sweep_shard       0 to 7 by id: only where the sweep has to look, so that others are not indexed
 * sa                the newest attempt began at
 * cr                the client asked to stop it
 * er                error: of the attempt before, or of the end
 * ik, fp            idempotency key and fingerprint
 * hm                held message, see {@link HeldMessages}
 * ea, ex            ended at; no longer served from
 * sc, rh            result: status code, header fields as lines
 * rb | rk, rl       result: body | name and length of a body that is elsewhere
 * ws                stamp of the newest write, see below
 * expires_at_epoch  forgotten from (seconds); DynamoDB removes it up to days later
 * </pre>
 *
 * Times are milliseconds since 1970. Items of other kinds: {@link IdempotencyKeys}, {@link
 * HeldMessages}.
 *
 * <p><b>Lost answers.</b> The SDK tries again when it got no answer, and may then be refused
 * because of what its own first try wrote. So each write that changes what its condition asks for
 * leaves a random stamp, and a refusal that shows our own stamp is a success.
 *
 * <p><b>What a job costs</b>, in units of DynamoDB (a write per KiB begun, a strongly consistent
 * read per 4 KiB begun), for a small job; {@code CostTest} holds this true:
 *
 * <pre>
 *                          calls   writes   reads   with leases in the index
 * create                     1        1
 * create with a key          1        4             (a transaction counts twice)
 * claim                      1        1             + 1 write
 * extend                     1        1             + 2 writes
 * complete                   1        1             + 1 write
 * complete with a key        2        2             + 1 write
 * status poll, response      1                 1
 * one sweep, nothing due     8                 4
 * </pre>
 *
 * So 3 calls and 3 writes from submission to result, and 5 writes with leases in the index. A
 * result counts with each write and read of the job after it: one of 10 KiB costs 11 writes, and 3
 * reads a poll. A refused write costs what it would have cost.
 */
final class DynamoDbJobStore implements JobStore {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
  private static final Duration LAST_PAUSE = Duration.ofMillis(500);

  private final DynamoDbSettings settings;
  private final Table table;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final HeldMessages heldMessages;
  private final IdempotencyKeys keys;
  private final JobCreations creations;
  private final SweepIndex index;

  DynamoDbJobStore(
      DynamoDbSettings settings, Table table, InstantSource clock, RandomGenerator random) {
    this.settings = settings;
    this.table = table;
    this.clock = clock;
    this.random = random;
    heldMessages = new HeldMessages(table);
    keys = new IdempotencyKeys(table);
    creations = new JobCreations(table, heldMessages, clock, random);
    index = new SweepIndex(table, heldMessages);
  }

  @Override
  public long maxResultBytes() {
    return settings.resultBytesMax();
  }

  @Override
  public Creation create(Job job, Optional<Message> held) {
    return creations.create(job, held);
  }

  @Override
  public void discard(UUID id) {
    var untried =
        Change.when("st = :pending AND tr = :none")
            .given("pending", JobItem.PENDING)
            .given("none", value(0));
    if (table.delete(id.toString(), untried) instanceof Written.Done(Item gone)) {
      keys.free(gone);
      heldMessages.forget(gone);
    }
  }

  @Override
  public Optional<Job> find(UUID id) {
    return JobItem.find(table, id.toString(), clock.instant());
  }

  @Override
  public Optional<Job> findByKey(String key) {
    var now = clock.instant();
    return keys.holderOf(key)
        .flatMap(id -> JobItem.find(table, id, now))
        .filter(job -> !job.isExpired(now));
  }

  @Override
  public Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException {
    long start = System.nanoTime();
    var pause = FIRST_PAUSE;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException("while job " + id + " was awaited");
      }
      var job = find(id);
      var left = atMost.minusNanos(System.nanoTime() - start);
      if (job.isEmpty() || job.get().status().isTerminal() || !left.isPositive()) {
        return job;
      }
      table.await(shorter(pause, left));
      pause = shorter(pause.multipliedBy(2), LAST_PAUSE);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public Claim claim(UUID id, Duration lease) {
    var now = clock.instant();
    long stamp = random.nextLong();
    var change =
        Change.when("sweep_at <= :now")
            .given("now", value(now))
            .set(JobItem.STATUS, JobItem.PROCESSING)
            .set(JobTable.SWEEP_AT, value(now.plus(lease)))
            .set(JobItem.STARTED, value(now))
            .set(JobItem.UPDATED, value(now))
            .set(JobItem.STAMP, value(stamp))
            .count(JobItem.FENCE, 1)
            .count(JobItem.TRIES, 1)
            .remove(JobItem.ERROR);
    if (settings.indexLeases()) {
      change.set(JobTable.SWEEP_SHARD, SweepIndex.shard(id));
    }
    return switch (table.update(id.toString(), change, ReturnValue.ALL_NEW)) {
      case Written.Done(Item item) -> granted(JobItem.job(item));
      case Written.Refused(var found) ->
          JobItem.known(found, clock.instant())
              .map(item -> refused(JobItem.job(item), JobItem.isStamped(found, stamp)))
              .orElseGet(Claim.Unknown::new);
    };
  }

  private static Claim refused(Job job, boolean mine) {
    return switch (job.state()) {
      case State.Pending waits -> new Claim.NotDue(waits.notBefore());
      case State.Processing running -> mine ? granted(job) : new Claim.Held(running.leaseUntil());
      case State.Ended ended -> new Claim.Finished(job);
    };
  }

  private static Claim granted(Job job) {
    if (job.state() instanceof State.Processing running) {
      return new Claim.Granted(new Lease(job.id(), running.fence()), job);
    }
    throw new IllegalStateException("job " + job.id() + " was claimed and is " + job.status());
  }

  @Override
  public Extension extend(Lease lease, Duration duration) {
    var now = clock.instant();
    var change =
        leased(lease)
            .set(JobTable.SWEEP_AT, value(now.plus(duration)))
            .set(JobItem.UPDATED, value(now));
    return switch (table.update(lease.jobId().toString(), change, ReturnValue.ALL_NEW)) {
      case Written.Done(Item item) ->
          item.has(JobItem.CANCEL) ? Extension.CANCEL_REQUESTED : Extension.EXTENDED;
      case Written.Refused refused -> Extension.LOST;
    };
  }

  private static Change leased(Lease lease) {
    return Change.when("st = :processing AND fe = :fence")
        .given("processing", JobItem.PROCESSING)
        .given("fence", value(lease.fence()));
  }

  private static boolean isLeased(Item item, Lease lease) {
    return item.text(JobItem.STATUS).equals(JobItem.PROCESSING.s())
        && item.number(JobItem.FENCE) == lease.fence();
  }

  @Override
  public boolean complete(Lease lease, Ending ending, Duration ttl) {
    var now = clock.instant();
    long stamp = random.nextLong();
    var end = JobItem.ended(ending, now, now.plus(ttl));
    int bytes = ItemSize.of(end) + ItemSize.REST_MAX;
    if (bytes > ItemSize.MAX) {
      end = JobItem.ended(tooLarge(bytes), now, now.plus(ttl));
    }
    var change =
        leased(lease).setAll(end).set(JobItem.STAMP, value(stamp)).remove(JobItem.LOST_AT_END);
    return switch (table.update(lease.jobId().toString(), change, ReturnValue.ALL_OLD)) {
      case Written.Done(Item before) -> {
        tidyUp(before, now.plus(ttl));
        yield true;
      }
      case Written.Refused(var found) -> {
        boolean mine = JobItem.isStamped(found, stamp);
        found.filter(item -> mine).ifPresent(item -> tidyUp(item, now.plus(ttl)));
        yield mine;
      }
    };
  }

  /** The body was left elsewhere if it is large; the header fields cannot be. */
  private static Ending tooLarge(int bytes) {
    return new Ending.Failed(
        "the answer's header fields and its body make an item of "
            + bytes
            + " bytes, and the job store keeps "
            + ItemSize.MAX
            + "; have the backend answer with fewer header fields");
  }

  /** What the end leaves over in other items. */
  private void tidyUp(Item before, Instant expiresAt) {
    keys.expire(before, JobItem.forgottenAt(expiresAt));
    heldMessages.forget(before);
  }

  @Override
  public boolean release(
      Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
    long stamp = random.nextLong();
    if (held.isEmpty()) {
      return releaseWithoutMessage(lease, notBefore, error, stamp);
    }
    var id = lease.jobId();
    var hold = heldMessages.hold(held.get(), clock.instant(), stamp);
    var change =
        released(lease, notBefore, error, stamp)
            .set(JobItem.HELD, value(hold))
            .set(JobTable.SWEEP_SHARD, SweepIndex.shard(id));
    return switch (table.update(id.toString(), change, ReturnValue.ALL_OLD)) {
      case Written.Done(Item before) -> {
        heldMessages.forget(before);
        yield true;
      }
      case Written.Refused(var found) -> {
        boolean mine = JobItem.isStamped(found, stamp);
        if (!mine) {
          heldMessages.forget(id, hold);
        }
        yield mine;
      }
    };
  }

  /** Whether it stays in the index depends on whether it holds a message, which few do. */
  private boolean releaseWithoutMessage(
      Lease lease, Instant notBefore, Optional<String> error, long stamp) {
    var id = lease.jobId();
    boolean holds = false;
    for (int round = 0; round < JobItem.ROUNDS_MAX; round++) {
      var change = released(lease, notBefore, error, stamp);
      if (holds) {
        change.and("attribute_exists(hm)").set(JobTable.SWEEP_SHARD, SweepIndex.shard(id));
      } else {
        change.and("attribute_not_exists(hm)").remove(JobTable.SWEEP_SHARD);
      }
      if (!(table.update(id.toString(), change, ReturnValue.NONE)
          instanceof Written.Refused(var found))) {
        return true;
      }
      boolean stillLeased =
          found.filter(item -> isLeased(item, lease) && !item.has(JobItem.CANCEL)).isPresent();
      if (!stillLeased) {
        return JobItem.isStamped(found, stamp);
      }
      holds = !holds;
    }
    throw Failures.neverStill();
  }

  private Change released(Lease lease, Instant notBefore, Optional<String> error, long stamp) {
    var change =
        leased(lease)
            .and("attribute_not_exists(cr)")
            .set(JobItem.STATUS, JobItem.PENDING)
            .set(JobTable.SWEEP_AT, value(notBefore))
            .set(JobItem.UPDATED, value(clock.instant()))
            .set(JobItem.STAMP, value(stamp));
    error.ifPresentOrElse(
        text -> change.set(JobItem.ERROR, JobItem.error(text)),
        () -> change.count(JobItem.TRIES, -1).remove(JobItem.ERROR));
    return change;
  }

  @Override
  public Cancellation cancel(UUID id, Duration ttl) {
    for (int round = 0; round < JobItem.ROUNDS_MAX; round++) {
      var now = clock.instant();
      var cancellation = cancelWaiting(id, now, now.plus(ttl)).or(() -> cancelRunning(id, now));
      if (cancellation.isPresent()) {
        return cancellation.get();
      }
    }
    throw Failures.neverStill();
  }

  /** Empty: it is running. */
  private Optional<Cancellation> cancelWaiting(UUID id, Instant now, Instant expiresAt) {
    long stamp = random.nextLong();
    var end = JobItem.ended(new Ending.Cancelled(), now, expiresAt);
    var change =
        Change.when("st = :pending")
            .given("pending", JobItem.PENDING)
            .setAll(end)
            .set(JobItem.STAMP, value(stamp))
            .remove(JobItem.LOST_AT_END)
            .remove(JobItem.ERROR);
    return switch (table.update(id.toString(), change, ReturnValue.ALL_OLD)) {
      case Written.Done(Item before) -> {
        tidyUp(before, expiresAt);
        yield Optional.of(new Cancellation.Cancelled(JobItem.job(before.with(end))));
      }
      case Written.Refused(var found) -> {
        var job = JobItem.known(found, clock.instant()).map(JobItem::job);
        yield job.isEmpty()
            ? Optional.of(new Cancellation.Unknown())
            : job.filter(one -> one.status().isTerminal())
                .map(
                    one ->
                        JobItem.isStamped(found, stamp)
                            ? new Cancellation.Cancelled(one)
                            : new Cancellation.Finished(one));
      }
    };
  }

  /** Empty: it is running no longer. */
  private Optional<Cancellation> cancelRunning(UUID id, Instant now) {
    var change =
        Change.when("st = :processing")
            .given("processing", JobItem.PROCESSING)
            .set(JobItem.CANCEL, AttributeValue.fromBool(true))
            .set(JobItem.UPDATED, value(now));
    return table.update(id.toString(), change, ReturnValue.ALL_NEW)
            instanceof Written.Done(Item item)
        ? Optional.of(new Cancellation.Requested(JobItem.job(item)))
        : Optional.empty();
  }

  @Override
  public List<Overdue> overdue(int limit) {
    return index.overdue(clock.instant(), limit);
  }

  @Override
  public void handedOver(UUID id, Instant due) {
    var status = JobItem.PENDING;
    for (int round = 0; round < JobItem.ROUNDS_MAX; round++) {
      var change = handOver(status, due);
      // A running job stays in the index where leases are.
      if (status.equals(JobItem.PENDING) || !settings.indexLeases()) {
        change.remove(JobTable.SWEEP_SHARD);
      }
      switch (table.update(id.toString(), change, ReturnValue.ALL_OLD)) {
        case Written.Done(Item before) -> {
          heldMessages.forget(before);
          return;
        }
        case Written.Refused(var found) -> {
          if (found.filter(item -> item.has(JobItem.HELD)).isEmpty()) {
            return;
          }
          status = value(found.get().text(JobItem.STATUS));
          if (status.equals(JobItem.PENDING) && !found.get().time(JobTable.SWEEP_AT).equals(due)) {
            return;
          }
        }
      }
    }
    throw Failures.neverStill();
  }

  private static Change handOver(AttributeValue status, Instant due) {
    return status.equals(JobItem.PENDING)
        ? Change.when("attribute_exists(hm) AND st = :was AND sweep_at = :due")
            .given("was", status)
            .given("due", value(due))
            .remove(JobItem.HELD)
        : Change.when("attribute_exists(hm) AND st = :was")
            .given("was", status)
            .remove(JobItem.HELD);
  }

  /** DynamoDB removes what is forgotten by itself. */
  @Override
  public int purgeExpired(int limit) {
    table.requireOpen();
    return 0;
  }

  @Override
  public void close() {
    table.close();
  }
}
