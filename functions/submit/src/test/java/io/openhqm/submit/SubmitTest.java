package io.openhqm.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Priority;
import io.openhqm.core.Result;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitTest {
  private final Fixture fixture = new Fixture();

  @Test
  void aSubmissionIsStoredAndAnsweredWith202() {
    var response = fixture.post("{\"payload\": {\"a\": 1}}");

    var message = fixture.engine.lastSent();
    String id = message.id().toString();
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.body().toUtf8())
        .isEqualTo(
            "{\"correlation_id\":\""
                + id
                + "\",\"status\":\"PENDING\",\"submitted_at\":\"2026-02-07T10:30:00.123Z\",\"links\":{\"status\":\"/api/v1/status/"
                + id
                + "\",\"response\":\"/api/v1/response/"
                + id
                + "\",\"cancel\":\"/api/v1/requests/"
                + id
                + "\"}}");
    assertThat(response.headers().first("Location")).contains("/api/v1/status/" + id);
    assertThat(response.headers().first("Retry-After")).contains("2");
    assertThat(response.headers().first("X-Correlation-ID")).contains(id);
    assertThat(response.headers().first("Link"))
        .contains(
            "</api/v1/status/"
                + id
                + ">; rel=\"status\", </api/v1/response/"
                + id
                + ">; rel=\"related\"");
    assertThat(message.submittedAt()).isEqualTo(Fixture.NOW);
    assertThat(fixture.engine.jobs).containsOnlyKeys(message.id());
  }

  @Test
  void linksBeginWithThePublicUrl() {
    fixture.publicUrl = "https://queue.example/base/";
    var response = fixture.post("{\"payload\":1}");
    assertThat(response.headers().first("Location").orElseThrow())
        .startsWith("https://queue.example/base/api/v1/status/");
    assertThat(response.body().toUtf8())
        .contains("\"status\":\"https://queue.example/base/api/v1/status/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "-0",
        "1e400",
        "123456789012345678901234567890.000",
        "\"\\ud800 é \\u0000\"",
        "\"\"",
        "[]",
        "[ 1 ,\n\t{\"a\" : [ ] } ]",
        "{\"a\":1,\"a\":2}",
        "{ \"é\" : \"😀\" }"
      })
  void thePayloadGoesOnByteForByte(String payload) {
    for (String body :
        new String[] {
          "{\"payload\":" + payload + "}",
          "\uFEFF { \"metadata\": {\"x\": \"é\"}, \"payload\" : "
              + payload
              + " , \"headers\" : {} } \n"
        }) {
      assertThat(fixture.post(body).status()).isEqualTo(202);
      assertThat(payload()).isEqualTo(Bytes.utf8(payload));
    }
  }

  @Test
  void aPayloadOfNullIsNoBodyForABackendWhereTheMethodHasNoneAndThenHasNoType() {
    String nothing =
        """
        {"payload": null, "headers": {"X-A": "1", "content-type": "a/b"}, "metadata": {"method": "%s"}}""";
    fixture.post(nothing.formatted("DELETE"));
    assertThat(payload()).as("for a processor").isEqualTo(Bytes.utf8("null"));

    fixture.backend = Optional.of(Fixture.endpoint());
    for (String method : List.of("GET", "HEAD", "DELETE", "OPTIONS")) {
      fixture.post(nothing.formatted(method));
      assertThat(payload()).as(method).isEqualTo(Bytes.empty());
      assertThat(fixture.engine.lastSent().headers()).isEqualTo(Headers.of("X-A", "1"));
    }
    for (String method : List.of("POST", "PUT", "PATCH")) {
      fixture.post(nothing.formatted(method));
      assertThat(payload()).as(method).isEqualTo(Bytes.utf8("null"));
      assertThat(fixture.engine.lastSent().headers().first("Content-Type")).contains("a/b");
    }
    fixture.post("{\"payload\": \"null\", \"metadata\": {\"method\": \"GET\"}}");
    assertThat(payload()).isEqualTo(Bytes.utf8("\"null\""));
  }

  @Test
  void aBodyOfNullThatCameByTheProxyStaysOne() {
    fixture.backend = Optional.of(Fixture.endpoint());
    for (String method : List.of("GET", "DELETE")) {
      fixture.handle(
          new ApiRequest(
              method,
              "/proxy/orders/x",
              Optional.empty(),
              Fixture.jsonHeaders(),
              Bytes.utf8("null")));
      assertThat(payload()).as(method).isEqualTo(Bytes.utf8("null"));
    }
  }

  @Test
  void aPayloadIsJsonUnlessItsHeadersSaySomethingElse() {
    fixture.post("{\"payload\":1,\"headers\":{\"X-A\":\"1\"}}");
    assertThat(fixture.engine.lastSent().headers())
        .isEqualTo(Headers.of("X-A", "1", "Content-Type", "application/json"));
    fixture.post("{\"payload\":1,\"headers\":{\"content-type\":\"application/vnd.a+json\"}}");
    assertThat(fixture.engine.lastSent().headers())
        .isEqualTo(Headers.of("content-type", "application/vnd.a+json"));
  }

  @Test
  void aHeaderMayHaveSeveralValues() {
    fixture.post(
        "{\"payload\":1,\"headers\":{\"Accept\":[\"a/b\",\" c/d \"],\"content-type\":\"a/b\"}}");
    assertThat(fixture.engine.lastSent().headers().all("accept")).containsExactly("a/b", "c/d");
  }

  @Test
  void metadataSayHowAJobIsHandled() {
    String metadata =
        """
        {"endpoint": "orders", "method": "put", "timeout": 1.5, "priority": "HIGH", "session_id": "s-1", "type": "t",
         "delay": 0.25, "other": {"kept": [1]}}""";
    assertThat(fixture.post("{\"payload\":1,\"metadata\":" + metadata + "}").status())
        .isEqualTo(202);

    var read = fixture.engine.lastSent().metadata();
    assertThat(read.endpoint()).contains("orders");
    assertThat(read.method()).contains("PUT");
    assertThat(read.timeout()).contains(Duration.ofMillis(1500));
    assertThat(read.priority()).isEqualTo(new Priority(8));
    assertThat(read.sessionId()).contains("s-1");
    assertThat(read.target()).isEmpty();
    assertThat(read.json()).isEqualTo(Bytes.utf8(metadata));
    assertThat(fixture.engine.jobs.get(fixture.engine.lastSent().id()).state())
        .isEqualTo(
            new io.openhqm.core.Job.State.Pending(Fixture.NOW.plusMillis(250), Optional.empty()));
  }

  @Test
  void nullIsTheSameAsNotGiven() {
    String known =
        "{\"endpoint\":null,\"method\":null,\"timeout\":null,\"priority\":null,\"session_id\":null,\"type\":null,\"delay\":null,\"not_before\":null}";
    assertThat(
            fixture.post("{\"payload\":null,\"headers\":null,\"metadata\":" + known + "}").status())
        .isEqualTo(202);
    assertThat(fixture.post("{\"payload\":null,\"metadata\":null}").status()).isEqualTo(202);
  }

  @Test
  void aDelayMakesTheClientComeLater() {
    var response =
        fixture.post("{\"payload\":1,\"metadata\":{\"not_before\":\"2026-02-07T12:31:00+01:00\"}}");
    assertThat(response.headers().first("Retry-After")).contains("3660");
    var past =
        fixture.post("{\"payload\":1,\"metadata\":{\"not_before\":\"1999-01-01T00:00:00Z\"}}");
    assertThat(past.headers().first("Retry-After")).contains("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}x",
        "{\"payload\":1}}",
        "{\"payload\":1} {}",
        "{\"payload\":NaN}",
        "{\"payload\":01}",
        "{'payload':1}",
        "{\"payload\":1,}",
        "{\"payload\":\"\n\"}",
        "{\"payload\":\"\\x\"}",
        "{\"payload\":1 \"headers\":{}}",
        "{\"payload\":[1}}",
        "{\"payload\":/*c*/1}",
        "nul",
        "{\"payload\":tru}",
        "{\"payload\":1.}",
        "{\"payload\":+1}",
        "{\"payload\":1}\0",
        "{\"payload\":Infinity}"
      })
  void whatIsNotJsonIsRefusedWith400(String body) {
    var response = fixture.post(body);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body().toUtf8()).contains("/problems/not-json");
    assertThat(fixture.engine.jobs).isEmpty();
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWith400() {
    byte[][] wrongs = {
      {(byte) 0xC0, (byte) 0x80},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
      {(byte) 0xFF},
      {(byte) 0xE2, (byte) 0x82}
    };
    for (byte[] wrong : wrongs) {
      var body = new java.io.ByteArrayOutputStream();
      body.writeBytes("{\"payload\":\"".getBytes(StandardCharsets.UTF_8));
      body.writeBytes(wrong);
      body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
      var request =
          new ApiRequest(
              "POST",
              "/api/v1/submit",
              Optional.empty(),
              Fixture.jsonHeaders(),
              Bytes.wrap(body.toByteArray()));
      assertThat(fixture.handle(request).status()).isEqualTo(400);
    }
    for (var charset :
        new java.nio.charset.Charset[] {
          StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16
        }) {
      var request =
          new ApiRequest(
              "POST",
              "/api/v1/submit",
              Optional.empty(),
              Fixture.jsonHeaders(),
              Bytes.wrap("{\"payload\":1}".getBytes(charset)));
      assertThat(fixture.handle(request).status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [1]                                                  |                         | JSON object
          "text"                                               |                         | JSON object
          {}                                                   | /payload                | payload is missing
          {"payload":1,"payload":2}                            | /payload                | given twice
          {"payload":1,"payloat":2}                            | /payloat                | did you mean payload?
          {"payload":1,"Metadata":{}}                          | /Metadata               | did you mean metadata?
          {"payload":1,"a~/b":{}}                              | /a~0~1b                 | no field
          {"payload":1,"headers":[]}                           | /headers                | must be an object
          {"payload":1,"headers":{"X":1}}                      | /headers/X              | must be a string or an array
          {"payload":1,"headers":{"X":["a",1,{"b":[2]}]}}      | /headers/X              | nothing but strings
          {"payload":1,"headers":{"X Y":"1"}}                  | /headers/X Y            | token
          {"payload":1,"headers":{"":"1"}}                     | /headers/               | token
          {"payload":1,"headers":{"X":"a\\r\\nB: c"}}          | /headers/X              | control character
          {"payload":1,"headers":{"X":"\\u20ac"}}              | /headers/X              | U+00FF
          {"payload":1,"headers":{"X":"1","x":"2"}}            | /headers/x              | given twice
          {"payload":1,"metadata":"x"}                         | /metadata               | must be an object
          {"payload":1,"metadata":{"endpoint":7}}              | /metadata/endpoint      | must be a string
          {"payload":1,"metadata":{"endpoint":" "}}            | /metadata/endpoint      | configured endpoint
          {"payload":1,"metadata":{"method":"G ET"}}           | /metadata/method        | HTTP method
          {"payload":1,"metadata":{"method":"connect"}}        | /metadata/method        | CONNECT
          {"payload":1,"metadata":{"timeout":0}}               | /metadata/timeout       | above 0
          {"payload":1,"metadata":{"timeout":-1}}              | /metadata/timeout       | above 0
          {"payload":1,"metadata":{"timeout":1e400}}           | /metadata/timeout       | at most 3600
          {"payload":1,"metadata":{"timeout":1e-400}}          | /metadata/timeout       | above 0
          {"payload":1,"metadata":{"timeout":"5"}}             | /metadata/timeout       | a number
          {"payload":1,"metadata":{"timeout":3601}}            | /metadata/timeout       | at most 3600
          {"payload":1,"metadata":{"timeout":{"a":[1]}}}       | /metadata/timeout       | a number
          {"payload":1,"metadata":{"priority":10}}             | /metadata/priority      | 0 to 9
          {"payload":1,"metadata":{"priority":5.0}}            | /metadata/priority      | 0 to 9
          {"payload":1,"metadata":{"priority":"urgent"}}       | /metadata/priority      | low, normal, high
          {"payload":1,"metadata":{"priority":[1]}}            | /metadata/priority      | low, normal, high
          {"payload":1,"metadata":{"session_id":""}}           | /metadata/session_id    | 1 to 255
          {"payload":1,"metadata":{"session_id":"a\\u0000"}}   | /metadata/session_id    | control
          {"payload":1,"metadata":{"session_id":"\\ud800"}}    | /metadata/session_id    | control
          {"payload":1,"metadata":{"session_id":"a","session_id":"b"}} | /metadata/session_id | given twice
          {"payload":1,"metadata":{"type":1}}                  | /metadata/type          | must be a string
          {"payload":1,"metadata":{"delay":-0.1}}              | /metadata/delay         | from 0
          {"payload":1,"metadata":{"delay":1e99}}              | /metadata/delay         | to 2592000
          {"payload":1,"metadata":{"not_before":"tomorrow"}}   | /metadata/not_before    | RFC 3339
          {"payload":1,"metadata":{"not_before":"2099-01-01T00:00:00Z"}} | /metadata/not_before | from now
          {"payload":1,"metadata":{"delay":1,"not_before":"2026-02-07T10:31:00Z"}} | /metadata/not_before | not both
          """)
  void jsonThatBreaksARuleIsRefusedWith422AtItsPlace(String body, String pointer, String rule) {
    var response = fixture.post(body);
    String problem = response.body().toUtf8();
    assertThat(response.status()).as(problem).isEqualTo(422);
    assertThat(problem).contains("/problems/validation").contains(rule);
    if (pointer != null) {
      assertThat(problem).contains("\"pointer\":\"" + pointer + "\"");
    }
    assertThat(fixture.engine.jobs).isEmpty();
  }

  @Test
  void allFaultsAreToldAtOnce() {
    var response = fixture.post("{\"metadata\":{\"timeout\":0,\"priority\":\"x\"}}");
    assertThat(response.body().toUtf8())
        .contains(
            "/metadata/timeout", "/metadata/priority", "\"pointer\":\"/payload\"", "and 2 more");
  }

  @Test
  void nestingHasALimitThatIsNoServerError() {
    int fits = Json.DEPTH_MAX - 1;
    assertThat(fixture.post("{\"payload\":" + "[".repeat(fits) + "]".repeat(fits) + "}").status())
        .isEqualTo(202);
    for (int levels : new int[] {fits + 1, 100_000}) {
      var response = fixture.post("{\"payload\":" + "[".repeat(levels) + "]".repeat(levels) + "}");
      assertThat(response.status()).isEqualTo(422);
      assertThat(response.body().toUtf8()).contains("nested deeper");
    }
  }

  @Test
  void aPayloadThatIsTooLargeIsRefusedWith413AndTheLimit() {
    assertThat(fixture.post("{\"payload\":\"" + "x".repeat(99_998) + "\"}").status())
        .isEqualTo(202);
    var response = fixture.post("{\"payload\":\"" + "x".repeat(99_999) + "\"}");
    assertThat(response.status()).isEqualTo(413);
    assertThat(response.body().toUtf8()).contains("100001 bytes", "at most 100000");
  }

  @Test
  void aDelayThatABigPayloadWouldNotOutliveIsRefused() {
    fixture.claimCheck = new ClaimCheck(Optional.of(new KeptFor(Duration.ofDays(15))), 10, 10);
    String big = "{\"payload\":\"0123456789\",\"metadata\":{\"delay\":%d}}";
    assertThat(fixture.post(big.formatted(86_400)).status()).isEqualTo(202);
    var response = fixture.post(big.formatted(86_401));
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.body().toUtf8()).contains("12 bytes", "at most 86400 seconds");
    assertThat(fixture.post("{\"payload\":1,\"metadata\":{\"delay\":86401}}").status())
        .isEqualTo(202);
  }

  @Test
  void aDelayForWhichTheQueueWouldNotKeepAJobOfASessionIsRefused() {
    fixture.sessionDelayMax = Optional.of(Duration.ofDays(11));
    String job = "{\"payload\":1,\"metadata\":{\"session_id\":\"a\",\"delay\":%d}}";
    assertThat(fixture.post(job.formatted(950_400)).status()).isEqualTo(202);
    var response = fixture.post(job.formatted(950_401));
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.body().toUtf8()).contains("session", "at most 950400 seconds");
    assertThat(fixture.engine.sent).hasSize(1);
    assertThat(fixture.post("{\"payload\":1,\"metadata\":{\"delay\":950401}}").status())
        .isEqualTo(202);
  }

  /** A store that forgets by itself. */
  private record KeptFor(Duration time) implements BlobStore {
    @Override
    public Optional<Duration> keepsFor() {
      return Optional.of(time);
    }

    @Override
    public void put(String key, Bytes bytes) {}

    @Override
    public Optional<Bytes> get(String key) {
      return Optional.empty();
    }

    @Override
    public void delete(String key) {}

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource({"199, 202", "200, 202", "201, 422"})
  void soManyHeadersAreTakenAndNoMore(int count, int status) {
    String headers =
        IntStream.range(0, count)
            .mapToObj(i -> "\"X-" + i + "\":\"1\"")
            .collect(Collectors.joining(","));
    assertThat(fixture.post("{\"payload\":1,\"headers\":{" + headers + "}}").status())
        .isEqualTo(status);
    String values = String.join(",", Collections.nCopies(count, "\"1\""));
    assertThat(fixture.post("{\"payload\":1,\"headers\":{\"X\":[" + values + "]}}").status())
        .isEqualTo(status);
  }

  /** Of the headers their names count too, of the metadata all of its JSON. */
  @ParameterizedTest
  @CsvSource({"65535, 202", "65536, 202", "65537, 422"})
  void headersAndMetadataMayBeSoLarge(int size, int status) {
    String header = "\"X\":\"" + "a".repeat(size - 1) + "\"";
    assertThat(fixture.post("{\"payload\":1,\"headers\":{" + header + "}}").status())
        .isEqualTo(status);
    String metadata = "{\"x\":\"" + "a".repeat(size - 8) + "\"}";
    assertThat(fixture.post("{\"payload\":1,\"metadata\":" + metadata + "}").status())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          application/json                   | 202
          Application/JSON; charset=UTF-8    | 202
          application/json;charset="utf-8"   | 202
          application/json; charset=latin1   | 415
          application/vnd.x+json             | 415
          text/plain                         | 415
          application/x-www-form-urlencoded  | 415
          json                               | 415
          none                               | 415
          """)
  void onlyJsonIsTaken(String type, int status) {
    var headers = type == null ? Headers.none() : Headers.of("Content-Type", type);
    var request =
        new ApiRequest(
            "POST", "/api/v1/submit", Optional.empty(), headers, Bytes.utf8("{\"payload\":1}"));
    assertThat(fixture.handle(request).status()).isEqualTo(status);
  }

  @Test
  void aCodedBodyIsRefusedWith415() {
    assertThat(fixture.post("{\"payload\":1}", "Content-Encoding", "gzip").status()).isEqualTo(415);
    assertThat(fixture.post("{\"payload\":1}", "Content-Encoding", "identity").status())
        .isEqualTo(202);
  }

  @Test
  void whereNothingCanGoIsRefusedAtTheDoor() {
    var unknown = fixture.post("{\"payload\":1,\"metadata\":{\"endpoint\":\"order\"}}");
    assertThat(unknown.status()).isEqualTo(422);
    assertThat(unknown.body().toUtf8())
        .contains(
            "/problems/route-unknown",
            "\"pointer\":\"/metadata/endpoint\"",
            "did you mean orders?");
    var url =
        fixture.post("{\"payload\":1,\"metadata\":{\"endpoint\":\"http://169.254.169.254/\"}}");
    assertThat(url.status()).isEqualTo(422);
    assertThat(url.body().toUtf8()).contains("/problems/ssrf-refused");
    assertThat(fixture.engine.jobs).isEmpty();
  }

  @Test
  void anEngineThatIsDownMeans503AndNever202() {
    fixture.engine.storeIsDown = true;
    var response = fixture.post("{\"payload\":1}");
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.headers().first("Retry-After")).contains("3");
    assertThat(response.body().toUtf8())
        .contains("/problems/queue-unavailable", "\"retry_after\":3");
  }

  @Test
  void theTraceGoesOnIfItIsValid() {
    String valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    fixture.post("{\"payload\":1}", "Traceparent", valid);
    assertThat(fixture.engine.lastSent().traceparent()).contains(valid);
    for (String invalid :
        new String[] {
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
          "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          valid + "-more",
          "x"
        }) {
      fixture.post("{\"payload\":1}", "traceparent", invalid);
      assertThat(fixture.engine.lastSent().traceparent()).as(invalid).isEmpty();
    }
  }

  @Test
  void aClientIsToldToComeAgainWhenTheWorkIsUsuallyDone() {
    assertThat(fixture.post("{\"payload\":1}").headers().first("Retry-After")).contains("2");
    fixture.usual = Duration.ofMillis(1_900);
    assertThat(fixture.post("{\"payload\":1}").headers().first("Retry-After")).contains("2");
    fixture.usual = Duration.ofMillis(7_100);
    assertThat(fixture.post("{\"payload\":1}").headers().first("Retry-After")).contains("8");
    fixture.usual = Duration.ofHours(1);
    assertThat(fixture.post("{\"payload\":1}").headers().first("Retry-After")).contains("60");
    assertThat(
            fixture
                .post("{\"payload\":1,\"metadata\":{\"delay\":90}}")
                .headers()
                .first("Retry-After"))
        .contains("90");
  }

  @Test
  void aSessionIsFoundWhereItIsConfigured() {
    fixture.findSessionsAt("payload.user.id");
    fixture.post("{\"payload\":{\"x\":{\"user\":1},\"user\":{\"name\":\"n\",\"id\":7}}}");
    assertThat(fixture.engine.lastSent().metadata().sessionId()).contains("7");
    fixture.post("{\"payload\":{\"user\":{\"id\":7}},\"metadata\":{\"session_id\":\"mine\"}}");
    assertThat(fixture.engine.lastSent().metadata().sessionId()).contains("mine");
    fixture.post("{\"payload\":[]}");
    assertThat(fixture.engine.lastSent().metadata().sessionId()).isEmpty();
  }

  @Test
  void aSessionThatIsFoundKeepsTheRulesOfOneThatIsNamed() {
    fixture.findSessionsAt("payload.user.id");
    String named = "{\"payload\":{},\"metadata\":{\"session_id\":VALUE}}";
    String found = "{\"payload\":{\"user\":{\"id\":VALUE}}}";
    for (String value :
        new String[] {'"' + "x".repeat(256) + '"', "\"a\\u0007b\"", "\"\\ud800\""}) {
      assertThat(fixture.post(named.replace("VALUE", value)).status()).as(value).isEqualTo(422);
      var answer = fixture.post(found.replace("VALUE", value));
      assertThat(answer.status()).as(value).isEqualTo(422);
      assertThat(answer.body().toUtf8())
          .contains("\"/payload/user/id\"", "1 to 255 characters long");
    }
    assertThat(fixture.engine.jobs).isEmpty();
    fixture.post(found.replace("VALUE", '"' + "x".repeat(255) + '"'));
    assertThat(fixture.engine.lastSent().metadata().sessionId()).contains("x".repeat(255));
  }

  @Test
  void aClientThatWaitsGetsTheResponseWhenItIsThere() {
    fixture.engine.whileWaiting =
        job ->
            FakeEngine.ended(job, new Ending.Completed(Result.json(Bytes.utf8("{\"ok\":true}"))));
    var response = fixture.post("{\"payload\":1}", "Prefer", "wait=90, respond-async");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().first("Preference-Applied")).contains("wait=30");
    assertThat(response.body().toUtf8())
        .contains("\"status\":\"COMPLETED\",\"result\":{\"ok\":true},\"status_code\":200");
  }

  @Test
  void aClientThatWaitsInVainIsToldToPoll() {
    var response = fixture.post("{\"payload\":1}", "Prefer", "respond-async; x=1, wait=\"5\"");
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.headers().first("Preference-Applied")).contains("wait=5, respond-async");
  }

  @Test
  void whatIsStoredIsAnsweredWith202ThoughWaitingFails() {
    fixture.engine.waitIsDown = true;
    assertThat(fixture.post("{\"payload\":1}", "Prefer", "wait=5").status()).isEqualTo(202);
    assertThat(fixture.troubles).hasSize(1);
  }

  @Test
  void aMinimalAnswerHasNoBody() {
    var response = fixture.post("{\"payload\":1}", "Prefer", "return=minimal");
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.body().isEmpty()).isTrue();
    assertThat(response.headers().has("Content-Type")).isFalse();
    assertThat(response.headers().first("Preference-Applied")).contains("return=minimal");
    assertThat(response.headers().has("Location")).isTrue();
  }

  @Test
  void oddPreferencesAreIgnoredUnlessHandlingIsStrict() {
    assertThat(fixture.post("{\"payload\":1}", "Prefer", "wait=soon, \"x, y").status())
        .isEqualTo(202);
    assertThat(fixture.post("{\"payload\":1}", "Prefer", "handling=strict, wait=soon").status())
        .isEqualTo(400);
    assertThat(fixture.post("{\"payload\":1}", "Prefer", "handling=strict, wait=0").status())
        .isEqualTo(202);
  }

  @Test
  void anotherMethodIsRefusedWithThoseThatAreTaken() throws InterruptedException {
    var request =
        new ApiRequest("GET", "/api/v1/submit", Optional.empty(), Headers.none(), Bytes.empty());
    ApiResponse response = fixture.submit().handle(request);
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.headers().first("Allow")).contains("POST, OPTIONS");
    var options =
        fixture.handle(
            new ApiRequest(
                "OPTIONS", "/api/v1/submit", Optional.empty(), Headers.none(), Bytes.empty()));
    assertThat(options.status()).isEqualTo(204);
    var elsewhere =
        fixture.handle(
            new ApiRequest(
                "POST", "/api/v1/submit/", Optional.empty(), Headers.none(), Bytes.empty()));
    assertThat(elsewhere.status()).isEqualTo(404);
  }

  private Bytes payload() {
    return ((Body.Inline) fixture.engine.lastSent().payload()).bytes();
  }
}
