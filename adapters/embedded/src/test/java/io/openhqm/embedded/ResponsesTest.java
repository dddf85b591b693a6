package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Announcement;
import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Result;
import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of announcements, as another program sees it. */
final class ResponsesTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("test.db");
  }

  private List<String> sql(String sql) throws SQLException {
    return new OtherProgram(file()).run(sql);
  }

  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeClock clock = new FakeClock();
  private final Samples samples = new Samples(clock);

  private Engine open(EmbeddedSettings settings) {
    return EmbeddedEngines.open(settings, clock);
  }

  private Engine open() {
    return open(EmbeddedSettings.of(file()));
  }

  private Job accepted(Engine engine) {
    var message = samples.message();
    var job = samples.job(message);
    engine.intake().orElseThrow().accept(job, message, clock.instant());
    return job;
  }

  private Lease claimed(JobStore store, Job job) {
    return ((Claim.Granted) store.claim(job.id(), HOUR)).lease();
  }

  private void complete(JobStore store, Job job, Duration ttl) {
    var ending = new Ending.Completed(Result.text("x"));
    assertThat(store.complete(claimed(store, job), ending, ttl)).isTrue();
  }

  private List<String> announced() throws SQLException {
    return sql("SELECT correlation_id FROM responses ORDER BY id");
  }

  @Test
  void anEndAndItsAnnouncementAreOneWrite() throws Exception {
    try (var engine = open()) {
      var store = engine.announcingStore().orElseThrow();
      var job = accepted(engine);
      var waiting = accepted(engine);
      var lease = claimed(store, job);
      sql("CREATE TRIGGER no BEFORE INSERT ON responses BEGIN SELECT RAISE(ABORT, 'no'); END");

      assertThatThrownBy(() -> store.complete(lease, new Ending.Cancelled(), HOUR))
          .isInstanceOf(UnavailableException.class);
      assertThatThrownBy(() -> store.cancel(waiting.id(), HOUR))
          .isInstanceOf(UnavailableException.class);

      assertThat(store.find(job.id())).map(Job::status).contains(JobStatus.PROCESSING);
      assertThat(store.find(waiting.id())).map(Job::status).contains(JobStatus.PENDING);
      sql("DROP TRIGGER no");
      assertThat(store.complete(lease, new Ending.Cancelled(), HOUR)).isTrue();
      store.cancel(waiting.id(), HOUR);
      assertThat(announced()).containsExactly(job.id().toString(), waiting.id().toString());
    }
  }

  @Test
  void numbersAreNotUsedAgainWhenAllHaveBeenRead() throws Exception {
    try (var engine = open()) {
      var store = engine.announcingStore().orElseThrow();
      complete(store, accepted(engine), HOUR);
      var before = sql("DELETE FROM responses RETURNING id");
      complete(store, accepted(engine), HOUR);
      assertThat(sql("SELECT id FROM responses")).hasSize(1).doesNotContainAnyElementsOf(before);
    }
  }

  @Test
  void anAnnouncementGoesWhenItsJobCanNoLongerBeRead() throws Exception {
    try (var engine = open()) {
      var store = engine.announcingStore().orElseThrow();
      complete(store, accepted(engine), HOUR);
      var later = accepted(engine);
      complete(store, later, HOUR.multipliedBy(3));
      clock.advance(HOUR.minusSeconds(1));
      assertThat(announced()).hasSize(2);

      clock.advance(HOUR);
      Awaitility.await()
          .untilAsserted(() -> assertThat(announced()).containsExactly(later.id().toString()));
      assertThat(sql("SELECT body FROM responses"))
          .containsExactly(Announcement.of(store.find(later.id()).orElseThrow()));
    }
  }

  @Test
  void theOldestGoWhenThereAreTooMany() throws Exception {
    try (var engine = open(EmbeddedSettings.of(file()).withMaxBacklog(3))) {
      var store = engine.announcingStore().orElseThrow();
      var ids = new ArrayList<String>();
      for (int i = 0; i < 10; i++) {
        var job = accepted(engine);
        complete(store, job, HOUR);
        ids.add(job.id().toString());
      }
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(announced()).containsExactlyElementsOf(ids.subList(7, 10)));
    }
  }
}
