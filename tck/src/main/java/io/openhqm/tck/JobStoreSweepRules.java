package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Job;
import io.openhqm.core.JobStore.Overdue;
import io.openhqm.core.Message;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** J24 to J27: what the sweep finds. */
abstract class JobStoreSweepRules extends JobStoreEndRules {
  @Test
  void j24JobWhoseLeaseEndedIsOverdue() throws Exception {
    var crashed = created();
    var working = created();
    var waiting = created();
    claimed(crashed.id(), ticks(1));
    claimed(working.id(), ticks(100));
    assertThat(store.overdue(10)).isEmpty();

    passTime(ticks(1));

    assertThat(store.overdue(10)).extracting(Overdue::job).containsExactly(found(crashed.id()));
    assertThat(store.overdue(10)).as("until something is done").hasSize(1);
    store.complete(claimed(crashed.id()).lease(), completed("1"), TTL);
    assertThat(store.overdue(10)).isEmpty();
    assertThat(found(waiting.id())).isEqualTo(waiting);
  }

  @Test
  void j24LongestOverdueComesFirstUpToTheLimit() throws Exception {
    var third = claimed(created().id(), ticks(3)).job().id();
    var first = claimed(created().id(), ticks(1)).job().id();
    var second = claimed(created().id(), ticks(2)).job().id();
    passTime(ticks(4));

    assertThat(store.overdue(2)).extracting(o -> o.job().id()).containsExactly(first, second);
    assertThat(store.overdue(9))
        .extracting(o -> o.job().id())
        .containsExactly(first, second, third);
  }

  @Test
  void j25HeldMessageIsHandedOutWhenItIsDue() throws Exception {
    var due = now().plus(ticks(2));
    for (var message : Samples.oddMessages(newId(), now())) {
      store.create(Job.pending(message.id(), now(), due, Optional.empty()), Optional.of(message));
      assertThat(store.overdue(10)).isEmpty();
      store.discard(message.id());
    }
    var message = Samples.oddMessages(newId(), now()).getFirst();
    hold(message, due);
    passTime(ticks(2));

    var overdue = store.overdue(10);

    assertThat(overdue).containsExactly(new Overdue(found(message.id()), Optional.of(message)));
    assertThat(store.overdue(10)).as("until it was handed over").isEqualTo(overdue);
    store.handedOver(message.id(), due);
    assertThat(store.overdue(10)).isEmpty();
    assertThat(claimed(message.id()).job().attempts()).isEqualTo(1);
  }

  private void hold(Message message, Instant due) {
    store.create(Job.pending(message.id(), now(), due, Optional.empty()), Optional.of(message));
  }

  @Test
  void j25HeldMessagesAreKeptByteForByte() {
    for (var message : Samples.oddMessages(newId(), now())) {
      var copy =
          new Message(
              newId(),
              message.payload(),
              message.headers(),
              message.metadata(),
              message.submittedAt(),
              message.traceparent());
      var due = now();
      hold(copy, due);
      assertThat(store.overdue(10)).extracting(Overdue::message).containsExactly(Optional.of(copy));
      store.handedOver(copy.id(), due);
    }
  }

  @Test
  void j25ReleasedWithItsMessageItIsHandedOutWhenItIsDue() throws Exception {
    var message = newMessage();
    created(Job.pending(message.id(), now(), now(), Optional.empty()));
    var lease = claimed(message.id()).lease();
    var due = now().plus(ticks(2));

    store.release(lease, due, Optional.of("no answer"), Optional.of(message));

    assertThat(store.overdue(10)).isEmpty();
    passTime(ticks(2));
    assertThat(store.overdue(10))
        .containsExactly(new Overdue(found(message.id()), Optional.of(message)));
  }

  @Test
  void j25MessageThatIsHeldAnewIsNotHandedOverWithTheOneBefore() throws Exception {
    var message = newMessage();
    var first = now();
    hold(message, first);
    assertThat(store.overdue(10)).hasSize(1);
    var second = now().plus(ticks(2));
    var lease = claimed(message.id()).lease();
    store.release(lease, second, Optional.of("no answer"), Optional.of(message));

    store.handedOver(message.id(), first);

    passTime(ticks(2));
    assertThat(store.overdue(10))
        .containsExactly(new Overdue(found(message.id()), Optional.of(message)));
    store.handedOver(message.id(), second);
    assertThat(store.overdue(10)).isEmpty();
  }

  @Test
  void j25MessageOfACancelledJobIsHeldNoLonger() throws Exception {
    var message = newMessage();
    hold(message, now().plus(ticks(1)));

    store.cancel(message.id(), TTL);

    passTime(ticks(2));
    assertThat(store.overdue(10)).isEmpty();
    store.handedOver(message.id(), now());
    assertThat(found(message.id()).status().isTerminal()).isTrue();
  }

  @Test
  void j26ExpiredJobIsKnownForAWhileAndThenForgotten() throws Exception {
    var job = created();
    store.complete(claimed(job.id()).lease(), completed("1"), ticks(2));
    var running = created();
    claimed(running.id(), ticks(1));
    passTime(ticks(2));

    assertThat(found(job.id()).isExpired(time().instant())).isTrue();
    store.purgeExpired(100);
    assertThat(store.find(job.id())).as("410 rather than 404").isPresent();

    passTime(knownAfterExpiry().plus(ticks(1)));
    store.purgeExpired(100);
    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.purgeExpired(100)).isZero();
    assertThat(store.find(running.id())).as("not ended, so never expired").isPresent();
  }

  @Test
  void j27PurgeKeepsToItsLimit() throws Exception {
    var ids = new HashSet<UUID>();
    for (int i = 0; i < 5; i++) {
      var job = created();
      store.cancel(job.id(), ticks(1));
      ids.add(job.id());
    }
    passTime(knownAfterExpiry().plus(ticks(2)));

    int purged = store.purgeExpired(2);

    assertThat(purged).isLessThanOrEqualTo(2);
    for (int i = 0; i < 3; i++) {
      assertThat(store.purgeExpired(2)).isLessThanOrEqualTo(2);
    }
    assertThat(ids).allSatisfy(id -> assertThat(store.find(id)).isEmpty());
  }
}
