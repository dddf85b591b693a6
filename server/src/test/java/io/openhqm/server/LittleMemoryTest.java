package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.openhqm.core.JobStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The real server in a process with a small heap, and more that is large than it has room for. */
final class LittleMemoryTest {
  private static final Pattern LISTENS = Pattern.compile("openhqm listens on 127.0.0.1:([0-9]+)");
  private static final int LARGE = 10_000_000;
  private static final int JOBS = 40;

  @TempDir Path folder;
  private final CountDownLatch half = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebServer backend =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .shutdownHook(false)
          .routing(HttpRouting.builder().any(this::answer))
          .build()
          .start();
  private Process process;
  private URI base;

  private void answer(ServerRequest request, ServerResponse response) throws Exception {
    switch (request.path().rawPath()) {
      case "/announced" -> response.send(new byte[LARGE]);
      case "/chunks" -> {
        try (OutputStream out = response.outputStream()) {
          out.write(new byte[LARGE]);
        }
      }
      case "/held" -> {
        response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(LARGE));
        try (OutputStream out = response.outputStream()) {
          out.write(new byte[LARGE / 2]);
          out.flush();
          half.countDown();
          released.await();
          out.write(new byte[LARGE / 2]);
        }
      }
      default -> response.send(new byte[1_000]);
    }
  }

  @BeforeEach
  void start() throws Exception {
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            server: {host: 127.0.0.1, port: 0}
            queue: {type: embedded, embedded_path: jobs.db}
            cache: {type: embedded}
            worker: {count: 48}
            proxy: {enabled: true, endpoints: {backend: {url: "http://127.0.0.1:%d", timeout: 60}}}
            """
                .formatted(backend.port()));
    process =
        new ProcessBuilder(ServerCommand.serving(config, "-Xmx64m"))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    var errors = folder.resolve("err");
    Awaitility.await().until(() -> LISTENS.matcher(Files.readString(errors)).find());
    var port = LISTENS.matcher(Files.readString(errors));
    assertThat(port.find()).isTrue();
    base = URI.create("http://127.0.0.1:" + port.group(1));
  }

  @AfterEach
  void stop() throws Exception {
    released.countDown();
    process.destroyForcibly().waitFor();
    backend.stop();
    client.close();
  }

  private String submit(String path) throws Exception {
    var request =
        HttpRequest.newBuilder(base.resolve("/proxy/backend" + path))
            .POST(BodyPublishers.noBody())
            .build();
    var accepted = client.send(request, BodyHandlers.ofString());
    assertThat(accepted.statusCode()).isEqualTo(202);
    return JsonMapper.shared().readTree(accepted.body()).path("correlation_id").asString();
  }

  private HttpResponse<byte[]> get(String path, int waitSeconds) throws Exception {
    var request =
        HttpRequest.newBuilder(base.resolve(path)).header("Prefer", "wait=" + waitSeconds).build();
    return client.send(request, BodyHandlers.ofByteArray());
  }

  /** Comes again when it is told to: whoever had the memory may have it a moment longer. */
  private byte[] read(String path) {
    return Awaitility.await()
        .until(() -> get(path, 0), answer -> answer.statusCode() == 200)
        .body();
  }

  private String status(String id, int waitSeconds) throws Exception {
    var answer = get("/api/v1/status/" + id, waitSeconds);
    return JsonMapper.shared().readTree(answer.body()).path("status").asString();
  }

  /** Waits for the end of a job without having what came of it. */
  private String ended(String id) throws Exception {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> status(id, 20), status -> JobStatus.valueOf(status).isTerminal());
  }

  private void requireSound() throws IOException {
    assertThat(process.isAlive()).as("alive").isTrue();
    assertThat(Files.readString(folder.resolve("out"))).doesNotContain("OutOfMemoryError");
    assertThat(Files.readString(folder.resolve("err"))).doesNotContain("OutOfMemoryError");
  }

  @Test
  void manyLargeAnswersAreAllTakenAndHoldUpNoSmallOne() throws Exception {
    var large = new ArrayList<String>();
    large.add(submit("/held"));
    half.await();
    for (int i = 1; i < JOBS; i++) {
      large.add(submit(i % 2 == 0 ? "/announced" : "/chunks"));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(ended(submit("/small"))).isEqualTo("COMPLETED");
    }
    for (String id : large) {
      assertThat(status(id, 0)).isEqualTo("PROCESSING");
    }
    released.countDown();
    for (String id : large) {
      assertThat(ended(id)).isEqualTo("COMPLETED");
    }
    for (String id : large) {
      assertThat(read("/api/v1/response/" + id + "/body")).hasSize(LARGE);
    }
    requireSound();
  }

  @Test
  void manyReadersOfLargeResultsAreToldToComeAgainWhereThereIsNoMemory() throws Exception {
    String id = submit("/announced");
    assertThat(ended(id)).isEqualTo("COMPLETED");
    String path = "/api/v1/response/" + id + "/body";

    var first = new Reader(path);
    assertThat(first.status()).isEqualTo(200);
    for (int i = 0; i < JOBS; i++) {
      try (var reader = new Reader(path)) {
        assertThat(reader.status()).isEqualTo(503);
      }
    }
    var refused = get(path, 0);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("/problems/overloaded");
    assertThat(ended(submit("/small"))).isEqualTo("COMPLETED");

    // One that goes away in the middle leaves its memory to the next.
    first.close();
    assertThat(read(path)).hasSize(LARGE);
    assertThat(read("/api/v1/response/" + id)).hasSizeGreaterThan(LARGE / 3 * 4);
    requireSound();
  }

  /** Asks for a resource, and takes next to nothing of what comes. */
  private final class Reader implements AutoCloseable {
    private final Socket socket = new Socket();

    Reader(String path) throws IOException {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress("127.0.0.1", base.getPort()));
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
    }

    int status() throws IOException {
      byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      return Integer.parseInt(new String(start, 9, 3, StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
