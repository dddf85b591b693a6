package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same API over HTTP/2 without TLS, as clients behind a gateway speak it. */
class Http2Test {
  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
  private TestBackend backend;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    backend = new TestBackend();
    server =
        RunningServer.start(
            folder,
            """
            server: {host: 127.0.0.1, port: 0, max_body_size: 65536, max_header_size: 4096}
            queue: {type: memory}
            cache: {type: memory}
            proxy: {enabled: true, default_endpoint: backend, endpoints: {backend: {url: "%s"}}}
            """
                .formatted(backend.url()));
    // The upgrade goes with the first request of a connection.
    assertThat(send("GET", "/health", new byte[0]).statusCode()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    backend.close();
  }

  private HttpResponse<byte[]> send(String method, String target, byte[] body, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
            .timeout(Duration.ofSeconds(10))
            .method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  @Test
  void aJobGoesThroughAsOverHttp11() throws Exception {
    byte[] body = {0, (byte) 0xff, 13, 10, 'x'};
    var answer = send("PUT", "/proxy/backend/a%20b?q=1", body, "Prefer", "wait=5", "X-Mine", "yes");

    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("preference-applied")).contains("wait=5");
    var seen = backend.requestsTo("/a%20b").getFirst();
    assertThat(seen.method()).isEqualTo("PUT");
    assertThat(seen.query()).contains("q=1");
    assertThat(seen.headers().first("X-Mine")).contains("yes");
    assertThat(seen.body().toArray()).isEqualTo(body);
  }

  @Test
  void aBodyInACodingIsForTheBackendToRead() throws Exception {
    byte[] body = {0x1f, (byte) 0x8b, 8, 0, (byte) 0xff};
    String[] coded = {"Content-Encoding", "gzip", "Content-Type", "application/json"};
    assertThat(send("POST", "/api/v1/submit", body, coded).statusCode()).isEqualTo(415);
    var answer =
        send("POST", "/proxy/backend/coded", body, "Content-Encoding", "gzip", "Prefer", "wait=5");

    assertThat(answer.statusCode()).isEqualTo(200);
    var seen = backend.requestsTo("/coded").getFirst();
    assertThat(seen.headers().all("Content-Encoding")).containsExactly("gzip");
    assertThat(seen.body().toArray()).isEqualTo(body);
  }

  @Test
  void problemsAreToldAsOverHttp11() throws Exception {
    var missing = send("GET", "/api/v1/status/unknown", new byte[0]);
    assertThat(missing.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.headers().firstValue("content-type")).contains("application/problem+json");

    byte[] large = new byte[65537];
    Arrays.fill(large, (byte) ' ');
    var refused = send("POST", "/api/v1/submit", large, "Content-Type", "application/json");
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(send("GET", "/health", new byte[0]).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {4097, 5_000, 20_000, 60_000})
  void headerFieldsBeyondTheLimitAre431(int length) throws Exception {
    var refused = send("GET", "/health", new byte[0], "X-Large", "x".repeat(length));

    assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(refused.statusCode()).isEqualTo(431);
    assertThat(new String(refused.body(), StandardCharsets.UTF_8))
        .contains("/problems/headers-too-large")
        .contains("4096");
    assertThat(send("GET", "/health", new byte[0], "X-Fits", "x".repeat(3_000)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void manyFieldsThatAreShortAreTooMuchToo() throws Exception {
    var fields = new ArrayList<String>();
    for (int i = 0; i < 200; i++) {
      fields.addAll(List.of("X-" + i, "x".repeat(30)));
    }
    assertThat(send("GET", "/health", new byte[0], fields.toArray(String[]::new)).statusCode())
        .isEqualTo(431);
  }

  @ParameterizedTest
  @ValueSource(ints = {65_537, 70_000, 1_000_000})
  void aBodyWithoutALengthBeyondTheLimitIs413(int length) throws Exception {
    for (String target : new String[] {"/api/v1/submit", "/proxy/backend/large"}) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[length])));
      var refused = client.send(request.build(), BodyHandlers.ofString());

      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body()).contains("/problems/body-too-large").contains("65536");
    }
    assertThat(send("GET", "/health", new byte[0]).statusCode()).isEqualTo(200);
  }

  @Test
  void manyRequestsShareAConnection() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> submit =
          () ->
              send(
                      "POST",
                      "/api/v1/submit",
                      "{\"payload\": 1}".getBytes(StandardCharsets.UTF_8),
                      "Content-Type",
                      "application/json")
                  .statusCode();
      var all = threads.invokeAll(java.util.Collections.nCopies(200, submit));
      for (var one : all) {
        assertThat(one.get()).isEqualTo(202);
      }
    }
  }
}
