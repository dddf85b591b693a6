package io.openhqm.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Claim;
import io.openhqm.core.Delivery;
import io.openhqm.core.Ending;
import io.openhqm.core.Engine.Health;
import io.openhqm.core.EngineException;
import io.openhqm.core.Headers;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.Message;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import io.openhqm.core.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Full disks, damaged files, files of others: nothing is promised that is not kept. */
final class MisfortuneTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeClock clock = new FakeClock();
  private final Samples samples = new Samples(clock);
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private EmbeddedEngine open() {
    return (EmbeddedEngine) EmbeddedEngines.open(EmbeddedSettings.of(file()), clock);
  }

  private Message accept(EmbeddedEngine engine, int size) {
    var message =
        samples.message(samples.id(), Priority.NORMAL, Optional.empty(), "x".repeat(size));
    engine.intake().orElseThrow().accept(samples.job(message), message, clock.instant());
    return message;
  }

  private static void limitPages(EmbeddedEngine engine, long pages) {
    engine
        .parts()
        .writer()
        .write(
            new Operation() {
              @Override
              void run(Sql sql) throws SQLException {
                long used = sql.number("PRAGMA page_count");
                sql.number("PRAGMA max_page_count=" + (pages == 0 ? 1 << 30 : used + pages));
              }
            })
        .await();
  }

  @Test
  void aFullDiskRefusesNewJobsKeepsTheOldOnesAndIsForgottenWhenThereIsRoom() throws Exception {
    var accepted = new ArrayList<Message>();
    try (var engine = open()) {
      var store = engine.store().orElseThrow();
      accepted.add(accept(engine, 10));
      var granted = (Claim.Granted) store.claim(accepted.getFirst().id(), HOUR);
      limitPages(engine, 40);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  accepted.add(accept(engine, 3_000));
                }
              })
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(file().toString())
          .hasMessageContaining("full");
      assertThat(engine.health().up()).isFalse();

      // What a worker has can end all the same.
      assertThat(store.complete(granted.lease(), new Ending.Cancelled(), HOUR)).isTrue();

      limitPages(engine, 0);
      accepted.add(accept(engine, 3_000));
      assertThat(engine.health().up()).isTrue();
    }
    try (var engine = open()) {
      for (var message : accepted) {
        assertThat(engine.store().orElseThrow().find(message.id())).isPresent();
      }
      assertThat(engine.queue().orElseThrow().depth().messages()).isEqualTo(accepted.size() - 1);
    }
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aWriterThatBreaksDownTellsWhoWaitsAndWhoComesAndLosesNothing() {
    Message accepted;
    try (var engine = open()) {
      accepted = accept(engine, 10);
      var writer = engine.parts().writer();
      var breaking =
          new Operation() {
            @Override
            void run(Sql sql) throws SQLException {
              sql.update("DELETE FROM job");
              throw new LinkageError("a defect");
            }
          };

      assertThatThrownBy(() -> writer.write(breaking))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("LinkageError: a defect")
          .hasMessageContaining("start the process again");
      assertThatThrownBy(() -> accept(engine, 10))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("start the process again");
      assertThat(engine.health().up()).isFalse();
      assertThat(engine.broken()).hasValueSatisfying(why -> assertThat(why).contains("jobs.db"));
      assertThatThrownBy(
              () -> engine.queue().orElseThrow().receive(1, HOUR, Duration.ZERO, Set.of()))
          .isInstanceOf(UnavailableException.class);
    }
    try (var engine = open()) {
      assertThat(engine.store().orElseThrow().find(accepted.id())).isPresent();
      assertThat(engine.broken()).isEmpty();
    }
  }

  @Test
  void whicheverWriteMetTheFullDiskWorksAgainWhenThereIsRoom() {
    try (var engine = open()) {
      var store = engine.store().orElseThrow();
      var worked = accept(engine, 10);
      var lease = ((Claim.Granted) store.claim(worked.id(), HOUR)).lease();
      var ending =
          new Ending.Completed(
              new Result(200, Headers.none(), Body.of(Bytes.wrap(new byte[1 << 20]))));
      limitPages(engine, 20);
      // Small messages and results are written by statements of their own.
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  accept(engine, 500);
                }
              })
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("full");
      assertThatThrownBy(() -> store.complete(lease, ending, HOUR))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("full");

      limitPages(engine, 0);

      accept(engine, 500);
      assertThat(store.complete(lease, ending, HOUR)).isTrue();
    }
  }

  @Test
  void healthStaysBadWhileTheDiskIsFullAndBecomesGoodByItself() {
    try (var engine = open()) {
      var store = engine.store().orElseThrow();
      var worked = accept(engine, 10);
      var lease = ((Claim.Granted) store.claim(worked.id(), HOUR)).lease();
      limitPages(engine, 20);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  accept(engine, 500);
                }
              })
          .isInstanceOf(UnavailableException.class);

      // What needs no room goes on, and says nothing about it.
      assertThat(store.complete(lease, new Ending.Cancelled(), HOUR)).isTrue();
      Awaitility.await()
          .during(Duration.ofMillis(1_500))
          .untilAsserted(() -> assertThat(engine.health().up()).isFalse());

      limitPages(engine, 0);
      Awaitility.await()
          .untilAsserted(() -> assertThat(engine.health()).isEqualTo(new Health(true, "ok")));
    }
  }

  @Test
  void whileTheDiskIsFullNoAttemptBegins() {
    try (var engine = open()) {
      var store = engine.store().orElseThrow();
      var queue = engine.queue().orElseThrow();
      var waits = accept(engine, 10);
      limitPages(engine, 20);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  accept(engine, 500);
                }
              })
          .isInstanceOf(UnavailableException.class);

      assertThatThrownBy(() -> queue.receive(1, HOUR, Duration.ZERO, Set.of()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("full");
      assertThatThrownBy(() -> store.claim(waits.id(), HOUR))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("full");
      assertThat(store.find(waits.id()).orElseThrow().attempts()).isZero();

      limitPages(engine, 0);
      Awaitility.await().until(() -> engine.health().up());
      assertThat(store.claim(waits.id(), HOUR)).isInstanceOf(Claim.Granted.class);
    }
  }

  @Test
  void aCommitThatFoundNoRoomWorksAgainWhenThereIsSome() throws Exception {
    // A process of its own, as no file of it may grow beyond 2 MiB: the log of changes reaches that
    // first, at a commit.
    var child =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 4096 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SmallDisk.class.getName(),
                file().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said).contains(SmallDisk.REFUSED, SmallDisk.WENT_ON);
  }

  @Test
  void aFileInUseIsRefusedByItsName() {
    try (var engine = open()) {
      assertThat(engine.health().up()).isTrue();
      assertThatThrownBy(this::open)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining(file().toString())
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
          .hasMessageContaining("queue.embedded_path");
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() throws Exception {
    byte[] letter = "Dear customer, this is not a database at all. ".repeat(100).getBytes();
    Files.write(file(), letter);
    assertThatThrownBy(this::open)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(file().toString());
    assertThat(Files.readAllBytes(file())).isEqualTo(letter);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aDatabaseOfAnotherProgramIsRefusedAndLeftAsItIs(String journal) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=" + journal);
      statement.execute("CREATE TABLE invoices (id INTEGER)");
      // Copies, as they are before the last connection of that program tidies up.
      Files.copy(file(), folder.resolve("foreign.db"));
      if (journal.equals("wal")) {
        Files.copy(folder.resolve("jobs.db-wal"), folder.resolve("foreign.db-wal"));
      }
    }
    var foreign = folder.resolve("foreign.db");
    var before = contents(foreign);

    assertThatThrownBy(() -> EmbeddedEngines.open(EmbeddedSettings.of(foreign), clock))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("another program");

    assertThat(contents(foreign)).isEqualTo(before);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + foreign);
        var statement = connection.createStatement();
        var mode = statement.executeQuery("PRAGMA journal_mode=truncate")) {
      assertThat(mode.getString(1)).as("possible when nobody has it open").isEqualTo("truncate");
    }
  }

  /** Of a database and its log, where there is one. */
  private static List<Optional<Bytes>> contents(Path database) throws IOException {
    var contents = new ArrayList<Optional<Bytes>>();
    for (var suffix : List.of("", "-wal", "-journal")) {
      var file = Path.of(database + suffix);
      contents.add(
          Files.exists(file)
              ? Optional.of(Bytes.wrap(Files.readAllBytes(file)))
              : Optional.empty());
    }
    return contents;
  }

  @Test
  void aFileOfANewerProgramIsRefused() throws Exception {
    open().close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version=99");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("layout 99");
  }

  @Test
  void aDamagedFileIsSaidToBeSoAndNeverGivesAnotherAnswer() throws Exception {
    var accepted = filled(400);
    byte[] sound = Files.readAllBytes(file());
    var random = new Random(3);
    int noticed = 0;
    for (int round = 0; round < 60; round++) {
      Files.write(file(), damaged(sound, random));
      noticed += worksOrSaysSo(accepted) ? 0 : 1;
    }
    assertThat(noticed).as("rounds in which the damage was met").isGreaterThan(20);
  }

  private List<Message> filled(int jobs) {
    var accepted = new ArrayList<Message>();
    try (var engine = open()) {
      for (int i = 0; i < jobs; i++) {
        accepted.add(accept(engine, 200));
      }
      var store = engine.store().orElseThrow();
      for (var message : accepted.subList(0, jobs / 4)) {
        var granted = (Claim.Granted) store.claim(message.id(), HOUR);
        var result = new Result(200, Headers.none(), Body.of(Bytes.utf8("fine")));
        store.complete(granted.lease(), new Ending.Completed(result), HOUR);
      }
    }
    return accepted;
  }

  /** Cut off somewhere, or with a page of noise or of zeros. */
  private static byte[] damaged(byte[] sound, Random random) {
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(sound, 1 + random.nextInt(sound.length - 1));
    }
    byte[] damaged = sound.clone();
    int pages = sound.length / 4096;
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      byte[] noise = new byte[4096];
      if (random.nextBoolean()) {
        random.nextBytes(noise);
      }
      System.arraycopy(noise, 0, damaged, random.nextInt(pages) * 4096, 4096);
    }
    return damaged;
  }

  /**
   * @return false if the engine met the damage and said so
   */
  private boolean worksOrSaysSo(List<Message> accepted) throws IOException, InterruptedException {
    for (String beside : List.of("-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("jobs.db" + beside));
    }
    try (var engine = open()) {
      var store = engine.store().orElseThrow();
      for (var message : accepted) {
        store
            .find(message.id())
            .ifPresent(job -> assertThat(job.status()).isIn((Object[]) JobStatus.values()));
      }
      var queue = engine.queue().orElseThrow();
      for (var delivery : queue.receive(1_000, HOUR, Duration.ZERO)) {
        assertThat(delivery.message().payload().length()).isEqualTo(200);
      }
      accept(engine, 10);
      return true;
    } catch (EngineException | UnavailableException said) {
      assertThat(said).hasMessageContaining(file().getFileName().toString());
      return false;
    }
  }

  @Test
  void aLogThatWasCutOffLosesNothingThatWasCommittedBefore() throws Exception {
    try (var engine = open()) {
      var kept = accept(engine, 100);
      // As after a power cut in the middle of a write: the log has more than was committed.
      var copy = Files.createDirectory(folder.resolve("copy"));
      Files.copy(file(), copy.resolve("jobs.db"));
      Files.copy(folder.resolve("jobs.db-wal"), copy.resolve("jobs.db-wal"));
      byte[] noise = new byte[5_000];
      new Random(5).nextBytes(noise);
      Files.write(copy.resolve("jobs.db-wal"), noise, StandardOpenOption.APPEND);
      try (var restored =
          EmbeddedEngines.open(EmbeddedSettings.of(copy.resolve("jobs.db")), clock)) {
        assertThat(restored.store().orElseThrow().find(kept.id())).isPresent();
      }
    }
  }

  @Test
  void anAttemptAtWhatWasThereWhenAProcessDiedIsOnTheDiskBeforeItBegins() throws Exception {
    var copy = Files.createDirectory(folder.resolve("copy"));
    var there = inAFileThatADeadProcessLeft(copy);
    try (var engine =
        (EmbeddedEngine)
            EmbeddedEngines.open(EmbeddedSettings.of(copy.resolve("jobs.db")), clock)) {
      var store = engine.store().orElseThrow();
      assertThat(store.claim(there.id(), HOUR)).isInstanceOf(Claim.Granted.class);
      assertThat(claimsOnDisk(engine)).isEqualTo(1);
      requireToClaimWithoutAWrite(engine, accept(engine, 100));
    }
    try (var engine = open()) {
      requireToClaimWithoutAWrite(engine, there);
    }
  }

  /** As it is on the disk while a process has it: what one leaves that is killed. */
  private Message inAFileThatADeadProcessLeft(Path copy) throws Exception {
    try (var engine = open()) {
      var there = accept(engine, 100);
      Files.copy(file(), copy.resolve("jobs.db"));
      Files.copy(folder.resolve("jobs.db-wal"), copy.resolve("jobs.db-wal"));
      return there;
    }
  }

  @Test
  void anAttemptThatCouldNotBeWrittenDownIsNone() throws Exception {
    var copy = Files.createDirectory(folder.resolve("copy"));
    var there = inAFileThatADeadProcessLeft(copy);
    try (var engine =
        (EmbeddedEngine)
            EmbeddedEngines.open(EmbeddedSettings.of(copy.resolve("jobs.db")), clock)) {
      var store = engine.store().orElseThrow();
      try (var other = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("jobs.db"));
          var statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        assertThatThrownBy(() -> store.claim(there.id(), HOUR))
            .isInstanceOf(UnavailableException.class)
            .hasMessageContaining("locked");
      }
      Awaitility.await().until(() -> engine.health().up());

      assertThat(store.claim(there.id(), HOUR))
          .isInstanceOfSatisfying(
              Claim.Granted.class, granted -> assertThat(granted.job().attempts()).isEqualTo(1));
    }
  }

  private static long claimsOnDisk(EmbeddedEngine engine) {
    return engine.parts().readers().read(sql -> sql.number("SELECT count(*) FROM claim"));
  }

  /** While nothing can be written, as the writer is kept busy. */
  private static void requireToClaimWithoutAWrite(EmbeddedEngine engine, Message message)
      throws InterruptedException {
    assertThat(engine.queue().orElseThrow().receive(10, HOUR, Duration.ZERO))
        .extracting(Delivery::message)
        .contains(message);
    var claimed = new CountDownLatch(1);
    var writer = engine.parts().writer();
    writer.hand(
        new Operation() {
          @Override
          void run(Sql sql) {
            try {
              assertThat(claimed.await(10, TimeUnit.SECONDS)).as("claimed meanwhile").isTrue();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        });
    assertThat(engine.store().orElseThrow().claim(message.id(), HOUR))
        .isInstanceOf(Claim.Granted.class);
    claimed.countDown();
    assertThat(engine.broken()).isEmpty();
  }

  @Test
  void recordsThatCannotBeReadArePassedOverAndNamedAndTheOthersGoOn() throws Exception {
    var messages = new ArrayList<Message>();
    try (var engine = open()) {
      for (int i = 0; i < 4; i++) {
        messages.add(accept(engine, 100));
      }
    }
    var noState = messages.get(0);
    var noRequest = messages.get(1);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      damage(connection, "state", noState);
      damage(connection, "request", noRequest);
    }
    try (var engine = open()) {
      var queue = engine.queue().orElseThrow();
      var store = engine.store().orElseThrow();

      assertThat(queue.receive(10, HOUR, Duration.ZERO))
          .extracting(Delivery::message)
          .containsExactly(messages.get(2), messages.get(3));
      clock.advance(HOUR);
      assertThat(queue.receive(10, HOUR, Duration.ZERO)).as("once more").hasSize(2);

      var health = engine.health();
      assertThat(health.up()).as("the others go on").isTrue();
      assertThat(health.detail()).contains("passed over: 2", noRequest.id().toString());
      assertThat(engine.figures()).containsEntry("openhqm_engine_read_faults_total", 2.0);
      assertThatThrownBy(() -> store.find(noState.id()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("damaged");

      // Their workers die: the sweep is told of both.
      store.claim(noRequest.id(), HOUR);
      store.claim(messages.get(2).id(), HOUR);
      clock.advance(HOUR);
      assertThat(store.overdue(10))
          .extracting(JobStore.Overdue::message)
          .containsExactlyInAnyOrder(Optional.empty(), Optional.of(messages.get(2)));
    }
  }

  private static void damage(Connection connection, String column, Message message)
      throws SQLException {
    try (var statement =
        connection.prepareStatement("UPDATE job SET " + column + "=x'017f' WHERE id=?")) {
      statement.setBytes(1, Row.bytes(message.id()));
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  @Test
  void healthIsBadForAMinuteAfterTheFileCouldNotBeRead() {
    try (var engine = open()) {
      var readers = engine.parts().readers();
      assertThatThrownBy(
              () ->
                  readers.read(
                      sql -> {
                        throw new SQLiteException("damaged", SQLiteErrorCode.SQLITE_CORRUPT);
                      }))
          .isInstanceOf(UnavailableException.class);

      assertThat(engine.health().up()).isFalse();
      assertThat(engine.health().detail()).contains("jobs.db is damaged");
      clock.advance(Duration.ofSeconds(61));
      assertThat(engine.health()).isEqualTo(new Health(true, "ok"));
    }
  }

  @Test
  void manySubmittersShareACommit() throws Exception {
    try (var engine = open();
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      double before = engine.figures().get("openhqm_engine_commits_total");
      var work = new ArrayList<Future<?>>();
      for (int client = 0; client < 64; client++) {
        work.add(
            clients.submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    accept(engine, 100);
                  }
                }));
      }
      for (var each : work) {
        each.get();
      }
      double commits = engine.figures().get("openhqm_engine_commits_total") - before;
      assertThat(6_400 / commits).as("records a commit").isGreaterThan(5);
    }
  }
}
