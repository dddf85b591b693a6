package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Creation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Who has a key, and until when. */
final class IdempotencyKeyTest extends StoreTest {
  private static final int MANY = 16;

  private List<Creation> race(List<Job> jobs) throws Exception {
    var start = new CountDownLatch(1);
    var creations = new ArrayList<Future<Creation>>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var job : jobs) {
        creations.add(
            executor.submit(
                () -> {
                  start.await();
                  return store.create(job, NOT_HELD);
                }));
      }
      start.countDown();
      var found = new ArrayList<Creation>();
      for (var creation : creations) {
        found.add(creation.get());
      }
      return found;
    }
  }

  private List<Job> manyWithKey(String key) {
    var jobs = new ArrayList<Job>();
    for (int i = 0; i < MANY; i++) {
      jobs.add(jobWithKey(key));
    }
    return jobs;
  }

  private long keyItemExpiry() {
    return items().stream()
        .filter(item -> item.get(JobTable.ID).s().startsWith("key#"))
        .map(item -> Long.parseLong(item.get(JobTable.EXPIRES_AT_EPOCH).n()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void keyWhoseJobExpiredIsTakenOverByOneOfMany() throws Exception {
    var former = created(jobWithKey("key"));
    store.complete(claimed(former).lease(), completed("1"), TTL);
    clock.advance(TTL);
    var jobs = manyWithKey("key");

    var creations = race(jobs);

    assertThat(creations).filteredOn(Creation.Created.class::isInstance).hasSize(1);
    var winner = jobs.get(creations.indexOf(new Creation.Created()));
    assertThat(creations)
        .filteredOn(Creation.Exists.class::isInstance)
        .hasSize(MANY - 1)
        .containsOnly(new Creation.Exists(winner));
  }

  @Test
  void keyWhoseJobIsGoneIsTakenOverByOneOfMany() throws Exception {
    var former = created(jobWithKey("key"));
    client.deleteItem(
        one -> one.tableName(table).key(Map.of(JobTable.ID, Item.value(former.id().toString()))));

    assertThat(race(manyWithKey("key"))).filteredOn(Creation.Created.class::isInstance).hasSize(1);
  }

  @Test
  void keyOutlivesAnyJobUntilItsEndIsKnownAndGoesWithTheJobThen() {
    var job = created(jobWithKey("key"));
    var now = clock.instant();
    assertThat(keyItemExpiry()).isGreaterThan(now.plus(Duration.ofDays(2 * 366)).getEpochSecond());

    store.complete(claimed(job).lease(), completed("1"), TTL);

    assertThat(keyItemExpiry()).isEqualTo(JobItem.forgottenAt(now.plus(TTL)));
  }

  @Test
  void keyOfACancelledJobGoesWithIt() {
    var job = created(jobWithKey("key"));

    store.cancel(job.id(), TTL);

    assertThat(keyItemExpiry()).isEqualTo(JobItem.forgottenAt(clock.instant().plus(TTL)));
  }

  @Test
  void endOfAFormerJobDoesNotTouchTheKeyOfTheNext() {
    var former = created(jobWithKey("key"));
    store.complete(claimed(former).lease(), completed("1"), TTL);
    clock.advance(TTL);
    created(jobWithKey("key"));
    long before = keyItemExpiry();

    store.discard(former.id());
    new IdempotencyKeys(new Table(table, DynamoDb.client(), new Random(1)))
        .expire(new Item(item(former)), Instant.EPOCH.getEpochSecond());

    assertThat(keyItemExpiry()).isEqualTo(before);
  }

  @Test
  void discardedJobLeavesNothing() {
    var job = created(jobWithKey("key"));

    store.discard(job.id());

    assertThat(items()).isEmpty();
  }

  @Test
  void keyStandsInTheTableAsADigest() {
    created(jobWithKey("key"));

    assertThat(ids()).contains("key#LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM");
  }
}
