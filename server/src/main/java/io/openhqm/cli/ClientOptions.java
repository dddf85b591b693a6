package io.openhqm.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** What every command that talks to a server takes. */
final class ClientOptions {
  @Option(
      names = {"-s", "--server"},
      paramLabel = "URL",
      defaultValue = "${env:OPENHQM_SERVER:-http://localhost:8000}",
      description = "The server to talk to; also by OPENHQM_SERVER. Default: ${DEFAULT-VALUE}")
  URI server = URI.create("http://localhost:8000");

  @Option(names = "--json", description = "Print the server's answer as it came, for programs.")
  boolean json;
}
