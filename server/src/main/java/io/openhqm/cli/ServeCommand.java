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
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Starts the server and serves until it is told to stop. Its options are built by hand: to have
 * them read from annotations took a third of the time that a start takes.
 */
final class ServeCommand implements Callable<Integer> {
  private final Optional<Mode> fixedMode;
  private final CommandSpec spec;
  private final OptionSpec config =
      OptionSpec.builder("-c", "--config")
          .type(Path.class)
          .paramLabel("FILE")
          .description(
              "The configuration; also by OPENHQM_CONFIG. Default: config.yaml, if it is there")
          .build();
  private final OptionSpec port =
      OptionSpec.builder("-p", "--port")
          .type(Integer.class)
          .paramLabel("PORT")
          .description("The port, over the configuration's; 0 takes any free one.")
          .build();
  private final OptionSpec mode =
      OptionSpec.builder("--mode")
          .type(Mode.class)
          .paramLabel("MODE")
          .defaultValue("all")
          .description("all, listener or worker. Default: ${DEFAULT-VALUE}")
          .build();

  private ServeCommand(String name, Optional<Mode> fixedMode) {
    this.fixedMode = fixedMode;
    this.spec =
        CommandSpec.wrapWithoutInspection(this).name(name).addOption(config).addOption(port);
    if (fixedMode.isEmpty()) {
      spec.addOption(mode);
    }
  }

  /** {@code openhqm serve}. */
  static CommandSpec serve() {
    var spec = new ServeCommand("serve", Optional.empty()).spec;
    spec.usageMessage()
        .description("Starts the server.")
        .footer(
            "",
            "Examples:",
            "  openhqm serve",
            "  openhqm serve --config config.yaml --port 9000",
            "  OPENHQM_WORKER_COUNT=32 openhqm serve");
    return spec;
  }

  /** {@code openhqm listener}. */
  static CommandSpec listener() {
    var spec = new ServeCommand("listener", Optional.of(Mode.LISTENER)).spec;
    spec.usageMessage()
        .description("Starts only the HTTP listener, for engines that several processes share.")
        .footer("", "Example:", "  openhqm listener --config config.yaml --port 9000");
    return spec;
  }

  /** {@code openhqm worker}. */
  static CommandSpec worker() {
    var spec = new ServeCommand("worker", Optional.of(Mode.WORKER)).spec;
    spec.usageMessage()
        .description(
            "Starts only workers, for engines that several processes share, or for messages that"
                + " other programs send. Health and metrics are served.")
        .footer("", "Example:", "  openhqm worker --config examples/patterns/queue-to-http.yaml");
    return spec;
  }

  @Override
  public Integer call() throws InterruptedException {
    var console = Main.console(spec);
    var environment = new LinkedHashMap<>(System.getenv());
    Optional.<Integer>ofNullable(port.getValue())
        .ifPresent(number -> environment.put("OPENHQM_SERVER__PORT", Integer.toString(number)));
    var file = ConfigCommands.file(Optional.<Path>ofNullable(config.getValue()), environment);
    return switch (ConfigLoader.load(file, environment, new OnClassPath())) {
      case ConfigResult.Invalid invalid -> ConfigCommands.refuse(invalid, console).code();
      case ConfigResult.Loaded loaded -> serve(loaded.config(), console).code();
    };
  }

  private ExitCode serve(OpenHqmConfig config, Console console) throws InterruptedException {
    var monitoring = config.monitoring();
    try (var log = LogOutput.install(System.out, monitoring.logFormat(), monitoring.logLevel())) {
      Mode mode = fixedMode.orElseGet(this.mode::getValue);
      OpenHqmServer server;
      try {
        server =
            OpenHqmServer.start(config, mode, Clock.tickMillis(ZoneOffset.UTC), Version.number());
      } catch (RuntimeException notStarted) {
        log.close();
        console.error("openhqm cannot start: " + reason(notStarted));
        return ExitCode.CONFIGURATION;
      }
      console.note("openhqm listens on " + config.server().host() + ":" + server.port());
      serveUntilStopped(server, log);
      return ExitCode.OK;
    }
  }

  /** Returns never: the process ends when the hook has stopped the server. */
  static void serveUntilStopped(OpenHqmServer server, LogOutput log) throws InterruptedException {
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      server.close();
                      log.close();
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
}
