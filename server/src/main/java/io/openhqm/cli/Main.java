package io.openhqm.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code openhqm} command. */
@Command(
    name = "openhqm",
    description =
        "Turns any HTTP call into an asynchronous one: 202 now, the answer when it is there.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      ServeCommand.class,
      ServeCommand.Listener.class,
      ServeCommand.Worker.class,
      DemoCommand.class,
      SubmitCommand.class,
      JobCommands.Status.class,
      JobCommands.Response.class,
      JobCommands.Wait.class,
      JobCommands.Cancel.class,
      DeadLetterCommands.class,
      ConfigCommands.class,
      Version.VersionCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    footer = {
      "",
      "Exit codes:",
      "  0  done as asked",
      "  1  the server refused, or the job ended as FAILED, TIMEOUT or CANCELLED",
      "  2  the command line is not right",
      "  3  the server cannot be reached, or cannot take work now",
      "  4  no such job or dead letter, or it has expired",
      "  5  the configuration is not valid, or the server could not start",
      "  6  the job has not ended in the time given",
      "",
      "Shell completion:  source <(openhqm generate-completion)"
    })
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command line, for tests and for completion. */
  static CommandLine commandLine() {
    var main = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    main.setExecutionExceptionHandler(
        (failure, command, result) -> {
          command.getErr().println("openhqm: " + failure);
          return ExitCode.FAILED.code();
        });
    main.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
    main.getSubcommands().values().stream()
        .flatMap(command -> command.getSubcommands().values().stream())
        .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
    return main;
  }

  /** Where a command writes. */
  static Console console(CommandSpec spec) {
    PrintWriter out = spec.commandLine().getOut();
    return new Console(
        out,
        spec.commandLine().getErr(),
        System.console() != null && System.getenv("NO_COLOR") == null);
  }
}
