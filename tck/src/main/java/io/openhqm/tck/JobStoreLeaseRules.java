package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore.Cancellation;
import io.openhqm.core.JobStore.Extension;
import io.openhqm.core.Lease;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** J08 to J17: leases, fences, giving back. */
abstract class JobStoreLeaseRules extends JobStoreCreateRules {
  private static final Optional<String> REFUSED = Optional.of("connection refused");

  @Test
  void j08ClaimCountsTheAttemptAndSaysUntilWhen() {
    var job = created();

    var granted = claimed(job.id(), ticks(3));

    assertThat(granted.lease().jobId()).isEqualTo(job.id());
    assertThat(granted.job().attempts()).isEqualTo(1);
    assertThat(granted.job().submittedAt()).isEqualTo(job.submittedAt());
    var state = processing(granted.job());
    assertThat(state.fence()).isEqualTo(granted.lease().fence());
    assertThat(state.cancelRequested()).isFalse();
    if (!isRealTime()) {
      assertThat(state.leaseUntil()).isEqualTo(now().plus(ticks(3)));
      assertThat(state.startedAt()).isEqualTo(now());
    }
    assertThat(store.find(job.id())).contains(granted.job());
  }

  @Test
  void j09OfManyClaimsOneIsGranted() throws Exception {
    for (int round = 0; round < 5; round++) {
      var job = created();

      var claims = Threads.raceSame(() -> store.claim(job.id(), ticks(6)));

      assertThat(claims).filteredOn(Claim.Granted.class::isInstance).hasSize(1);
      var until = processing(found(job.id())).leaseUntil();
      assertThat(claims)
          .filteredOn(claim -> !(claim instanceof Claim.Granted))
          .containsOnly(new Claim.Held(until));
      assertThat(found(job.id()).attempts()).isEqualTo(1);
    }
  }

  @Test
  void j10JobIsNotGrantedBeforeItIsDue() throws Exception {
    var due = now().plus(ticks(2));
    var job = created(newJobDue(due));

    assertThat(store.claim(job.id(), ticks(3))).isEqualTo(new Claim.NotDue(due));
    assertThat(found(job.id())).isEqualTo(job);

    passTime(ticks(2));
    assertThat(claimed(job.id()).job().attempts()).isEqualTo(1);
  }

  @Test
  void j11LeaseThatEndedHoldsNobodyOff() throws Exception {
    var job = created();
    var first = claimed(job.id(), ticks(2));
    assertThat(store.claim(job.id(), ticks(2)))
        .isEqualTo(new Claim.Held(processing(first.job()).leaseUntil()));

    passTime(ticks(2));
    var second = claimed(job.id());

    assertThat(second.lease().fence()).isGreaterThan(first.lease().fence());
    assertThat(second.job().attempts()).isEqualTo(2);
  }

  @Test
  void j12ExtendedLeaseHoldsOthersOff() throws Exception {
    var job = created();
    var lease = claimed(job.id(), ticks(2)).lease();
    passTime(ticks(1));

    assertThat(store.extend(lease, ticks(4))).isEqualTo(Extension.EXTENDED);

    passTime(ticks(2));
    assertThat(store.claim(job.id(), ticks(2))).isInstanceOf(Claim.Held.class);
    assertThat(store.overdue(10)).isEmpty();
    passTime(ticks(2));
    assertThat(claimed(job.id()).job().attempts()).isEqualTo(2);
  }

  @Test
  void j13WorkerThatIsTooLateWritesNothing() throws Exception {
    var job = created();
    var late = claimed(job.id(), ticks(1)).lease();
    passTime(ticks(1));
    var newer = claimed(job.id(), ticks(100));

    assertWritesNothing(late);
    assertThat(found(job.id())).isEqualTo(newer.job());

    assertThat(store.complete(newer.lease(), completed("2"), TTL)).isTrue();
    var end = found(job.id());
    assertWritesNothing(late);
    assertWritesNothing(newer.lease());
    assertThat(found(job.id())).isEqualTo(end);
  }

  private void assertWritesNothing(Lease lease) {
    assertThat(store.extend(lease, ticks(3))).isEqualTo(Extension.LOST);
    assertThat(store.release(lease, now(), REFUSED, NOT_HELD)).isFalse();
    assertThat(store.complete(lease, completed("late"), TTL)).isFalse();
    assertThat(store.complete(lease, new Ending.Cancelled(), TTL)).isFalse();
  }

  @Test
  void j14LeaseThatEndedStillCountsIfNobodyElseClaimed() throws Exception {
    var extending = created();
    var completing = created();
    var releasing = created();
    var leases =
        List.of(
            claimed(extending.id(), ticks(1)).lease(),
            claimed(completing.id(), ticks(1)).lease(),
            claimed(releasing.id(), ticks(1)).lease());
    passTime(ticks(2));

    assertThat(store.extend(leases.get(0), ticks(100))).isEqualTo(Extension.EXTENDED);
    assertThat(store.complete(leases.get(1), completed("1"), TTL)).isTrue();
    assertThat(store.release(leases.get(2), now(), REFUSED, NOT_HELD)).isTrue();

    assertThat(store.claim(extending.id(), ticks(1))).isInstanceOf(Claim.Held.class);
    assertThat(found(completing.id()).status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(found(releasing.id()).status()).isEqualTo(JobStatus.PENDING);
  }

  @Test
  void j15ReleasedJobWaitsForItsNextAttempt() throws Exception {
    var job = created();
    var lease = claimed(job.id()).lease();
    var due = now().plus(ticks(2));

    assertThat(store.release(lease, due, REFUSED, NOT_HELD)).isTrue();

    var waiting = found(job.id());
    assertThat(waiting.state()).isEqualTo(new State.Pending(due, REFUSED));
    assertThat(waiting.attempts()).isEqualTo(1);
    assertThat(store.claim(job.id(), ticks(3))).isEqualTo(new Claim.NotDue(due));
    assertWritesNothing(lease);
    assertThat(found(job.id())).isEqualTo(waiting);

    passTime(ticks(2));
    var second = claimed(job.id());
    assertThat(second.job().attempts()).isEqualTo(2);
    assertThat(second.lease().fence()).isGreaterThan(lease.fence());
    assertWritesNothing(lease);
  }

  @Test
  void j16AttemptThatWasNotUsedUpIsNotCounted() {
    var job = created();

    var first = claimed(job.id()).lease();
    assertThat(store.release(first, now(), Optional.empty(), NOT_HELD)).isTrue();
    assertThat(found(job.id()).attempts()).isZero();
    assertThat(found(job.id()).status()).isEqualTo(JobStatus.PENDING);

    var second = claimed(job.id());
    assertThat(second.job().attempts()).isEqualTo(1);
    assertThat(second.lease().fence()).as("fences grow all the same").isGreaterThan(first.fence());
    assertWritesNothing(first);
  }

  @Test
  void j17OfManyEndsOneIsWritten() throws Exception {
    for (int round = 0; round < 5; round++) {
      var job = created();
      var lease = claimed(job.id()).lease();

      var wrote = Threads.race(i -> writing(lease, i));

      assertThat(wrote).filteredOn(Boolean::booleanValue).hasSize(1);
    }
  }

  private Callable<Boolean> writing(Lease lease, int i) {
    return switch (i % 3) {
      case 0 -> () -> store.complete(lease, completed("\"" + i + "\""), TTL);
      case 1 -> () -> store.complete(lease, new Ending.TimedOut("after " + i + " s"), TTL);
      default -> () -> store.release(lease, now(), Optional.of("try " + i), NOT_HELD);
    };
  }

  @Test
  void j17OfManyCancelsOfAWaitingJobOneCancelsIt() throws Exception {
    var job = created();

    var cancels = Threads.raceSame(() -> store.cancel(job.id(), TTL));

    assertThat(cancels).filteredOn(Cancellation.Cancelled.class::isInstance).hasSize(1);
    assertThat(cancels)
        .filteredOn(cancel -> !(cancel instanceof Cancellation.Cancelled))
        .containsOnly(new Cancellation.Finished(found(job.id())));
  }
}
