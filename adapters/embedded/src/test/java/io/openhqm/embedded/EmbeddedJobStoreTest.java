package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.tck.JobStoreContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedJobStoreTest extends JobStoreContract {
  @TempDir private Path folder;

  @Override
  protected Engine open() {
    return EmbeddedEngines.open(EmbeddedSettings.of(folder.resolve("test.db")), time());
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(open());
  }
}
