package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openhqm.core.Delivery;
import io.openhqm.core.Engine;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits in a full lane stays in the file, however much it is, and holds up nobody. */
final class LanesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FakeClock clock = new FakeClock();
  private final Samples samples = new Samples(clock);
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine =
        EmbeddedEngines.open(EmbeddedSettings.of(folder.resolve("test.db")).withWindow(16), clock);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void reopen() {
    engine.close();
    open();
  }

  private Message accept(String endpoint) {
    return accept(endpoint, Duration.ZERO);
  }

  private Message accept(String endpoint, Duration delay) {
    var plain = samples.message();
    var none = plain.metadata();
    var message =
        new Message(
            plain.id(),
            plain.payload(),
            plain.headers(),
            new Metadata(
                Optional.of(endpoint),
                none.method(),
                none.target(),
                none.timeout(),
                none.priority(),
                none.sessionId(),
                none.json()),
            plain.submittedAt(),
            plain.traceparent());
    var notBefore = clock.instant().plus(delay);
    engine.intake().orElseThrow().accept(samples.job(message, notBefore), message, notBefore);
    return message;
  }

  private List<Message> received(int max, String... full) throws InterruptedException {
    return deliveries(max, full).stream().map(Delivery::message).toList();
  }

  private List<Delivery> deliveries(int max, String... full) throws InterruptedException {
    return engine.queue().orElseThrow().receive(max, MINUTE, Duration.ZERO, Set.of(full));
  }

  private int known() {
    var board = ((EmbeddedEngine) engine).parts().board();
    board.lock.lock();
    try {
      return board.known();
    } finally {
      board.lock.unlock();
    }
  }

  private List<String> laneNames() throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
        var rows =
            connection.createStatement().executeQuery("SELECT name FROM lane ORDER BY name")) {
      var names = new ArrayList<String>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }

  @Test
  void whatIsBehindAFullLaneIsFoundAndMemoryStaysSmall() throws Exception {
    var slow = new ArrayList<Message>();
    for (int i = 0; i < 1_000; i++) {
      slow.add(accept("slow"));
    }
    var fast = accept("fast");
    var delayed = accept("slow", MINUTE);
    for (int round = 0; round < 2; round++) {
      assertThat(received(10, "slow")).containsExactly(fast);
      assertThat(received(10, "slow")).isEmpty();
      assertThat(known()).isLessThan(600);
      reopen();
    }
    clock.advance(MINUTE);
    assertThat(received(10, "slow")).containsExactly(fast);

    var got = new ArrayList<Message>();
    for (var some = deliveries(64); !some.isEmpty(); some = deliveries(64)) {
      for (var delivery : some) {
        got.add(delivery.message());
        delivery.settle(new Outcome.Done());
      }
    }
    slow.add(delayed);
    assertThat(got).isEqualTo(slow);
  }

  @Test
  void ofAMultitudeWhoseTimeHasComeNoMoreAreReadThanMemoryHasRoomFor() throws Exception {
    accept("slow", MINUTE);
    engine.close();
    repeatTheOnlyJob(Board.KNOWN_MAX + 2_000);
    open();
    clock.advance(MINUTE);

    assertThat(received(10, "slow")).isEmpty();
    assertThat(known()).isBetween(Board.KNOWN_MAX, Board.KNOWN_MAX + ReadAhead.STEP);

    for (int done = 0; done < 600; ) {
      for (var delivery : deliveries(50)) {
        delivery.settle(new Outcome.Done());
        done++;
      }
    }
    assertThat(received(10, "slow")).isEmpty();
    assertThat(known()).as("others took their place").isGreaterThanOrEqualTo(Board.KNOWN_MAX);
  }

  /** As if as many more had been submitted. */
  private void repeatTheOnlyJob(int times) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
        var statement = connection.createStatement()) {
      var unused =
          statement.executeUpdate(
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                  + times
                  + ") INSERT INTO job(seq, id, kind, ready, due, state, request)"
                  + " SELECT seq + i, randomblob(16), kind, ready, due, state, request FROM job, n");
    }
  }

  @Test
  void whatComesLaterIntoAFullLaneWaitsBehindItsOthers() throws Exception {
    var first = accept("slow");
    assertThat(received(10, "slow")).isEmpty();
    var second = accept("slow");
    var other = accept("other");
    assertThat(received(10)).containsExactly(first, second, other);
  }

  @Test
  void aRetryComesBackIntoItsLane() throws Exception {
    var message = accept("slow");
    deliveries(1).getFirst().settle(new Outcome.RetryAfter(MINUTE));
    clock.advance(MINUTE);
    assertThat(received(1, "slow")).isEmpty();
    assertThat(received(1)).containsExactly(message);
  }

  private void move(Delivery delivery) {
    delivery.moveTo("full", MINUTE);
  }

  @Test
  void whatIsMovedToAFullLaneIsPassedOverAndMemoryStaysSmall() throws Exception {
    var moved = new ArrayList<Message>();
    for (int i = 0; i < 1_000; i++) {
      moved.add(accept(""));
    }
    var fast = accept("");
    for (int left = moved.size(); left > 0; ) {
      var some = deliveries(Math.min(10, left), "full");
      some.forEach(this::move);
      left -= some.size();
    }
    for (int round = 0; round < 2; round++) {
      assertThat(received(10, "full")).containsExactly(fast);
      assertThat(received(10, "full")).isEmpty();
      assertThat(known()).isLessThan(600);
      reopen();
    }
    moved.add(fast);
    var got = new ArrayList<Message>();
    for (var some = deliveries(64); !some.isEmpty(); some = deliveries(64)) {
      for (var delivery : some) {
        got.add(delivery.message());
        delivery.settle(new Outcome.Done());
      }
    }
    assertThat(got).isEqualTo(moved);
  }

  @Test
  void aProcessThatDiesBeforeAMoveIsCommittedHasNotMovedAndLostNothing() throws Exception {
    var message = accept("own");
    var delivery = deliveries(1).getFirst();
    var writer = ((EmbeddedEngine) engine).parts().writer();
    var move = Thread.ofVirtual().unstarted(() -> move(delivery));
    var copy = folder.resolve("copy.db");
    writer
        .write(
            new Operation() {
              @Override
              void run(Sql sql) {
                move.start();
                Awaitility.await().until(() -> move.getState() == Thread.State.WAITING);
                writer.hand(
                    new Operation() {
                      @Override
                      void run(Sql sql) {
                        copyTo(copy);
                      }
                    });
              }
            })
        .await();
    move.join();
    var committed = folder.resolve("committed.db");
    copyTo(committed);

    assertThat(after(copy, "full")).as("in its own lane").containsExactly(message);
    assertThat(after(copy, "own")).isEmpty();
    assertThat(after(committed, "full")).isEmpty();
    assertThat(after(committed, "own")).as("in the other lane").containsExactly(message);
  }

  /** What the disk would hold if the process died now. */
  private void copyTo(Path copy) {
    try {
      Files.copy(folder.resolve("test.db"), copy);
      Files.copy(folder.resolve("test.db-wal"), Path.of(copy + "-wal"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Message> after(Path file, String full) throws InterruptedException {
    try (var other = EmbeddedEngines.open(EmbeddedSettings.of(file), clock)) {
      return other.queue().orElseThrow().receive(10, MINUTE, Duration.ZERO, Set.of(full)).stream()
          .map(Delivery::message)
          .toList();
    }
  }

  @Test
  void aRetryComesBackIntoTheLaneThatItWasMovedTo() throws Exception {
    var message = accept("own");
    deliveries(1).forEach(this::move);
    deliveries(1, "own").getFirst().settle(new Outcome.RetryAfter(MINUTE));
    clock.advance(MINUTE);
    assertThat(received(1, "full")).isEmpty();
    assertThat(received(1, "own")).containsExactly(message);
  }

  @Test
  void whatCannotHaveALaneOfItsOwnComesAgainLater() throws Exception {
    var message = accept("own");
    deliveries(1).getFirst().moveTo("x".repeat(1_000), MINUTE);
    assertThat(received(1)).isEmpty();
    clock.advance(MINUTE);
    assertThat(received(1, "own")).isEmpty();
    assertThat(received(1)).containsExactly(message);
  }

  @Test
  void lanesInWhichNothingWaitsAreForgottenWhenTheFileIsOpened() throws Exception {
    accept("gone");
    deliveries(1).getFirst().settle(new Outcome.Done());
    var stays = accept("stays", MINUTE);
    reopen();
    accept("new");
    assertThat(laneNames()).containsExactly("new", "stays");
    clock.advance(MINUTE);
    assertThat(received(10, "new")).containsExactly(stays);
    assertThat(received(10, "stays"))
        .extracting(one -> one.metadata().lane())
        .containsExactly("new");
  }

  @Test
  void lanesBeyondTheLimitShareOneThatIsNeverPassedOver() throws Exception {
    var sent = new ArrayList<Message>();
    for (int i = 0; i < Lanes.MAX + 20; i++) {
      sent.add(accept("lane" + i));
    }
    accept("x".repeat(1_000));
    assertThat(received(1, "lane0")).containsExactly(sent.get(1));
    assertThat(
            received(200, sent.stream().map(one -> one.metadata().lane()).toArray(String[]::new)))
        .as("those without a lane of their own, and the one with an endless name")
        .hasSize(21);
    reopen();
    assertThat(received(200, "lane0")).hasSize(Lanes.MAX + 20);
  }

  @Test
  void twoNewLanesOfOneTransactionThatFailedHaveTheirNumbersLater() throws Exception {
    var parts = ((EmbeddedEngine) engine).parts();
    parts
        .writer()
        .hand(
            new Operation() {
              @Override
              void run(Sql sql) throws SQLException {
                LaneTable.number(sql, "lost");
                throw new SQLException("on purpose");
              }
            });
    var slow = accept("slow");
    var lost = accept("lost");
    assertThat(received(10, "slow")).containsExactly(lost);
    assertThat(received(10, "lost")).containsExactly(slow);
    reopen();
    assertThat(received(10, "slow")).containsExactly(lost);
    assertThat(laneNames()).containsExactly("lost", "slow");
  }

  @Test
  void whoWantsAnythingIsWokenThoughAnotherWaitsWhoWantsLess() throws Exception {
    var choosy = waiting(Set.of("slow"));
    var anybody = waiting(Set.of());
    var slow = accept("slow");
    assertThat(anybody.get(10, TimeUnit.SECONDS))
        .extracting(Delivery::message)
        .containsExactly(slow);
    var other = accept("other");
    assertThat(choosy.get(10, TimeUnit.SECONDS))
        .extracting(Delivery::message)
        .containsExactly(other);
  }

  private FutureTask<List<Delivery>> waiting(Set<String> full) {
    var queue = engine.queue().orElseThrow();
    var task = new FutureTask<>(() -> queue.receive(1, MINUTE, MINUTE, full));
    var thread = Thread.ofVirtual().start(task);
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return task;
  }
}
