package io.openhqm.aws.lambda;

import io.openhqm.core.EngineException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** How a function comes to be: at once, or where a snapshot is taken, after each restore. */
public final class Startup {
  private Startup() {}

  /**
   * Opens a function. What stops it is logged in one line before it is thrown, as the platform
   * shows no more of it than that a function did not start.
   *
   * @param warmUp loads classes that the function takes, while it is opened; must open no
   *     connection
   * @param open makes the function, which opens no connection before it is used
   * @param rehearse uses one that was opened, so that its classes are loaded; must open no
   *     connection, and leave no trace
   * @return gives the function; quick
   */
  public static <T> Supplier<T> of(
      Surroundings surroundings,
      Runnable warmUp,
      Function<Surroundings, T> open,
      Consumer<T> rehearse) {
    if (surroundings.isSnapshotTaken()) {
      return new Snapshot<>(surroundings, at -> opened(at, open), both(warmUp, rehearse));
    }
    // A processor of its own is to be had while a function starts, and hardly ever later.
    Thread.ofPlatform().name("warm-up").daemon().start(() -> quietly(surroundings, warmUp));
    T function = opened(surroundings, open);
    rehearse.accept(function);
    return () -> function;
  }

  private static <T> Consumer<T> both(Runnable warmUp, Consumer<T> rehearse) {
    return function -> {
      warmUp.run();
      rehearse.accept(function);
    };
  }

  /** Whatever goes wrong here goes wrong again where it can be told. */
  private static void quietly(Surroundings surroundings, Runnable warmUp) {
    try {
      warmUp.run();
      if (surroundings.callsOverTls()) {
        // Reads the certificates of the authorities, which each first call would wait for.
        SSLContext.getDefault();
      }
    } catch (RuntimeException | NoSuchAlgorithmException | LinkageError untold) {
      // as said
    }
  }

  private static <T> T opened(Surroundings surroundings, Function<Surroundings, T> open) {
    try {
      return open.apply(surroundings);
    } catch (ConfigurationException faults) {
      log(surroundings, faults.problems());
      throw faults;
    } catch (EngineException | IllegalArgumentException refused) {
      log(surroundings, List.of(String.valueOf(refused.getMessage())));
      throw refused;
    }
  }

  private static void log(Surroundings surroundings, List<String> problems) {
    byte[] line =
        JsonLine.of(
            json -> {
              json.writeStringProperty("timestamp", surroundings.clock().instant().toString());
              json.writeStringProperty("level", "ERROR");
              json.writeArrayPropertyStart("problems");
              problems.forEach(json::writeString);
              json.writeEndArray();
              json.writeStringProperty(
                  "message", "The function cannot start: " + String.join("; ", problems));
            });
    surroundings.out().write(line, 0, line.length);
    surroundings.out().flush();
  }
}
