package io.openhqm.cli;

import io.openhqm.cli.Console.Look;
import io.openhqm.server.LastingLogManager;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code openhqm} command. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    if (System.getProperty(LastingLogManager.PROPERTY) == null) {
      System.setProperty(LastingLogManager.PROPERTY, LastingLogManager.class.getName());
    }
    var serving = Serving.plain(args);
    System.exit(serving.isPresent() ? serve(serving.get()) : commandLine(args).execute(args));
  }

  private static int serve(Serving serving) {
    var console =
        new Console(new PrintWriter(System.out, true), new PrintWriter(System.err, true), look());
    try {
      return serving.run(console).code();
    } catch (RuntimeException | InterruptedException failure) {
      return failed(failure, console.err());
    }
  }

  private static int failed(Exception failure, PrintWriter err) {
    err.println("openhqm: " + failure);
    return ExitCode.FAILED.code();
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
      root.addSubcommand(completion());
    } else {
      add(root, args[0], named);
    }
    // Picocli's own texts, which may go to either stream.
    boolean colours = look().outColours() && look().errColours();
    root.setColorScheme(Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setExpandAtFiles(false); // @FILE is a payload, not a file of arguments
    root.setExecutionExceptionHandler(
        (failure, command, result) -> failed(failure, command.getErr()));
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

  private static CommandLine completion() {
    var completion = new CommandLine(new AutoComplete.GenerateCompletion());
    completion
        .getCommandSpec()
        .usageMessage()
        .footer("", "Example:", "  source <(openhqm generate-completion)");
    return completion;
  }

  private static CommandLine root() {
    var spec =
        CommandSpec.create()
            .name("openhqm")
            .versionProvider(Version::lines)
            .mixinStandardHelpOptions(true);
    var footer = new ArrayList<String>();
    footer.addAll(
        List.of(
            "",
            "Examples:",
            "  openhqm demo",
            "  openhqm serve --config config.yaml",
            "  openhqm submit '{\"operation\": \"echo\", \"data\": 1}' --wait 30",
            "  source <(openhqm generate-completion)",
            "",
            "Exit codes:"));
    for (var code : ExitCode.values()) {
      footer.add("  " + code.code() + "  " + code.meaning());
    }
    spec.usageMessage()
        .description(
            "Turns any HTTP call into an asynchronous one: 202 now, the answer when it is there.")
        .footer(footer.toArray(String[]::new));
    return new CommandLine(spec);
  }

  /** Where a command writes. */
  static Console console(CommandSpec spec) {
    return new Console(spec.commandLine().getOut(), spec.commandLine().getErr(), look());
  }

  private static Look look() {
    return Look.of(System.getProperty(Look.TERMINALS, ""), System.getenv());
  }
}
