package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.tck.RequestQueueContract;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedRequestQueueTest extends RequestQueueContract {
  @TempDir private Path folder;

  @Override
  protected Engine open() {
    return EmbeddedEngines.open(EmbeddedSettings.of(folder.resolve("test.db")), time());
  }

  @Override
  protected Optional<ForeignSender> foreignSender() {
    return Optional.of(
        body -> {
          var url = "jdbc:sqlite:" + folder.resolve("test.db");
          try (var connection = DriverManager.getConnection(url);
              var insert = connection.prepareStatement("INSERT INTO inbox(body) VALUES (?)")) {
            insert.setBytes(1, body);
            insert.executeUpdate();
            var waiting = connection.prepareStatement("SELECT count(*) FROM inbox");
            Awaitility.await().until(() -> waiting.executeQuery().getInt(1) == 0);
          }
        });
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(open());
  }
}
