package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Announcement;
import io.openhqm.core.Body;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Result;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The rules of {@link ResponseQueue} and of {@link Engine#announcingStore}, A01 to A07; the README
 * of this module lists them. Make a subclass that says how to open the engine and how another
 * program takes the announcements.
 */
public abstract class ResponseQueueContract extends EngineContract {
  private static final Duration TTL = Duration.ofDays(2);

  private Engine engine;
  private ResponseQueue responses;

  /** For subclasses. */
  protected ResponseQueueContract() {}

  /** Takes the announcements that are there, as another program does, in any order. */
  protected abstract List<String> taken(Engine from) throws Exception;

  @BeforeEach
  final void openResponses() throws Exception {
    engine = opened();
    responses = responses(engine);
  }

  private static ResponseQueue responses(Engine of) {
    return of.responses().orElseThrow(() -> new AssertionError("the engine has no response queue"));
  }

  private JobStore announcing() {
    var store = engine.announcingStore();
    Assumptions.assumeTrue(
        store.isPresent(), "this engine declares that its job store announces nothing");
    return store.orElseThrow();
  }

  private Job ended(Ending ending) {
    var job = newJob();
    var end = new Job.State.Ended(ending, Optional.empty(), now().plusMillis(1), now().plus(TTL));
    return new Job(job.id(), job.submittedAt(), now(), 1, Optional.empty(), end);
  }

  private UUID created(JobStore store) {
    var job = newJob();
    store.create(job, Optional.empty());
    return job.id();
  }

  private Lease claimed(JobStore store, UUID id) {
    return ((Claim.Granted) store.claim(id, ticks(3))).lease();
  }

  /** As soon as there are as many, and then all that are there. */
  private List<String> taken(int count) {
    var all = new ArrayList<String>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              all.addAll(taken(engine));
              return all.size() >= count;
            });
    return all;
  }

  @Test
  void a01FinishedJobIsAnnouncedInTheAgreedWords() {
    var job = ended(new Ending.Completed(new Result(404, Headers.none(), Body.empty())));

    responses.announce(job);

    assertThat(taken(1))
        .containsExactly(
            "{\"correlation_id\":\"%s\",\"status\":\"COMPLETED\",\"status_code\":404,"
                    .formatted(job.id())
                + "\"submitted_at\":\"%s\",\"completed_at\":\"%s\"}"
                    .formatted(job.submittedAt(), job.submittedAt().plusMillis(1)));
  }

  @Test
  void a02JobWithoutAnAnswerIsAnnouncedWithoutAStatusCode() {
    var endings =
        List.of(new Ending.Failed("why"), new Ending.TimedOut("why"), new Ending.Cancelled());
    var jobs = endings.stream().map(this::ended).toList();

    jobs.forEach(responses::announce);

    assertThat(taken(3))
        .containsExactlyInAnyOrderElementsOf(jobs.stream().map(Announcement::of).toList())
        .allSatisfy(text -> assertThat(text).doesNotContain("status_code", "why"));
  }

  @Test
  void a03JobThatHasNotEndedIsNotAnnounced() throws Exception {
    assertThatThrownBy(() -> responses.announce(newJob()))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(taken(engine)).isEmpty();
  }

  @Test
  void a04AnnouncingStoreAnnouncesEachEndOnce() throws Exception {
    var store = announcing();
    var completed = created(store);
    var failed = created(store);
    var waiting = created(store);
    var stopped = created(store);
    var lease = claimed(store, completed);
    store.complete(lease, new Ending.Completed(Result.text("secret")), TTL);
    store.complete(claimed(store, failed), new Ending.Failed("why"), TTL);
    store.cancel(waiting, TTL);
    var stopping = claimed(store, stopped);
    store.cancel(stopped, TTL);
    store.complete(stopping, new Ending.Cancelled(), TTL);
    // None of these ends anything.
    assertThat(store.complete(lease, new Ending.Cancelled(), TTL)).isFalse();
    store.cancel(waiting, TTL);
    store.cancel(completed, TTL);
    store.release(
        claimed(store, created(store)), now(), Optional.of("no answer"), Optional.empty());

    var expected = new ArrayList<String>();
    for (var id : List.of(completed, failed, waiting, stopped)) {
      expected.add(Announcement.of(store.find(id).orElseThrow()));
    }
    assertThat(taken(4)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(taken(engine)).isEmpty();
  }

  @Test
  void a05OtherStoreAnnouncesNothing() throws Exception {
    var silent = engine.store();
    Assumptions.assumeTrue(silent.isPresent(), "this engine declares that it keeps no jobs");
    var store = silent.orElseThrow();

    store.complete(claimed(store, created(store)), new Ending.Failed("why"), TTL);
    store.cancel(created(store), TTL);

    assertThat(taken(engine)).isEmpty();
  }

  @Test
  void a06AnnouncementsSurviveARestart() throws Exception {
    var job = ended(new Ending.Cancelled());
    responses.announce(job);

    var again = reopened(engine);
    Assumptions.assumeTrue(
        again.isPresent(), "this engine declares that it does not outlive its process");
    engine = again.orElseThrow();

    assertThat(taken(1)).containsExactly(Announcement.of(job));
  }

  @Test
  void a07ClosedEngineAnnouncesNothing() {
    engine.close();

    assertThatThrownBy(() -> responses.announce(ended(new Ending.Cancelled())))
        .isInstanceOf(UnavailableException.class);
  }
}
