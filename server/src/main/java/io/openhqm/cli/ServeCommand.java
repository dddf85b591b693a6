package io.openhqm.cli;

import io.openhqm.server.OpenHqmServer.Mode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Starts the server and serves until it is told to stop. Its options are built by hand, not read
 * from annotations, which takes longer. What is plain does not come here: {@link Serving#plain}.
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
                + " other programs send. Dead letters, health and metrics are served.")
        .footer("", "Example:", "  openhqm worker --config examples/patterns/queue-to-http.yaml");
    return spec;
  }

  @Override
  public Integer call() throws InterruptedException {
    return serving().run(Main.console(spec)).code();
  }

  Serving serving() {
    return new Serving(
        fixedMode.orElseGet(mode::getValue),
        Optional.<Path>ofNullable(config.getValue()),
        Optional.<Integer>ofNullable(port.getValue()));
  }
}
