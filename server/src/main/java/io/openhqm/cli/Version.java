package io.openhqm.cli;

import io.openhqm.core.api.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What this is, from the jar's manifest. */
final class Version {
  private Version() {}

  static String number() {
    var fromManifest = Version.class.getPackage().getImplementationVersion();
    return fromManifest == null ? "development" : fromManifest;
  }

  /** For people. */
  static String[] lines() {
    return new String[] {"openhqm " + number(), "Java " + Runtime.version()};
  }

  @Command(
      name = "version",
      description = "Prints the version.",
      footer = {"", "Examples:", "  openhqm version", "  openhqm version --json"})
  static final class VersionCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print it as JSON, for programs.")
    boolean json;

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      var console = Main.console(spec);
      if (json) {
        console.raw(
            "{\"openhqm\":%s,\"java\":%s}"
                .formatted(Json.quote(number()), Json.quote(Runtime.version().toString())));
      } else {
        for (String line : lines()) {
          console.print(line);
        }
      }
      return ExitCode.OK.code();
    }
  }
}
