package io.openhqm.cli;

import io.openhqm.server.LastingLogManager;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code openhqm} command. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    if (System.getProperty(LastingLogManager.PROPERTY) == null) {
      System.setProperty(LastingLogManager.PROPERTY, LastingLogManager.class.getName());
    }
    System.exit(commandLine(args).execute(args));
  }

  /**
   * The command line for these arguments: where they begin with a command, that one alone, as each
   * one that is built delays the start; else all.
   */
  static CommandLine commandLine(String... args) {
    var root = root();
    var commands = commands();
    var named = args.length == 0 ? null : commands.get(args[0]);
    if (named == null) {
      commands.forEach((name, command) -> add(root, name, command));
      root.addSubcommand(new AutoComplete.GenerateCompletion());
    } else {
      add(root, args[0], named);
    }
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setExpandAtFiles(false); // @FILE is a payload, not a file of arguments
    root.setExecutionExceptionHandler(
        (failure, command, result) -> {
          command.getErr().println("openhqm: " + failure);
          return ExitCode.FAILED.code();
        });
    return root;
  }

  private static Map<String, Supplier<Object>> commands() {
    var commands = new LinkedHashMap<String, Supplier<Object>>();
    commands.put("serve", ServeCommand::serve);
    commands.put("listener", ServeCommand::listener);
    commands.put("worker", ServeCommand::worker);
    commands.put("demo", DemoCommand::new);
    commands.put("submit", SubmitCommand::new);
    commands.put("status", JobCommands.Status::new);
    commands.put("response", JobCommands.Response::new);
    commands.put("wait", JobCommands.Wait::new);
    commands.put("cancel", JobCommands.Cancel::new);
    commands.put("dead-letters", DeadLetterCommands::new);
    commands.put("config", ConfigCommands::new);
    commands.put("version", Version.VersionCommand::new);
    return commands;
  }

  private static void add(CommandLine root, String name, Supplier<Object> make) {
    var command = new CommandLine(make.get());
    root.addSubcommand(name, command);
    command.getCommandSpec().mixinStandardHelpOptions(true);
    command
        .getSubcommands()
        .values()
        .forEach(sub -> sub.getCommandSpec().mixinStandardHelpOptions(true));
  }

  private static CommandLine root() {
    var spec =
        CommandSpec.create()
            .name("openhqm")
            .versionProvider(new Version())
            .mixinStandardHelpOptions(true);
    spec.usageMessage()
        .description(
            "Turns any HTTP call into an asynchronous one: 202 now, the answer when it is there.")
        .footer(
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
            "Shell completion:  source <(openhqm generate-completion)");
    return new CommandLine(spec);
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
