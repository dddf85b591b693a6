package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that was large once gives its room back. */
final class ShrinkTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final Bytes BODY = Bytes.wrap(new byte[MEBIBYTE / 4]);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private EmbeddedEngine open() {
    return (EmbeddedEngine) EmbeddedEngines.open(EmbeddedSettings.of(file()), new FakeClock());
  }

  private static void fill(BlobStore blobs, int count) {
    for (int i = 0; i < count; i++) {
      blobs.put("b/" + i, BODY);
    }
  }

  @Test
  void aFileThatWasEmptiedShrinksInStepsWhileWhatIsInItStays() {
    try (var engine = open()) {
      var blobs = engine.blobs().orElseThrow();
      fill(blobs, 60);
      for (int i = 0; i < 59; i++) {
        blobs.delete("b/" + i);
      }
      assertThat(engine.figures().get("openhqm_engine_file_bytes")).isGreaterThan(10.0 * MEBIBYTE);

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(Files.size(file())).isLessThan(6 * MEBIBYTE));

      assertThat(blobs.get("b/59")).contains(BODY);
      fill(blobs, 3);
      assertThat(blobs.get("b/0")).contains(BODY);
      assertThat(engine.health().up()).isTrue();
    }
  }
}
