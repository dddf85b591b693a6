package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import io.openhqm.core.Engine;
import io.openhqm.core.Outcome;
import io.openhqm.core.Priority;
import io.openhqm.core.config.OpenHqmConfig.Partitioning;
import io.openhqm.core.config.OpenHqmConfig.Strategy;
import io.openhqm.core.endpoint.SessionRule;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other programs put into the table {@code inbox} comes out of the queue. */
class InboxTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = open(settings());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private EmbeddedSettings settings() {
    return EmbeddedSettings.of(folder.resolve("inbox.db"));
  }

  private static Engine open(EmbeddedSettings settings) {
    return EmbeddedEngines.open(settings, InstantSource.system());
  }

  /** As another process would: over a connection of its own. */
  private List<String> sql(String statement) {
    var cells = new ArrayList<String>();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + settings().file());
        var open = connection.createStatement()) {
      if (open.execute(statement)) {
        for (var rows = open.getResultSet(); rows.next(); ) {
          cells.add(rows.getString(1));
        }
      }
      return cells;
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private List<Delivery> received(int count) throws InterruptedException {
    var all = new ArrayList<Delivery>();
    for (int i = 0; i < 20 && all.size() < count; i++) {
      all.addAll(
          engine.queue().orElseThrow().receive(count - all.size(), MINUTE, Duration.ofSeconds(1)));
    }
    assertThat(all).hasSize(count);
    return all;
  }

  @Test
  void bodyAndAttributesAreThePayloadAndTheHeaderFields() throws Exception {
    sql(
        "INSERT INTO inbox(body, attributes, priority, session_id) VALUES"
            + " ('{\"n\": 1}', '{\"Content-Type\": \"application/json\", \"X-N\": 7}', 8, 's')");
    var delivery = received(1).getFirst();

    assertThat(delivery.isForeign()).isTrue();
    var message = delivery.message();
    assertThat(message.payload()).isEqualTo(Body.of(Bytes.utf8("{\"n\": 1}")));
    assertThat(message.headers().first("content-type")).contains("application/json");
    assertThat(message.headers().first("X-N")).contains("7");
    assertThat(message.metadata().priority()).isEqualTo(new Priority(8));
    assertThat(message.metadata().sessionId()).contains("s");
    assertThat(sql("SELECT count(*) FROM inbox")).containsExactly("0");
  }

  @Test
  void aSessionThatTheSenderDidNotNameIsFoundWherePartitioningSays() throws Exception {
    engine.close();
    engine =
        open(
            settings()
                .withSessions(
                    SessionRule.of(
                        new Partitioning(
                            true,
                            Strategy.KEY,
                            10,
                            "payload.customer",
                            "headers.x-session",
                            Duration.ZERO))));
    sql("INSERT INTO inbox(body) VALUES ('{\"customer\": \"c\"}')");
    sql("INSERT INTO inbox(body, session_id) VALUES ('{\"customer\": \"c\"}', 'own')");
    sql("INSERT INTO inbox(body, attributes) VALUES ('x', '{\"X-Session\": \"h\"}')");
    sql("INSERT INTO inbox(body) VALUES ('{\"customer\": \"a\\u0007b\"}')");

    assertThat(received(3))
        .extracting(delivery -> delivery.message().metadata().sessionId().orElse(""))
        .containsExactly("c", "own", "h");
    assertThat(sql("SELECT refused FROM inbox"))
        .singleElement()
        .asString()
        .contains("payload.customer", "1 to 255 characters");
  }

  @Test
  void theTraceOfTheSenderGoesOn() throws Exception {
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    sql("INSERT INTO inbox(attributes) VALUES ('{\"Traceparent\": \"" + trace + "\"}')");
    sql("INSERT INTO inbox(attributes) VALUES ('{\"traceparent\": \"no trace\"}')");

    assertThat(received(2))
        .extracting(delivery -> delivery.message().traceparent())
        .containsExactly(Optional.of(trace), Optional.empty());
  }

  @Test
  void anEmptyRowIsAnEmptyMessage() throws Exception {
    sql("INSERT INTO inbox DEFAULT VALUES");

    assertThat(received(1).getFirst().message().payload()).isEqualTo(Body.empty());
  }

  @Test
  void whatWasPutThereWhileNothingRanIsTakenInItsOrder() throws Exception {
    engine.close();
    for (int i = 0; i < 50; i++) {
      sql("INSERT INTO inbox(body) VALUES ('" + i + "')");
    }
    engine = open(settings());
    var bodies =
        received(50).stream()
            .map(delivery -> ((Body.Inline) delivery.message().payload()).bytes().toUtf8())
            .toList();

    assertThat(bodies).hasSize(50).startsWith("0", "1", "2").endsWith("48", "49");
  }

  @Test
  void whatWasTakenIsStillForeignAfterARestart() throws Exception {
    sql("INSERT INTO inbox(body) VALUES ('x')");
    var id = received(1).getFirst().message().id();
    engine.close();
    engine = open(settings());
    var again = received(1).getFirst();

    assertThat(again.isForeign()).isTrue();
    assertThat(again.message().id()).isEqualTo(id);
    again.settle(new Outcome.Done());
    assertThat(engine.queue().orElseThrow().depth().messages()).isZero();
  }

  @Test
  void aRowThatCannotBeAMessageStaysAndSaysWhy() throws Exception {
    sql("INSERT INTO inbox(attributes) VALUES ('[]')");
    sql("INSERT INTO inbox(attributes) VALUES ('{\"a\": {}}')");
    sql("INSERT INTO inbox(attributes) VALUES ('{\"a b\": \"c\"}')");
    sql("INSERT INTO inbox(attributes) VALUES ('{')");
    sql("INSERT INTO inbox(priority) VALUES (10)");
    sql("INSERT INTO inbox(not_before) VALUES ('tomorrow')");
    sql("INSERT INTO inbox(session_id) VALUES ('')");
    sql("INSERT INTO inbox(body) VALUES ('good')");

    assertThat(received(1).getFirst().message().payload()).isEqualTo(Body.of(Bytes.utf8("good")));
    assertThat(sql("SELECT refused FROM inbox ORDER BY id"))
        .hasSize(7)
        .allSatisfy(reason -> assertThat(reason).containsAnyOf("must", "cannot"));
    assertThat(engine.health().up()).isTrue();
  }

  @Test
  void aMessageWaitsForItsTime() throws Exception {
    sql("INSERT INTO inbox(body, not_before) VALUES ('later', '2999-01-01T00:00:00Z')");
    sql("INSERT INTO inbox(body, not_before) VALUES ('past', '2001-01-01T00:00:00+01:00')");

    assertThat(received(1).getFirst().message().payload()).isEqualTo(Body.of(Bytes.utf8("past")));
    assertThat(engine.queue().orElseThrow().receive(1, MINUTE, Duration.ZERO)).isEmpty();
  }

  @Test
  void whileTheQueueIsFullRowsWaitInTheInbox() throws Exception {
    engine.close();
    engine = open(settings().withMaxBacklog(1));
    sql("INSERT INTO inbox(body) VALUES ('first')");
    var first = received(1).getFirst();
    sql("INSERT INTO inbox(body) VALUES ('second')");

    assertThat(engine.queue().orElseThrow().receive(1, MINUTE, Duration.ofMillis(600))).isEmpty();
    assertThat(sql("SELECT count(*) FROM inbox")).containsExactly("1");
    first.settle(new Outcome.Done());
    assertThat(received(1).getFirst().message().payload()).isEqualTo(Body.of(Bytes.utf8("second")));
  }

  @Test
  void nothingIsTakenWhereTheInboxIsSwitchedOff() throws Exception {
    engine.close();
    engine = open(settings().withInbox(false));
    sql("INSERT INTO inbox(body) VALUES ('x')");

    assertThat(engine.queue().orElseThrow().receive(1, MINUTE, Duration.ofMillis(600))).isEmpty();
    Awaitility.await().until(() -> sql("SELECT count(*) FROM inbox").equals(List.of("1")));
  }
}
