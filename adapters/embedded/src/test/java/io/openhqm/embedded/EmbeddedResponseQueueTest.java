package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.tck.ResponseQueueContract;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedResponseQueueTest extends ResponseQueueContract {
  @TempDir private Path folder;

  @Override
  protected Engine open() {
    return EmbeddedEngines.open(EmbeddedSettings.of(folder.resolve("test.db")), time());
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(open());
  }

  @Override
  protected List<String> taken(Engine from) throws SQLException {
    return new OtherProgram(folder.resolve("test.db"))
        .run(
            "DELETE FROM responses WHERE id IN (SELECT id FROM responses ORDER BY id LIMIT 100)"
                + " RETURNING body");
  }
}
