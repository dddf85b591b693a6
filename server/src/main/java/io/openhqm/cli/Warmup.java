package io.openhqm.cli;

import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.server.LogOutput;
import io.openhqm.server.OpenHqmServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/**
 * The training run for the AOT cache: goes once through everything that a server does early in its
 * life, and ends.
 */
public final class Warmup {
  private static final int CLIENTS = 8;

  /**
   * More would make more profiles, which take memory in each server and make it compile much as it
   * starts.
   */
  private static final int ROUNDS = 30;

  private static final String WAIT = "Prefer: wait=5\r\n";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

  private Warmup() {}

  /** Takes no arguments. */
  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    var folder = Files.createTempDirectory("openhqm-warmup");
    try (var backend = SampleBackend.start();
        var log =
            LogOutput.install(
                OutputStream.nullOutputStream(), OpenHqmConfig.LogFormat.JSON, "INFO")) {
      String yaml =
          """
          server: {host: 127.0.0.1, port: 0}
          queue: {embedded_path: warmup.db}
          proxy: {enabled: true, default_endpoint: sample, endpoints: {sample: {url: "%s"}}}
          """
              .formatted(backend.url());
      if (Serving.plain("serve", "--config", "config.yaml").isPresent()
          && ConfigLoader.loadText(yaml, "warmup", folder, Map.of())
              instanceof ConfigResult.Loaded loaded) {
        try (var server =
            OpenHqmServer.start(
                loaded.config(),
                OpenHqmServer.Mode.ALL,
                Clock.tickMillis(ZoneOffset.UTC),
                "warmup")) {
          exercise(server.port());
        }
      }
    } finally {
      try (var files = Files.list(folder)) {
        files.forEach(file -> file.toFile().delete());
      }
      Files.deleteIfExists(folder);
    }
  }

  /** Several at a time, as what only happens then is to be quick early too. */
  private static void exercise(int port)
      throws IOException, ExecutionException, InterruptedException {
    try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(clients.submit(() -> client(port)));
      }
      for (var each : running) {
        each.get();
      }
    }
  }

  /** Over a bare socket, as each class of an HTTP client would take memory from every server. */
  private static boolean client(int port) throws IOException {
    String submission =
        "{\"payload\": {\"n\": 1, \"text\": \"%s\"}, \"headers\": {\"X-A\": \"b\"}, \"metadata\": {\"endpoint\": \"sample\"}}"
            .formatted("x".repeat(150));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (int i = 0; i < ROUNDS; i++) {
        var id = ID.matcher(call(socket, "POST /api/v1/submit", "", submission));
        if (!id.find()) {
          throw new IOException("the warm-up's submission was not accepted");
        }
        call(socket, "GET /api/v1/response/" + id.group(), WAIT, "");
        if (i % 20 == 0) {
          call(socket, "GET /api/v1/status/" + id.group(), "", "");
          call(socket, "GET /health", "", "");
          call(socket, "GET /metrics", "", "");
          call(socket, "POST /api/v1/submit", WAIT, "{\"payload\": 1}");
          call(socket, "POST /proxy/sample/x", WAIT, submission);
        }
      }
    }
    return true;
  }

  private static String call(Socket socket, String request, String fields, String body)
      throws IOException {
    String message =
        request
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + fields
            + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
    socket.getOutputStream().write(message.getBytes(StandardCharsets.US_ASCII));
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("no answer to " + request);
      }
      head.append((char) next);
    }
    var length = LENGTH.matcher(head);
    int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }
}
