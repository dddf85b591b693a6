package io.openhqm.embedded;

import io.openhqm.core.Priority;
import io.openhqm.core.UnavailableException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Submits until a commit finds no room, makes some, and submits once more. Run where files are not
 * allowed to grow far.
 */
final class SmallDisk {
  static final String REFUSED = "refused: ";
  static final String WENT_ON = "went on";
  private static final int TRIES = 10_000;

  private SmallDisk() {}

  public static void main(String[] args) throws SQLException {
    var clock = new FakeClock();
    var samples = new Samples(clock);
    var file = Path.of(args[0]);
    try (var engine = EmbeddedEngines.open(EmbeddedSettings.of(file), clock)) {
      var intake = engine.intake().orElseThrow();
      Runnable submit =
          () -> {
            var message =
                samples.message(samples.id(), Priority.NORMAL, Optional.empty(), "x".repeat(1_000));
            intake.accept(samples.job(message), message, clock.instant());
          };
      System.out.println(REFUSED + untilRefused(submit));
      try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
          var statement = other.createStatement()) {
        // The log begins anew, so that it can grow again.
        statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      submit.run();
      System.out.println(WENT_ON);
    }
  }

  private static String untilRefused(Runnable submit) {
    for (int i = 0; i < TRIES; i++) {
      try {
        submit.run();
      } catch (UnavailableException full) {
        return String.valueOf(full.getMessage());
      }
    }
    throw new IllegalStateException(TRIES + " submissions found room");
  }
}
