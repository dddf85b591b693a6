package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.tck.OpenApiConformance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing that is sent makes the server fail, or leave out why it refuses; whether a processor does
 * the work or a backend, and whether the jobs that are asked for are there or not.
 */
@ParameterizedClass
@ValueSource(booleans = {true, false})
class BadInputTest {
  private static final int REQUESTS = 3_000;
  private static final int GARBAGE = 1_500;
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ");

  private static TestBackend backend;
  private static RunningServer server;
  private static Path folder;

  /** One that is done, one that waits, and a dead letter. */
  private static List<String> jobs;

  private final OpenApiConformance conformance = new OpenApiConformance();

  @Parameter boolean proxy;

  @BeforeParameterizedClassInvocation
  static void start(boolean proxy) throws IOException {
    folder = Files.createTempDirectory("openhqm-fuzz");
    backend = new TestBackend();
    String endpoints =
        """
        proxy:
          enabled: true
          default_endpoint: backend
          endpoints:
            backend: {url: "%s"}
            gone: {url: "http://127.0.0.1:1/"}
            routed: {url: "%s/routed"}
        routing:
          enabled: true
          config_dict:
            routes:
              - {name: some, match_field: metadata.type, match_pattern: '^(order|[^ ]+)[.].*$', endpoint: routed,
                 header_mappings: {X-Priority: metadata.priority, X-Type: metadata.type, X-Session: metadata.session_id}}
              - {name: made, match_field: payload.operation, match_value: echo, endpoint: routed, transform_type: jq,
                 transform: "{data: .payload.data, of: .metadata}"}
        partitioning: {enabled: true, strategy: key, partition_count: 10, partition_key_field: metadata.type}
        """
            .formatted(backend.url(), backend.url());
    server =
        RunningServer.start(
            folder,
            """
            server: {host: 127.0.0.1, port: 0, admin: any, max_body_size: 65536, max_header_size: 8192, max_wait_seconds: 0}
            queue: {type: embedded, embedded_path: fuzz.db}
            cache: {type: embedded}
            worker: {max_retries: 0}
            """
                + (proxy ? endpoints : ""));
    String dead = proxy ? "\"endpoint\": \"gone\"" : "\"delay\": 0";
    jobs =
        List.of(
            submitted("{\"payload\": {\"operation\": \"echo\", \"data\": 1}}"),
            submitted("{\"payload\": 1, \"metadata\": {\"delay\": 3600}}"),
            submitted("{\"payload\": {\"operation\": \"error\"}, \"metadata\": {" + dead + "}}"));
    server.finished(jobs.getFirst());
    assertThat(server.finished(jobs.getLast()).field("status")).isEqualTo("FAILED");
  }

  private static String submitted(String json) {
    return server.submit(json).id();
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    server.close();
    backend.close();
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  @AfterEach
  void isStillWell() {
    server.requireHealthy();
    assertThat(server.get("/metrics").text())
        .doesNotContain("openhqm_trouble_total{")
        .doesNotContain("status=\"500\"");
    String id = server.submit("{\"payload\": {\"operation\": \"echo\", \"data\": 1}}").id();
    assertThat(server.finished(id).field("status")).isEqualTo("COMPLETED");
  }

  @Test
  void requestsThatNobodyShouldSendAreAnsweredAsDescribed() {
    var statuses = new TreeMap<Integer, Integer>();
    for (int seed = 0; seed < REQUESTS; seed++) {
      var request = new BadInputs(new SplittableRandom(seed)).request();
      try {
        var answer = Wire.send(server.port(), aboutAJob(request, seed)).response();
        statuses.merge(answer.status(), 1, Integer::sum);
        assertDescribed(request, answer);
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed + ": " + shortened(request), failure);
      }
    }
    assertThat(statuses).containsKeys(200, 202, 204, 303, 304, 400, 404, 405, 409, 413, 415, 422);
  }

  /** One in four asks for one that is not there. */
  private static ApiRequest aboutAJob(ApiRequest request, int seed) {
    int which = seed % (jobs.size() + 1);
    String id = which < jobs.size() ? jobs.get(which) : BadInputs.ID;
    return new ApiRequest(
        request.method(),
        request.path().replace(BadInputs.ID, id),
        request.query(),
        request.headers(),
        request.body());
  }

  @Test
  void bytesThatAreHardlyHttpAreRefusedInWordsOrDropped() {
    var statuses = new TreeMap<Integer, Integer>();
    for (int seed = 0; seed < GARBAGE; seed++) {
      byte[] garbage = new BadInputs(new SplittableRandom(seed)).garbage();
      try {
        String answer = new String(answerTo(garbage), StandardCharsets.ISO_8859_1);
        var lines = STATUS_LINE.matcher(answer);
        while (lines.find()) {
          int status = Integer.parseInt(lines.group(1));
          statuses.merge(status, 1, Integer::sum);
          assertThat(status).isLessThan(500);
          if (status >= 400) {
            assertThat(answer).containsIgnoringCase("content-type: application/problem+json");
          }
        }
      } catch (AssertionError | IOException failure) {
        String text = new String(garbage, StandardCharsets.ISO_8859_1);
        throw new AssertionError("seed " + seed + ": " + shortened(text), failure);
      }
    }
    assertThat(statuses).containsKeys(200, 400, 431);
  }

  /** Behind a gateway that reads such a request otherwise, its body would be somebody's request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: +4",
        "Content-Length: 0x4",
        "Content-Length: 4 4",
        "Content-Length: -4",
        "Content-Length : 4",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "X: a\r\n Content-Length: 4",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding\u0000: chunked"
      })
  void whatTwoServersCouldReadDifferentlyIsRefused(String framing) throws IOException {
    String request =
        "POST /proxy/backend/framed HTTP/1.1\r\nHost: a\r\n"
            + framing
            + "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    String answer =
        new String(
            answerTo(request.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);

    assertThat(STATUS_LINE.matcher(answer).results().map(line -> line.group(1)))
        .containsExactly("400");
  }

  private void assertDescribed(ApiRequest request, ApiResponse answer) {
    // That the backend of a job gave no answer is an answer about the job.
    int most = request.path().startsWith("/api/v1/response/") ? 502 : 499;
    assertThat(answer.status())
        .as(answer.body().toUtf8())
        .isNotEqualTo(500)
        .isLessThanOrEqualTo(most);
    if (answer.status() >= 400) {
      assertThat(answer.headers().first("Content-Type")).contains("application/problem+json");
    }
    String said = answer.body().toUtf8();
    // Before the resource is looked at, and without a body to tell it in the answer to HEAD.
    boolean malformed =
        answer.status() == 413
            || answer.status() == 400
                && (said.contains("not valid") || request.method().equals("HEAD"));
    boolean refusedPath = answer.status() == 400 && !BadInputs.PATHS.contains(request.path());
    boolean knownMethod =
        Arrays.asList("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
            .contains(request.method());
    if (!malformed && !refusedPath && knownMethod) {
      conformance.check(request, answer);
    }
  }

  /** All that comes back until the server closes. */
  private static byte[] answerTo(byte[] bytes) throws IOException {
    var answer = new ByteArrayOutputStream();
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      socket.getInputStream().transferTo(answer);
    } catch (SocketException reset) {
      // The server had enough before all was sent; what it said before may be lost.
      return answer.toByteArray();
    }
    return answer.toByteArray();
  }

  private static String shortened(Object input) {
    String text = input.toString();
    return text.length() < 2_000 ? text : text.substring(0, 2_000) + "…";
  }
}
