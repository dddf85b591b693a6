package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Delivery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of older programs: what is in them is neither lost nor half changed. */
final class SchemaTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** As the first program made it; never to be changed. */
  private static final List<String> LAYOUT_1 =
      List.of(
          """
          CREATE TABLE job(
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, ready INTEGER, due INTEGER, held INTEGER,
            expires INTEGER, dead INTEGER, session TEXT, idem TEXT, state BLOB NOT NULL, request BLOB, result BLOB)""",
          "CREATE UNIQUE INDEX job_id ON job(id)",
          "CREATE INDEX job_ready ON job(ready) WHERE ready IS NOT NULL",
          "CREATE INDEX job_due ON job(due) WHERE due IS NOT NULL",
          "CREATE INDEX job_held ON job(held) WHERE held IS NOT NULL",
          "CREATE INDEX job_expires ON job(expires) WHERE expires IS NOT NULL",
          "CREATE INDEX job_dead ON job(id, dead) WHERE dead IS NOT NULL",
          "CREATE INDEX job_session ON job(session) WHERE session IS NOT NULL",
          "CREATE UNIQUE INDEX job_idem ON job(idem) WHERE idem IS NOT NULL",
          "CREATE TABLE payload(seq INTEGER PRIMARY KEY, request BLOB NOT NULL)",
          """
          CREATE TABLE claim(
            seq INTEGER PRIMARY KEY, fence INTEGER NOT NULL, attempts INTEGER NOT NULL, started INTEGER NOT NULL,
            cancel_ttl INTEGER)""",
          "CREATE TABLE blob(key TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL)",
          """
          CREATE TABLE inbox(
            id INTEGER PRIMARY KEY, body BLOB, attributes TEXT, priority INTEGER, session_id TEXT, not_before TEXT)""",
          "CREATE TABLE responses(id INTEGER PRIMARY KEY, job TEXT NOT NULL)",
          "PRAGMA application_id=" + 0x4f48514d,
          "PRAGMA user_version=1");

  private final FakeClock clock = new FakeClock();
  private final Samples samples = new Samples(clock);
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private EmbeddedEngine open() {
    return (EmbeddedEngine) EmbeddedEngines.open(EmbeddedSettings.of(file()), clock);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  private static List<String> query(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A file of the first program, with a job, a message, a blob and a row of the inbox in it. */
  private void makeLayout1() throws Exception {
    var old = folder.resolve("old.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + old)) {
      run(connection, LAYOUT_1);
    }
    var message = samples.message();
    try (var engine = open()) {
      engine.intake().orElseThrow().accept(samples.job(message), message, clock.instant());
      engine.blobs().orElseThrow().put("result/a/1", Bytes.utf8("kept"));
    }
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + old)) {
      run(
          connection,
          List.of(
              "ATTACH '" + file() + "' AS made",
              "INSERT INTO job SELECT * FROM made.job",
              "INSERT INTO blob(key, bytes) SELECT key, bytes FROM made.blob",
              "INSERT INTO inbox(body) VALUES ('of another program')",
              "DETACH made"));
    }
    Files.move(old, file(), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aFileOfTheFirstLayoutGoesOnWithAllThatIsInIt() throws Exception {
    makeLayout1();
    try (var connection = connect()) {
      assertThat(query(connection, "SELECT name FROM pragma_table_info('inbox')"))
          .doesNotContain("refused");
    }

    try (var engine = open()) {
      var queue = engine.queue().orElseThrow();
      var deliveries = new ArrayList<Delivery>();
      while (deliveries.size() < 2) {
        var more = queue.receive(10, HOUR, Duration.ofSeconds(5));
        assertThat(more).isNotEmpty();
        deliveries.addAll(more);
      }
      assertThat(deliveries)
          .extracting(delivery -> delivery.message().payload())
          .containsExactlyInAnyOrder(
              samples.message().payload(), Body.of(Bytes.utf8("of another program")));
      assertThat(engine.blobs().orElseThrow().get("result/a/1")).contains(Bytes.utf8("kept"));
    }

    try (var connection = connect()) {
      assertThat(query(connection, "PRAGMA user_version"))
          .containsExactly(Integer.toString(Schema.version()));
      assertThat(query(connection, "SELECT name FROM pragma_table_info('inbox')"))
          .contains("refused");
    }
  }

  @Test
  void aMigratedFileHasTheLayoutOfANewOne() throws Exception {
    String layout =
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1";
    open().close();
    List<String> made;
    try (var connection = connect()) {
      made = query(connection, layout);
    }
    makeLayout1();
    open().close();
    try (var connection = connect()) {
      assertThat(query(connection, layout)).isEqualTo(made);
    }
  }

  @Test
  void whatIsLookedForAllTheTimeIsFoundByAnIndex() throws Exception {
    open().close();
    try (var connection = connect()) {
      for (var query :
          List.of(
              Inbox.IS_ANY_WAITING,
              Inbox.WAITING,
              SqliteDeadLetters.OLD,
              "SELECT seq FROM job WHERE expires<=? ORDER BY expires LIMIT ?",
              "SELECT seq FROM job WHERE held<=? ORDER BY held LIMIT ?")) {
        assertThat(plan(connection, query))
            .as(query)
            .anyMatch(step -> step.contains(" USING ") && step.contains("INDEX"))
            .noneMatch(step -> step.matches("SCAN job( .*)?|SCAN inbox") || step.contains("TEMP"));
      }
      // Its rows are those that wait, and no others.
      assertThat(plan(connection, Inbox.WAITING)).allMatch(step -> step.contains("inbox_waiting"));
    }
  }

  private static List<String> plan(Connection connection, String query) throws SQLException {
    try (var statement = connection.prepareStatement("EXPLAIN QUERY PLAN " + query);
        var rows = statement.executeQuery()) {
      var steps = new ArrayList<String>();
      while (rows.next()) {
        steps.add(rows.getString("detail"));
      }
      return steps;
    }
  }

  @Test
  void aStepThatFailsMidwayLeavesTheFileAsTheStepBeforeLeftIt() throws Exception {
    var steps =
        List.of(
            LAYOUT_1,
            List.of("CREATE TABLE second(id INTEGER)"),
            List.of("CREATE TABLE third(id INTEGER)", "ALTER TABLE nowhere ADD COLUMN x TEXT"));
    makeLayout1();
    try (var connection = connect()) {
      assertThatThrownBy(() -> Schema.migrate(connection, steps))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("nowhere");
    }

    try (var connection = connect()) {
      assertThat(query(connection, "PRAGMA user_version")).containsExactly("2");
      assertThat(query(connection, "SELECT name FROM sqlite_master"))
          .contains("second")
          .doesNotContain("third");
      assertThat(query(connection, "SELECT count(*) FROM job")).containsExactly("1");
    }
  }
}
