package io.openhqm.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a test starts the server in a process of its own. */
final class ServerCommand {
  private ServerCommand() {}

  /**
   * @param options of the JVM, beside those that let it start soon
   */
  static List<String> serving(Path config, String... options) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(options));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of("io.openhqm.cli.Main", "serve", "--config", config.toString()));
    return command;
  }
}
