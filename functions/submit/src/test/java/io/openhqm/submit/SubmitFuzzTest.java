package io.openhqm.submit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Json;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Seeded: a failing seed is in the message, and replays. */
class SubmitFuzzTest {
  private static final int RUNS = Integer.getInteger("fuzz.runs", 20_000);
  private static final List<String> SCRAPS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          ":",
          ",",
          "null",
          "NaN",
          "1e999",
          "-0",
          "\\u0000",
          "\\ud800",
          "\\",
          "\n",
          "\u0000",
          "\uFEFF",
          "é",
          "payload",
          "metadata",
          "headers",
          "\"payload\":1,",
          "\"timeout\":",
          "\"delay\":1,",
          "\"priority\":\"x\",",
          "\"session_id\":[],",
          "/*",
          "'",
          " ");
  private static final List<String> PATHS =
      List.of(
          "/api/v1/submit",
          "/proxy/orders/a",
          "/proxy/orders",
          "/proxy/%6f/",
          "/proxy/",
          "/",
          "",
          "/api/v1/submit/x",
          "/proxy/..");
  private static final List<String> METHODS =
      List.of("POST", "GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "X");
  private static final List<String> NAMES =
      List.of(
          "Content-Type",
          "Content-Encoding",
          "Idempotency-Key",
          "Prefer",
          "traceparent",
          "Connection",
          "Accept",
          "X-OpenHQM-Delay",
          "X-OpenHQM-Timeout",
          "X-OpenHQM-Session",
          "X-OpenHQM-Priority",
          "X-OpenHQM-Not-Before",
          "Host");
  private static final List<String> VALUES =
      List.of(
          "application/json",
          "application/json; charset",
          ";",
          "",
          "\"",
          "\"a\"",
          "wait=1",
          "wait=99999999999",
          "return=minimal, ,=;",
          "1",
          "-1",
          "1e9",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "close, ,x",
          "text/*;q=0",
          "é",
          "\t",
          ",,,",
          "2026-02-07T10:30:00Z");

  @Test
  void anyPayloadComesOutAsItWentIn() {
    for (long seed = 0; seed < RUNS; seed++) {
      var random = new SplittableRandom(seed);
      String payload = json(random, 0);
      String gap = " \t\n\r".substring(random.nextInt(4)) + " ".repeat(random.nextInt(3));
      String others =
          "\"metadata\":{\"a\":"
              + json(random, 2)
              + "},\"headers\":{\"X\":\""
              + random.nextInt()
              + "\"}";
      String body =
          random.nextBoolean()
              ? "{"
                  + gap
                  + "\"payload\""
                  + gap
                  + ":"
                  + gap
                  + payload
                  + gap
                  + ","
                  + others
                  + "}"
                  + gap
              : gap + "{" + others + "," + gap + "\"pay\\u006coad\":" + payload + gap + "}";
      var fixture = new Fixture();

      fixture.isChecked = false;
      var response = fixture.post(body);

      assertThat(response.status()).as("seed %d: %s", seed, body).isEqualTo(202);
      assertThat(payload(fixture)).as("seed %d: %s", seed, body).isEqualTo(Bytes.utf8(payload));
    }
  }

  @Test
  void noInputMakesAServerError() {
    for (long seed = 0; seed < RUNS; seed++) {
      var random = new SplittableRandom(seed);
      var fixture = new Fixture();
      if (random.nextInt(4) == 0) {
        fixture.findSessionsAt("payload.a.b");
      }
      boolean plain = random.nextBoolean();
      var request =
          new ApiRequest(
              plain ? "POST" : pick(random, METHODS),
              plain ? "/api/v1/submit" : mutated(random, pick(random, PATHS)),
              random.nextInt(3) == 0 ? Optional.of(mutated(random, "a=1&b=%20")) : Optional.empty(),
              headers(random, plain),
              mutated(random, body(random).getBytes(UTF_8)));

      ApiResponse response = fixture.handle(request);

      assertThat(response.status())
          .as("seed %d: %s", seed, request.body().toUtf8())
          .isIn(202, 204, 400, 404, 405, 413, 415, 422);
      assertThat(fixture.troubles).as("seed %d", seed).isEmpty();
      boolean submitted = response.status() == 202 && request.path().equals("/api/v1/submit");
      if (submitted) {
        assertThat(Json.isJson(payload(fixture))).as("seed %d", seed).isTrue();
        assertThat(request.body().toUtf8()).as("seed %d", seed).contains(payload(fixture).toUtf8());
      }
      if (response.status() >= 400 && !request.method().equals("HEAD")) {
        assertThat(Json.isJson(response.body())).as("seed %d", seed).isTrue();
      }
    }
  }

  private static String body(SplittableRandom random) {
    return "{\"payload\":"
        + json(random, 1)
        + ",\"headers\":{\"X-A\":\"1\",\"X-B\":[\"1\",\"2\"]},\"metadata\":{\"endpoint\":\"orders\",\"timeout\":"
        + random.nextInt(-1, 10)
        + ",\"priority\":\"low\",\"x\":"
        + json(random, 1)
        + "}}";
  }

  private static Headers headers(SplittableRandom random, boolean plain) {
    var headers = plain ? Headers.of("Content-Type", "application/json") : Headers.none();
    for (int i = random.nextInt(5); i > 0; i--) {
      headers = headers.plus(pick(random, NAMES), pick(random, VALUES));
    }
    return headers;
  }

  private static String mutated(SplittableRandom random, String text) {
    return mutated(random, text.getBytes(UTF_8)).toUtf8();
  }

  private static Bytes mutated(SplittableRandom random, byte[] bytes) {
    var text = bytes;
    for (int i = random.nextInt(4); i > 0; i--) {
      int from = random.nextInt(text.length + 1);
      int to = Math.min(text.length, from + random.nextInt(4));
      byte[] scrap =
          random.nextInt(4) == 0
              ? new byte[] {(byte) random.nextInt()}
              : pick(random, SCRAPS).getBytes(UTF_8);
      var next = new byte[text.length - (to - from) + scrap.length];
      System.arraycopy(text, 0, next, 0, from);
      System.arraycopy(scrap, 0, next, from, scrap.length);
      System.arraycopy(text, to, next, from + scrap.length, text.length - to);
      text = next;
    }
    return Bytes.wrap(text);
  }

  private static String json(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 7)) {
      case 0 -> pick(random, List.of("null", "true", "false"));
      case 1 ->
          pick(random, List.of("0", "-0", "1e400", "-1.50E-9", "18446744073709551616", "0.1000"));
      case 2 ->
          "\""
              + pick(
                      random,
                      List.of(
                          "", "é", "😀", "\\ud83d", "\\\"", "\\\\", "\\/", "}", "]", ",", "\\n"))
                  .repeat(random.nextInt(40))
              + "\"";
      case 3 -> "\"" + "x".repeat(random.nextInt(300)) + "\"";
      case 4 -> Long.toString(random.nextLong());
      case 5 ->
          "["
              + (random.nextBoolean()
                  ? " "
                  : json(random, depth + 1) + " ,\n" + json(random, depth + 1))
              + "]";
      default ->
          "{"
              + (random.nextBoolean()
                  ? ""
                  : "\""
                      + random.nextInt(9)
                      + "\" :"
                      + json(random, depth + 1)
                      + ",\"é\":"
                      + json(random, depth + 1))
              + "}";
    };
  }

  private static <T> T pick(SplittableRandom random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static Bytes payload(Fixture fixture) {
    return ((Body.Inline) fixture.engine.lastSent().payload()).bytes();
  }
}
