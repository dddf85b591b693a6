package io.openhqm.cli;

import io.openhqm.core.EngineException;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.LogOutput;
import io.openhqm.server.OpenHqmServer;
import io.openhqm.server.OpenHqmServer.Mode;
import io.openhqm.server.StartException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the server and serves until it is told to stop. */
@Command(
    name = "serve",
    description = "Starts the server.",
    footer = {
      "",
      "Examples:",
      "  openhqm serve",
      "  openhqm serve --config config.yaml --port 9000",
      "  OPENHQM_PROXY__ENABLED=true OPENHQM_PROXY__DEFAULT_ENDPOINT=http://localhost:8080 openhqm"
          + " serve"
    })
class ServeCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration; also by OPENHQM_CONFIG. Default: config.yaml, if it is there")
  Optional<Path> config = Optional.empty();

  @Option(
      names = {"-p", "--port"},
      description = "The port, over the configuration's; 0 takes any free one.")
  OptionalInt port = OptionalInt.empty();

  @Option(
      names = "--mode",
      description = "all, listener or worker. Default: ${DEFAULT-VALUE}",
      defaultValue = "all")
  Mode mode = Mode.ALL;

  @Spec CommandSpec spec = CommandSpec.create();

  /** The mode, which the short commands fix. */
  Mode mode() {
    return mode;
  }

  @Override
  public Integer call() throws InterruptedException {
    var console = Main.console(spec);
    var environment = new LinkedHashMap<>(System.getenv());
    port.ifPresent(number -> environment.put("OPENHQM_SERVER__PORT", Integer.toString(number)));
    var file = ConfigCommands.file(config, environment);
    return switch (ConfigLoader.load(file, environment)) {
      case ConfigResult.Invalid invalid -> ConfigCommands.refuse(invalid, console).code();
      case ConfigResult.Loaded loaded -> serve(loaded.config(), console).code();
    };
  }

  private ExitCode serve(OpenHqmConfig config, Console console) throws InterruptedException {
    var monitoring = config.monitoring();
    try (var log = LogOutput.install(System.out, monitoring.logFormat(), monitoring.logLevel())) {
      OpenHqmServer server;
      try {
        server =
            OpenHqmServer.start(config, mode(), Clock.tickMillis(ZoneOffset.UTC), Version.number());
      } catch (RuntimeException notStarted) {
        log.close();
        console.error("openhqm cannot start: " + reason(notStarted));
        return ExitCode.CONFIGURATION;
      }
      console.error("openhqm listens on " + config.server().host() + ":" + server.port());
      serveUntilStopped(server);
      return ExitCode.OK;
    }
  }

  /** Returns never: the process ends when the hook has stopped the server. */
  static void serveUntilStopped(OpenHqmServer server) throws InterruptedException {
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      server.close();
                      stopped.countDown();
                    }));
    stopped.await();
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

  /** {@code openhqm listener}. */
  @Command(
      name = "listener",
      description = "Starts only the HTTP listener, for engines that several processes share.")
  static final class Listener extends ServeCommand {
    @Override
    Mode mode() {
      return Mode.LISTENER;
    }
  }

  /** {@code openhqm worker}. */
  @Command(
      name = "worker",
      description = "Starts only workers, for engines that several processes share.")
  static final class Worker extends ServeCommand {
    @Override
    Mode mode() {
      return Mode.WORKER;
    }
  }
}
