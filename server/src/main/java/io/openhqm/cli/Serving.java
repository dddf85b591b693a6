package io.openhqm.cli;

import io.openhqm.core.EngineException;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.LogOutput;
import io.openhqm.server.OnClassPath;
import io.openhqm.server.OpenHqmServer;
import io.openhqm.server.OpenHqmServer.Mode;
import io.openhqm.server.StartException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;

/**
 * A server that was asked for on the command line.
 *
 * @param mode what runs in it
 * @param config the configuration that was named
 * @param port over the configuration's
 */
record Serving(Mode mode, Optional<Path> config, Optional<Integer> port) {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /**
   * What arguments ask for that are as plain as those of a service; empty: they are to be read by
   * {@link ServeCommand}, which means the same. Picocli's classes are of a kind that the cache for
   * quick starts does not take, and to load them is a fifth of a start.
   */
  static Optional<Serving> plain(String... args) {
    var serving = args.length % 2 == 1 ? command(args[0]) : Optional.<Serving>empty();
    for (int i = 1; i + 1 < args.length && serving.isPresent(); i += 2) {
      serving = serving.get().with(args[0], args[i], args[i + 1]);
    }
    return serving;
  }

  private static Optional<Serving> command(String name) {
    return switch (name) {
      case "serve" -> Optional.of(new Serving(Mode.ALL, Optional.empty(), Optional.empty()));
      case "listener" ->
          Optional.of(new Serving(Mode.LISTENER, Optional.empty(), Optional.empty()));
      case "worker" -> Optional.of(new Serving(Mode.WORKER, Optional.empty(), Optional.empty()));
      default -> Optional.empty();
    };
  }

  private Optional<Serving> with(String command, String option, String value) {
    boolean isConfig = option.equals("--config") || option.equals("-c");
    boolean isPort = option.equals("--port") || option.equals("-p");
    if (isConfig && config.isEmpty() && value.matches("[\\w/][^\"']*")) {
      return Optional.of(new Serving(mode, Optional.of(Path.of(value)), port));
    }
    if (isPort && port.isEmpty() && value.matches("\\d{1,5}")) {
      return Optional.of(new Serving(mode, config, Optional.of(Integer.valueOf(value))));
    }
    boolean isMode = command.equals("serve") && option.equals("--mode") && mode == Mode.ALL;
    return isMode && value.matches("listener|worker")
        ? Optional.of(new Serving(Mode.valueOf(value.toUpperCase(Locale.ROOT)), config, port))
        : Optional.empty();
  }

  /** Returns when it was stopped, or could not start. */
  ExitCode run(Console console) throws InterruptedException {
    var environment = new LinkedHashMap<>(System.getenv());
    port.ifPresent(number -> environment.put("OPENHQM_SERVER__PORT", Integer.toString(number)));
    var file = ConfigCommands.file(config, environment);
    return switch (ConfigLoader.load(file, environment, new OnClassPath())) {
      case ConfigResult.Invalid invalid -> ConfigCommands.refuse(invalid, console);
      case ConfigResult.Loaded loaded -> run(loaded.config(), console);
    };
  }

  private ExitCode run(OpenHqmConfig config, Console console) throws InterruptedException {
    var monitoring = config.monitoring();
    try (var log = LogOutput.install(System.out, monitoring.logFormat(), monitoring.logLevel())) {
      var shutdown = Shutdown.ofThisProcess();
      shutdown.closes(log::close);
      OpenHqmServer server;
      try {
        server =
            OpenHqmServer.start(config, mode, Clock.tickMillis(ZoneOffset.UTC), Version.number());
      } catch (RuntimeException notStarted) {
        log.close();
        console.error("openhqm cannot start: " + reason(notStarted));
        return ExitCode.CONFIGURATION;
      }
      shutdown.closes(server::close);
      console.note("openhqm listens on " + config.server().host() + ":" + server.port());
      return untilStopped(server, shutdown, console);
    }
  }

  /**
   * Returns when the server has broken down, as one that cannot work must not look as if it could;
   * else the process ends when the shutdown is done.
   */
  static ExitCode untilStopped(OpenHqmServer server, Shutdown shutdown, Console console)
      throws InterruptedException {
    var garbage = OldGarbage.ofThisProcess();
    while (!shutdown.isDoneIn(LOOK_EVERY) && server.broken().isEmpty()) {
      garbage.look();
    }
    server.broken().ifPresent(why -> console.error("openhqm stops: " + why));
    shutdown.begin(); // before the log is closed, in which the server tells how it ends
    return ExitCode.FAILED;
  }

  /** The message where it is meant for people, else what it was. */
  static String reason(RuntimeException failure) {
    var message = failure.getMessage();
    boolean forPeople =
        failure instanceof EngineException
            || failure instanceof StartException
            || failure instanceof IllegalArgumentException;
    if (forPeople && message != null) {
      return message;
    }
    var cause = failure.getCause();
    return failure + (cause == null ? "" : ", caused by " + cause);
  }
}
