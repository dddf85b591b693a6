package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Announcement;
import io.openhqm.core.Body;
import io.openhqm.core.Claim;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.Result;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.memory.MemoryEngineProvider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GivenUpTest {
  private static final Instant NOW = Instant.parse("2026-11-25T09:00:00Z");
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TTL = Duration.ofHours(1);
  private static final UUID ID = UUID.fromString("01a20e20-95d3-7000-9697-0f8ee997fe49");

  private final InstantSource clock = InstantSource.fixed(NOW);
  private final List<String> told = new ArrayList<>();
  private final List<String> announced = new ArrayList<>();
  private boolean mute;
  private final JobStore store = memory();
  private final GivenUp givenUp =
      new GivenUp(
          new GivenUp.Settings(LEASE, TTL),
          new GivenUp.Ports(
              store,
              new QueueFeatures(false, false, Optional.of(Duration.ofMinutes(15)), 1_000),
              Optional.of(this::announce),
              new Telemetry() {
                @Override
                public void deadLettered(UUID id, String endpoint, String reason) {
                  told.add(reason);
                }
              },
              clock));

  private void announce(Job job) {
    if (mute) {
      throw new UnavailableException("nobody hears", Duration.ofSeconds(1));
    }
    announced.add(Announcement.of(job));
  }

  private JobStore memory() {
    var config = ((ConfigResult.Loaded) ConfigLoader.load(Optional.empty(), Map.of())).config();
    return new MemoryEngineProvider().open(config, clock).store().orElseThrow();
  }

  private record Given(Message message, boolean isForeign) implements Delivery {
    @Override
    public void extend(Duration duration) {}

    @Override
    public void settle(Outcome outcome) {}
  }

  private static Delivery delivery(boolean foreign) {
    return new Given(
        new Message(ID, Body.empty(), Headers.none(), Metadata.none(), NOW, Optional.empty()),
        foreign);
  }

  private void accept(Instant notBefore) {
    store.create(Job.pending(ID, NOW, notBefore, Optional.empty()), Optional.empty());
  }

  private Claim.Granted claim() {
    return (Claim.Granted) store.claim(ID, LEASE);
  }

  private Job job() {
    return store.find(ID).orElseThrow();
  }

  @Test
  void aJobThatWaitsIsClosedAndItsMessageBuried() {
    accept(NOW);
    var outcome = (Outcome.DeadLetter) givenUp.close(delivery(false), 101);
    assertThat(outcome.reason()).contains("gave up after 101 receives");
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(told).containsExactly("given_up");
  }

  @Test
  void aJobThatSomebodyHoldsIsLeftAlone() {
    accept(NOW);
    claim();
    assertThat(givenUp.close(delivery(false), 101)).isEqualTo(new Outcome.RetryAfter(LEASE));
    assertThat(job().status()).isEqualTo(JobStatus.PROCESSING);
  }

  @Test
  void aJobThatIsNotDueIsLeftAloneUntilItIs() {
    accept(NOW.plusSeconds(60));
    assertThat(givenUp.close(delivery(false), 101))
        .isEqualTo(new Outcome.RetryAfter(Duration.ofMinutes(1)));
    assertThat(job().status()).isEqualTo(JobStatus.PENDING);
  }

  @Test
  void aJobThatIsDoneStaysSo() {
    accept(NOW);
    store.complete(
        claim().lease(), new Ending.Completed(new Result(200, Headers.none(), Body.empty())), TTL);
    assertThat(givenUp.close(delivery(false), 101)).isEqualTo(new Outcome.Done());
    assertThat(job().status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(told).isEmpty();
  }

  @Test
  void aJobThatFailedBeforeKeepsItsReason() {
    accept(NOW);
    store.complete(claim().lease(), new Ending.Failed("the reason"), TTL);
    assertThat(givenUp.close(delivery(false), 101)).isEqualTo(new Outcome.DeadLetter("the reason"));
  }

  @Test
  void aJobThatItsClientCancelledIsCancelled() {
    accept(NOW);
    var lease = claim().lease();
    store.cancel(ID, TTL);
    store.extend(lease, Duration.ZERO);
    assertThat(givenUp.close(delivery(false), 101)).isEqualTo(new Outcome.Done());
    assertThat(job().status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void aMessageWhoseSubmissionWasTakenBackIsForgotten() {
    assertThat(givenUp.close(delivery(false), 101)).isEqualTo(new Outcome.Done());
  }

  @Test
  void aMessageOfAnotherProgramIsBuriedThoughNoJobWasMadeOfIt() {
    assertThat(givenUp.close(delivery(true), 101)).isInstanceOf(Outcome.DeadLetter.class);
    assertThat(store.find(ID)).isEmpty();
  }

  @Test
  void whatIsClosedIsAnnounced() {
    accept(NOW);
    givenUp.close(delivery(false), 101);
    assertThat(announced).containsExactly(Announcement.of(job()));
  }

  @Test
  void whatCouldNotBeAnnouncedComesAgainAndIsAnnouncedThen() {
    accept(NOW);
    mute = true;
    assertThat(givenUp.close(delivery(false), 101)).isInstanceOf(Outcome.RetryAfter.class);
    mute = false;
    assertThat(givenUp.close(delivery(false), 102)).isInstanceOf(Outcome.DeadLetter.class);
    assertThat(announced).containsExactly(Announcement.of(job()));
  }

  @Test
  void whatDoesNotEndIsNotAnnounced() {
    accept(NOW.plusSeconds(60));
    givenUp.close(delivery(false), 101);
    givenUp.close(delivery(true), 101);
    assertThat(announced).isEmpty();
  }
}
