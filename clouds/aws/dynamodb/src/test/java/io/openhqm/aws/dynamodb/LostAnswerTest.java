package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.dynamodb.Proxy.Fate;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.JobStore.Extension;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SDK asks again when no answer came, and DynamoDB has carried out the first call. */
final class LostAnswerTest extends StoreTest {
  private Proxy proxy;
  private JobStore shaky;

  @BeforeEach
  void openOverAProxy() throws Exception {
    proxy = new Proxy(DynamoDb.endpoint());
    shaky = open(settings(), DynamoDb.patientClient(proxy.endpoint())).store().orElseThrow();
  }

  @AfterEach
  void closeProxy() {
    proxy.close();
  }

  private void loseTheNextAnswer() {
    proxy.calls().clear();
    proxy.next(new Fate.AnswerLost());
  }

  private void assertTwoTries(String operation) {
    assertThat(proxy.calls()).containsExactly(operation, operation);
  }

  @Test
  void creationWhoseAnswerWasLostIsACreation() {
    var job = job();
    loseTheNextAnswer();

    assertThat(shaky.create(job, NOT_HELD)).isEqualTo(new Creation.Created());

    assertTwoTries("PutItem");
    assertThat(found(job)).isEqualTo(job);
  }

  @Test
  void creationWithAKeyWhoseAnswerWasLostIsACreation() {
    var job = jobWithKey("key");
    loseTheNextAnswer();

    assertThat(shaky.create(job, NOT_HELD)).isEqualTo(new Creation.Created());

    assertTwoTries("TransactWriteItems");
    assertThat(store.create(jobWithKey("key"), NOT_HELD)).isEqualTo(new Creation.Exists(job));
  }

  @Test
  void anothersJobOfTheSameContentIsNotTakenForOnesOwn() {
    var job = created();
    loseTheNextAnswer();

    assertThat(shaky.create(job, NOT_HELD)).isEqualTo(new Creation.Exists(job));
  }

  @Test
  void claimWhoseAnswerWasLostIsGrantedOnce() {
    var job = created();
    loseTheNextAnswer();

    var claim = shaky.claim(job.id(), LEASE);

    assertTwoTries("UpdateItem");
    assertThat(claim).isInstanceOf(Claim.Granted.class);
    assertThat(((Claim.Granted) claim).job()).isEqualTo(found(job));
    assertThat(found(job).attempts()).isEqualTo(1);
    assertThat(shaky.claim(job.id(), LEASE)).isInstanceOf(Claim.Held.class);
  }

  @Test
  void extensionWhoseAnswerWasLostHolds() {
    var lease = claimed(created()).lease();
    loseTheNextAnswer();

    assertThat(shaky.extend(lease, LEASE.multipliedBy(2))).isEqualTo(Extension.EXTENDED);

    assertTwoTries("UpdateItem");
  }

  @Test
  void endWhoseAnswerWasLostIsWrittenOnce() {
    var job = created(jobWithKey("key"));
    var lease = claimed(job).lease();
    loseTheNextAnswer();

    assertThat(shaky.complete(lease, completed("1"), TTL)).isTrue();

    assertThat(proxy.calls()).startsWith("UpdateItem", "UpdateItem");
    assertThat(found(job).status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(shaky.complete(lease, completed("1"), TTL)).as("the same once more").isFalse();
  }

  @Test
  void endThatSomebodyElseWroteIsNotTakenForOnesOwn() {
    var lease = claimed(created()).lease();
    store.complete(lease, completed("1"), TTL);
    loseTheNextAnswer();

    assertThat(shaky.complete(lease, completed("1"), TTL)).isFalse();
  }

  @Test
  void releaseWhoseAnswerWasLostTakesOneAttemptBack() {
    var job = created();
    store.release(claimed(job).lease(), clock.instant(), Optional.of("no answer"), NOT_HELD);
    var lease = claimed(job).lease();
    loseTheNextAnswer();

    assertThat(shaky.release(lease, clock.instant(), Optional.empty(), NOT_HELD)).isTrue();

    assertTwoTries("UpdateItem");
    assertThat(found(job).attempts()).isEqualTo(1);
    assertThat(found(job).state()).isInstanceOf(State.Pending.class);
  }

  @Test
  void releaseWithItsMessageWhoseAnswerWasLostKeepsTheMessage() {
    var job = created();
    var message = message(job, bytes(HeldMessages.WHOLE_MAX + 1));
    var lease = claimed(job).lease();
    proxy.calls().clear();
    proxy.nextOf("UpdateItem", new Fate.AnswerLost());

    assertThat(shaky.release(lease, clock.instant(), Optional.empty(), Optional.of(message)))
        .isTrue();

    assertThat(proxy.calls()).containsExactly("PutItem", "UpdateItem", "UpdateItem");
    assertThat(store.overdue(10))
        .extracting(o -> o.message())
        .containsExactly(Optional.of(message));
  }

  @Test
  void cancelWhoseAnswerWasLostHasCancelled() {
    var job = created();
    loseTheNextAnswer();

    assertThat(shaky.cancel(job.id(), TTL)).isInstanceOf(Cancellation.Cancelled.class);

    assertTwoTries("UpdateItem");
    assertThat(shaky.cancel(job.id(), TTL)).isEqualTo(new Cancellation.Finished(found(job)));
  }

  @Test
  void discardWhoseAnswerWasLostFreesTheKey() {
    var job = created(jobWithKey("key"));
    loseTheNextAnswer();

    shaky.discard(job.id());

    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.create(jobWithKey("key"), NOT_HELD)).isEqualTo(new Creation.Created());
  }

  @Test
  void handingOverWhoseAnswerWasLostIsDone() {
    var job = job();
    store.create(job, Optional.of(message(job, Bytes.utf8("x"))));
    loseTheNextAnswer();

    shaky.handedOver(job.id(), due(job));

    assertTwoTries("UpdateItem");
    assertThat(store.overdue(10)).isEmpty();
  }
}
