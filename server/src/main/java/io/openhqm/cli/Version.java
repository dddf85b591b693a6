package io.openhqm.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What this is, from the jar's manifest. */
final class Version implements IVersionProvider {
  static String number() {
    var fromManifest = Version.class.getPackage().getImplementationVersion();
    return fromManifest == null ? "development" : fromManifest;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"openhqm " + number(), "Java " + Runtime.version()};
  }

  @Command(name = "version", description = "Prints the version.")
  static final class VersionCommand implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      var console = Main.console(spec);
      for (String line : new Version().getVersion()) {
        console.print(line);
      }
      return ExitCode.OK.code();
    }
  }
}
