package io.openhqm.cli;

import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.LogOutput;
import io.openhqm.server.OpenHqmServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole way of one request on one machine, and goes on serving. */
@Command(
    name = "demo",
    description =
        "Starts the server with a sample backend, sends one request through, and goes on serving.",
    footer = {"", "Example:", "  openhqm demo"})
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      defaultValue = "8000",
      description = "The port. Default: ${DEFAULT-VALUE}")
  int port = 8000;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var console = Main.console(spec);
    var folder = Files.createTempDirectory("openhqm-demo");
    try (var log = LogOutput.install(System.err, OpenHqmConfig.LogFormat.TEXT, "WARNING");
        var backend = SampleBackend.start()) {
      var shutdown = Shutdown.ofThisProcess();
      shutdown.closes(log::close);
      var config = config(backend, folder);
      OpenHqmServer server;
      try {
        server =
            OpenHqmServer.start(
                config, OpenHqmServer.Mode.ALL, Clock.tickMillis(ZoneOffset.UTC), Version.number());
      } catch (RuntimeException notStarted) {
        delete(folder);
        console.error("The demo cannot start: " + Serving.reason(notStarted));
        return ExitCode.CONFIGURATION.code();
      }
      shutdown.closes(
          () -> {
            server.close();
            delete(folder);
          });
      if (!shutdown.isDoneIn(Duration.ZERO)) {
        show(server, backend, console);
      }
      return Serving.untilStopped(server, shutdown, console).code();
    }
  }

  private OpenHqmConfig config(SampleBackend backend, Path folder) {
    String yaml =
        """
        server: {host: 127.0.0.1, port: %d}
        queue: {type: embedded, embedded_path: demo.db}
        cache: {type: embedded}
        proxy:
          enabled: true
          default_endpoint: sample
          endpoints:
            sample: {url: "%s"}
        """
            .formatted(port, backend.url());
    return switch (ConfigLoader.loadText(yaml, "demo", folder, Map.of())) {
      case ConfigResult.Loaded loaded -> loaded.config();
      case ConfigResult.Invalid invalid ->
          throw new IllegalStateException("the demo's own configuration: " + invalid.problems());
    };
  }

  private static void show(OpenHqmServer server, SampleBackend backend, Console console)
      throws InterruptedException {
    String url = "http://localhost:" + server.port();
    console.print(
        "@|bold OpenHQM|@ listens on " + url + ", its queue is a SQLite file, and a sample");
    console.print("backend on " + backend.url() + " answers what it is sent.");
    console.print("");
    try (var api = new ApiClient(URI.create(url))) {
      byte[] body =
          "{\"payload\": {\"order\": 17}, \"metadata\": {\"endpoint\": \"sample\"}}"
              .getBytes(StandardCharsets.UTF_8);
      var accepted =
          api.send(
              "POST",
              "/api/v1/submit",
              Map.of("Content-Type", "application/json"),
              body,
              Duration.ZERO);
      String id = accepted.field("correlation_id").orElse("?");
      console.print("1. HTTP -> queue   POST /api/v1/submit                " + accepted.status());
      console.raw("   " + accepted.text());
      var done = api.get("/api/v1/response/" + id, Duration.ofSeconds(20));
      console.print(
          "2. queue -> HTTP   a worker calls the sample backend  "
              + done.field("status_code").orElse("?"));
      console.print("3. polling         GET /api/v1/response/" + id);
      console.raw("   " + done.text());
    } catch (ApiClient.UnreachableException unreachable) {
      console.error(unreachable.getMessage());
    }
    console.print("");
    console.print("Go on in another terminal:");
    console.print(
        "  curl -X POST " + url + "/api/v1/submit -H 'Content-Type: application/json' \\");
    console.print("    -d '{\"payload\": {\"hello\": \"world\"}}'");
    console.print("  curl -X POST " + url + "/proxy/sample/any/path?q=1 -d 'any body'");
    console.print(
        "  curl "
            + url
            + "/health      curl "
            + url
            + "/metrics      curl "
            + url
            + "/openapi.json");
    console.print("");
    console.print("Ctrl-C stops it.");
  }

  private static void delete(Path folder) {
    try (var files = Files.list(folder)) {
      files.forEach(file -> file.toFile().delete());
      Files.deleteIfExists(folder);
    } catch (IOException leftBehind) {
      // A temporary folder that stays is the system's to remove.
      System.err.println("left behind: " + folder);
    }
  }
}
