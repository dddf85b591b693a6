package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Claim;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Overdue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in the index, and what the sweep makes of it. */
final class SweepIndexTest extends StoreTest {
  private JobStore sparse;

  @BeforeEach
  void openWithoutLeasesInTheIndex() {
    sparse = open(settings().withIndexLeases(false)).store().orElseThrow();
  }

  private List<String> indexed() {
    return client
        .scanPaginator(all -> all.tableName(table).indexName(JobTable.SWEEP_INDEX))
        .items()
        .stream()
        .map(item -> item.get(JobTable.ID).s())
        .toList();
  }

  @Test
  void oldestComeFirstFromAllShards() {
    var jobs = new ArrayList<Job>();
    for (int i = 0; i < 60; i++) {
      var job = jobDueIn(Duration.ofSeconds((i * 37) % 60));
      store.create(job, Optional.of(message(job, bytes(1))));
      jobs.add(job);
    }
    jobs.sort(Comparator.comparing(job -> ((Job.State.Pending) job.state()).notBefore()));
    clock.advance(Duration.ofMinutes(1));

    assertThat(items())
        .extracting(item -> item.get(JobTable.SWEEP_SHARD).s())
        .containsOnly("0", "1", "2", "3", "4", "5", "6", "7");
    for (int limit : List.of(1, 7, 60, 1_000)) {
      assertThat(store.overdue(limit))
          .extracting(Overdue::job)
          .isEqualTo(jobs.subList(0, Math.min(limit, 60)));
    }
  }

  @Test
  void onlyWhatTheSweepMayHaveToSeeToIsInTheIndex() {
    var waiting = created();
    assertThat(indexed()).isEmpty();

    var running = claimed(waiting);
    assertThat(indexed()).hasSize(1);

    store.release(running.lease(), clock.instant(), Optional.of("no"), NOT_HELD);
    assertThat(indexed()).isEmpty();

    store.complete(claimed(waiting).lease(), completed("1"), TTL);
    assertThat(indexed()).isEmpty();
  }

  @Test
  void runningJobsAreNotIndexedWhereTheQueueBringsThemBack() {
    var job = created();

    var granted = (Claim.Granted) sparse.claim(job.id(), LEASE);

    assertThat(indexed()).isEmpty();
    clock.advance(LEASE);
    assertThat(sparse.overdue(10)).isEmpty();
    assertThat(sparse.claim(job.id(), LEASE)).isInstanceOf(Claim.Granted.class);
    assertThat(sparse.complete(granted.lease(), completed("1"), TTL)).as("too late").isFalse();
  }

  @Test
  void heldMessagesAreHandedOutWhereRunningJobsAreNotIndexed() {
    var job = jobDueIn(Duration.ofMinutes(20));
    var message = message(job, bytes(10));
    sparse.create(job, Optional.of(message));
    assertThat(sparse.overdue(10)).isEmpty();

    clock.advance(Duration.ofMinutes(20));

    assertThat(sparse.overdue(10)).containsExactly(new Overdue(job, Optional.of(message)));
    sparse.handedOver(job.id(), due(job));
    assertThat(indexed()).isEmpty();
  }

  @Test
  void messageThatIsHeldWhileItsJobRunsIsNotLostWithTheWorker() {
    var job = job();
    var message = message(job, bytes(10));
    sparse.create(job, Optional.of(message));
    sparse.claim(job.id(), LEASE);
    assertThat(sparse.overdue(10)).isEmpty();

    clock.advance(LEASE);

    assertThat(sparse.overdue(10)).containsExactly(new Overdue(found(job), Optional.of(message)));
  }

  @Test
  void messageOfARunningJobThatWasHandedOverLeavesTheIndexOnlyIfLeasesAreNotThere() {
    for (var each : List.of(store, sparse)) {
      var job = job();
      each.create(job, Optional.of(message(job, bytes(10))));
      each.claim(job.id(), LEASE);

      each.handedOver(job.id(), due(job));

      assertThat(item(job)).doesNotContainKey(JobItem.HELD);
      assertThat(indexed().contains(job.id().toString())).isEqualTo(each == store);
    }
  }

  @Test
  void jobsThatOthersIndexedAreTakenOutAgain() {
    var job = created();
    var lease = claimed(job).lease();
    assertThat(indexed()).hasSize(1);

    sparse.release(lease, clock.instant(), Optional.of("no"), NOT_HELD);

    assertThat(indexed()).isEmpty();
  }

  @Test
  void entryOfAnIndexThatLagsBehindIsJudgedByTheJobAsItIs() {
    var ended = created();
    store.complete(claimed(ended).lease(), completed("1"), TTL);
    var waiting = created();
    for (var job : List.of(ended, waiting)) {
      client.updateItem(
          change ->
              change
                  .tableName(table)
                  .key(Map.of(JobTable.ID, Item.value(job.id().toString())))
                  .updateExpression("SET sweep_shard = :shard, sweep_at = :at")
                  .expressionAttributeValues(
                      Map.of(":shard", Item.value("3"), ":at", Item.value(clock.instant()))));
    }
    assertThat(indexed()).hasSize(2);

    assertThat(store.overdue(10)).isEmpty();
  }

  @Test
  void manyLargeMessagesAreHandedOutInParts() {
    var payload = bytes(3_000_000);
    var jobs = new ArrayList<Job>();
    for (int i = 0; i < 14; i++) {
      var job = jobDueIn(Duration.ofSeconds(i));
      store.create(job, Optional.of(message(job, payload)));
      jobs.add(job);
    }
    clock.advance(Duration.ofMinutes(1));

    var first = store.overdue(100);
    first.forEach(one -> store.handedOver(one.job().id(), due(one.job())));
    var second = store.overdue(100);

    assertThat(first).hasSizeBetween(10, 13);
    assertThat(first.size() + second.size()).isEqualTo(14);
  }
}
