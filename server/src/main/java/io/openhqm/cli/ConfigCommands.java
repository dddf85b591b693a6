package io.openhqm.cli;

import io.openhqm.core.api.Json;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigProblem;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.ConfigShow;
import io.openhqm.server.OnClassPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** Looks at the configuration without starting anything. */
@Command(
    name = "config",
    description = "Checks or shows the configuration without starting anything.",
    subcommands = {ConfigCommands.Check.class, ConfigCommands.Show.class},
    footer = {
      "",
      "Examples:",
      "  openhqm config check --config config.yaml",
      "  openhqm config show"
    })
final class ConfigCommands {
  private static final Path USUAL = Path.of("config.yaml");

  /** Reads the configuration as the server would. */
  abstract static class Read implements Callable<Integer> {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        description =
            "The configuration; also by OPENHQM_CONFIG. Default: config.yaml, if it is there")
    Optional<Path> config = Optional.empty();

    @Option(names = "--json", description = "Print it as JSON, for programs.")
    boolean json;

    @Spec CommandSpec spec = CommandSpec.create();

    abstract void print(ConfigResult.Loaded loaded, String source, Console console);

    abstract String json(ConfigResult.Loaded loaded, String source);

    @Override
    public final Integer call() {
      var console = Main.console(spec);
      var file = file(config, System.getenv());
      return switch (ConfigLoader.load(file, System.getenv(), new OnClassPath())) {
        case ConfigResult.Invalid invalid -> {
          if (json) {
            console.raw(verdict(false, source(file), invalid.problems()));
          }
          yield refuse(invalid, console).code();
        }
        case ConfigResult.Loaded loaded -> {
          if (json) {
            console.raw(json(loaded, source(file)));
          } else {
            print(loaded, source(file), console);
          }
          yield ExitCode.OK.code();
        }
      };
    }
  }

  @Command(
      name = "check",
      description = "Says what is wrong with it, all faults at once, and what has no effect.",
      footer = {
        "",
        "Examples:",
        "  openhqm config check --config config.yaml",
        "  openhqm config check --json"
      })
  static final class Check extends Read {
    @Override
    void print(ConfigResult.Loaded loaded, String source, Console console) {
      loaded.notes().forEach(note -> console.print("note: " + note.toLine()));
      console.print(source + ": ok");
    }

    @Override
    String json(ConfigResult.Loaded loaded, String source) {
      return verdict(true, source, loaded.notes());
    }
  }

  @Command(
      name = "show",
      description = "Prints what is in force, and where it came from. Secrets are masked.",
      footer = {
        "",
        "Examples:",
        "  openhqm config show",
        "  OPENHQM_WORKER_COUNT=9 openhqm config show --json"
      })
  static final class Show extends Read {
    @Override
    void print(ConfigResult.Loaded loaded, String source, Console console) {
      console.raw(ConfigShow.render(loaded));
    }

    @Override
    String json(ConfigResult.Loaded loaded, String source) {
      return ConfigShow.json(loaded);
    }
  }

  private static String source(Optional<Path> file) {
    return file.map(Path::toString).orElse("the defaults");
  }

  /**
   * @param problems faults, or notes where it is valid
   */
  private static String verdict(boolean valid, String source, List<ConfigProblem> problems) {
    var out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = Json.generator(out)) {
      json.writeStartObject();
      json.writeBooleanProperty("valid", valid);
      json.writeStringProperty("source", source);
      json.writeArrayPropertyStart(valid ? "notes" : "faults");
      for (var problem : problems) {
        json.writeStartObject();
        json.writeStringProperty("place", problem.place());
        json.writeStringProperty("key", problem.key());
        json.writeStringProperty("detail", problem.detail());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /**
   * What was named, by the option or a variable that is not empty, else the usual if it is there.
   */
  static Optional<Path> file(Optional<Path> named, Map<String, String> environment) {
    return named
        .or(() -> named(environment))
        .or(() -> Optional.of(USUAL).filter(Files::isRegularFile));
  }

  private static Optional<Path> named(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("OPENHQM_CONFIG"))
        .filter(name -> !name.isBlank())
        .map(Path::of);
  }

  static ExitCode refuse(ConfigResult.Invalid invalid, Console console) {
    invalid.problems().forEach(problem -> console.error(problem.toLine()));
    int count = invalid.problems().size();
    console.error(
        count == 1 ? "1 fault in the configuration." : count + " faults in the configuration.");
    return ExitCode.CONFIGURATION;
  }
}
