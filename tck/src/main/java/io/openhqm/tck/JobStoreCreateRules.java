package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.JobStore.Extension;
import io.openhqm.core.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** J01 to J07 and J31: how a job comes into being. */
abstract class JobStoreCreateRules extends JobStoreRules {
  @Test
  void j01CreatedJobIsFoundAsItWas() {
    var plain = newJob();
    var delayed = newJobDue(now().plus(ticks(1)));
    var keyed = newJobWithKey("key-\"8e03978e-…\"".replace("…", "~!{}%_"));

    for (var job : List.of(plain, delayed, keyed)) {
      assertThat(store.create(job, NOT_HELD)).isEqualTo(new Creation.Created());
      assertThat(store.find(job.id())).contains(job);
    }
  }

  @Test
  void j02SecondJobOfTheSameIdIsNotCreated() {
    var first = created();
    var second = newJobWithKey(first.id(), "another");

    assertThat(store.create(second, NOT_HELD)).isEqualTo(new Creation.Exists(first));

    assertThat(store.find(first.id())).contains(first);
    assertThat(store.create(newJobWithKey("another"), NOT_HELD))
        .as("the key of the refused job was not taken")
        .isEqualTo(new Creation.Created());
  }

  @Test
  void j03SecondJobOfTheSameKeyIsNotCreated() {
    var first = created(newJobWithKey("key"));
    var second = newJobWithKey("key");

    assertThat(store.create(second, NOT_HELD)).isEqualTo(new Creation.Exists(first));

    assertThat(store.find(second.id())).isEmpty();
    assertThat(store.create(newJobWithKey("KEY"), NOT_HELD))
        .as("keys are told apart by case")
        .isEqualTo(new Creation.Created());
  }

  @Test
  void j03KeyIsKeptAsLongAsTheJobHoweverItEnds() {
    var first = created(newJobWithKey("key"));
    var lease = claimed(first.id()).lease();
    assertThat(store.create(newJobWithKey("key"), NOT_HELD)).isInstanceOf(Creation.Exists.class);

    store.complete(lease, new Ending.Failed("no"), TTL);

    var again = store.create(newJobWithKey("key"), NOT_HELD);
    assertThat(again).isEqualTo(new Creation.Exists(found(first.id())));
  }

  @Test
  void j04OfManyWithTheSameKeyOneIsCreated() throws Exception {
    for (int round = 0; round < 5; round++) {
      var key = "round-" + round;
      var jobs =
          Threads.race(
              i -> {
                var job = newJobWithKey(key);
                return () -> new Tried(job, store.create(job, NOT_HELD));
              });

      var winners = jobs.stream().filter(tried -> tried.creation() instanceof Creation.Created);
      var winner = winners.map(Tried::job).toList();
      assertThat(winner).hasSize(1);
      for (var tried : jobs) {
        if (tried.creation() instanceof Creation.Exists exists) {
          assertThat(exists.job()).isEqualTo(winner.getFirst());
          assertThat(store.find(tried.job().id())).isEmpty();
        }
      }
    }
  }

  private record Tried(Job job, Creation creation) {}

  @Test
  void j05KeyIsFreeAgainWhenItsJobExpired() throws Exception {
    var first = created(newJobWithKey("key"));
    store.complete(claimed(first.id()).lease(), completed("1"), ticks(2));
    passTime(ticks(3));

    var second = created(newJobWithKey("key"));

    assertThat(store.create(newJobWithKey("key"), NOT_HELD)).isEqualTo(new Creation.Exists(second));
  }

  @Test
  void j31JobIsFoundByItsKeyUntilItExpires() throws Exception {
    var job = created(newJobWithKey("key"));
    created(newJobWithKey("another"));
    assertThat(store.findByKey("key")).contains(job);
    assertThat(store.findByKey("KEY")).isEmpty();
    assertThat(store.findByKey("none")).isEmpty();

    var lease = claimed(job.id()).lease();
    assertThat(store.findByKey("key")).contains(found(job.id()));
    store.complete(lease, completed("1"), ticks(2));
    assertThat(store.findByKey("key")).contains(found(job.id()));
    passTime(ticks(3));
    assertThat(store.findByKey("key")).isEmpty();

    var discarded = created(newJobWithKey("third"));
    store.discard(discarded.id());
    assertThat(store.findByKey("third")).isEmpty();
  }

  @Test
  void j06DiscardedJobIsGoneAndItsKeyIsFree() {
    var job = newJobWithKey("key");
    var message = newMessage(job.id());
    store.create(job, Optional.of(message));

    store.discard(job.id());

    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.overdue(10)).isEmpty();
    assertThat(store.create(newJobWithKey("key"), NOT_HELD)).isEqualTo(new Creation.Created());
    store.discard(newId());
  }

  @Test
  void j06JobThatWasTriedIsNotDiscarded() {
    var running = created();
    claimed(running.id());
    var waiting = created();
    store.release(claimed(waiting.id()).lease(), now(), Optional.of("no answer"), NOT_HELD);
    var ended = created();
    store.cancel(ended.id(), TTL);

    for (var job : List.of(running, waiting, ended)) {
      var before = found(job.id());
      store.discard(job.id());
      assertThat(found(job.id())).isEqualTo(before);
    }
  }

  @Test
  void j07NothingIsKnownOfAnUnknownJob() throws Exception {
    created();
    var id = newId();

    assertThat(store.find(id)).isEmpty();
    assertThat(store.awaitEnd(id, Duration.ofMinutes(5))).as("not waited for").isEmpty();
    assertThat(store.claim(id, ticks(3))).isEqualTo(new Claim.Unknown());
    assertThat(store.cancel(id, TTL)).isEqualTo(new Cancellation.Unknown());
    assertThat(store.extend(new Lease(id, 1), ticks(3))).isEqualTo(Extension.LOST);
    assertThat(store.complete(new Lease(id, 1), completed("1"), TTL)).isFalse();
    assertThat(store.release(new Lease(id, 1), now(), Optional.empty(), NOT_HELD)).isFalse();
    store.handedOver(id, now());
    assertThat(store.find(id)).isEmpty();
  }
}
