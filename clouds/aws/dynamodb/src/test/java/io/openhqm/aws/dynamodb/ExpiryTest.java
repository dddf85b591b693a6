package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Claim;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;

/** DynamoDB removes what is forgotten, days later perhaps. */
final class ExpiryTest extends StoreTest {
  private Job forgotten() {
    var job = created();
    store.complete(claimed(job).lease(), completed("1"), TTL);
    clock.advance(TTL.plus(JobItem.KNOWN_AFTER_EXPIRY));
    return job;
  }

  @Test
  void jobIsKnownUntilTheVeryEnd() {
    var job = created();
    store.complete(claimed(job).lease(), completed("1"), TTL);
    clock.advance(TTL.plus(JobItem.KNOWN_AFTER_EXPIRY).minusMillis(1));

    assertThat(store.find(job.id())).isPresent();

    clock.advance(Duration.ofMillis(1));
    assertThat(store.find(job.id())).isEmpty();
  }

  @Test
  void nothingIsKnownOfAForgottenJobThatIsStillThere() throws Exception {
    var job = forgotten();
    assertThat(ids()).contains(job.id().toString());

    assertThat(store.awaitEnd(job.id(), Duration.ofMinutes(1))).isEmpty();
    assertThat(store.claim(job.id(), LEASE)).isEqualTo(new Claim.Unknown());
    assertThat(store.cancel(job.id(), TTL)).isEqualTo(new Cancellation.Unknown());
    assertThat(store.purgeExpired(10)).isZero();
  }

  @Test
  void idOfAForgottenJobIsFree() {
    var before = forgotten();
    var again = Job.pending(before.id(), clock.instant(), clock.instant(), Optional.empty());

    assertThat(store.create(again, NOT_HELD)).isEqualTo(new Creation.Created());

    assertThat(store.find(before.id())).contains(again);
    assertThat(item(before)).doesNotContainKeys("rb", "ea");
  }

  @Test
  void aJobThatNeverEndsIsForgottenLongAfterAnyDelay() {
    var job = created();
    clock.advance(JobItem.LIFE_MAX.minusSeconds(1));
    assertThat(store.find(job.id())).contains(job);

    clock.advance(Duration.ofSeconds(1));
    assertThat(store.find(job.id())).isEmpty();
  }

  /**
   * Time to live of DynamoDB Local stumbles over items that are not in each of a table's indexes.
   */
  private String newTableWithoutItsIndex() {
    var whole = JobTable.creation("jobs-" + UUID.randomUUID());
    var id =
        whole.attributeDefinitions().stream()
            .filter(attribute -> attribute.attributeName().equals(JobTable.ID))
            .toList();
    client.createTable(
        whole.toBuilder()
            .attributeDefinitions(id)
            .globalSecondaryIndexes((List<GlobalSecondaryIndex>) null)
            .build());
    return whole.tableName();
  }

  @Test
  void dynamoDbRemovesForgottenJobsAndTheirKeysAndNoOther() {
    var plain = newTableWithoutItsIndex();
    client.updateTimeToLive(
        on ->
            on.tableName(plain)
                .timeToLiveSpecification(
                    ttl -> ttl.enabled(true).attributeName(JobTable.EXPIRES_AT_EPOCH)));
    store = open(DynamoDbSettings.of(plain, DynamoDb.REGION)).store().orElseThrow();
    clock.advance(Duration.between(clock.instant(), Instant.now().minus(Duration.ofDays(2))));
    var old = created(jobWithKey("key"));
    store.complete(claimed(old).lease(), completed("1"), TTL);
    var waiting = created(jobWithKey("other"));
    clock.advance(Duration.between(clock.instant(), Instant.now().minus(Duration.ofHours(2))));
    var expired = created();
    store.complete(claimed(expired).lease(), completed("1"), TTL);

    await().atMost(Duration.ofMinutes(2)).until(() -> ids(plain).size() <= 3);

    assertThat(ids(plain)).contains(waiting.id().toString(), expired.id().toString()).hasSize(3);
    assertThat(found(expired).isExpired(Instant.now())).isTrue();
    assertThat(store.create(jobWithKey("other"), NOT_HELD))
        .isEqualTo(new Creation.Exists(found(waiting)));
  }
}
