package io.openhqm.server;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Makes requests that nobody should send, near enough to good ones to get far. The same generator
 * gives the same requests.
 */
final class BadInputs {
  /** Of the job that most paths ask for. */
  static final String ID = "0199c0de-0000-7000-8000-000000000000";

  private static final List<String> METHODS =
      List.of(
          "GET",
          "POST",
          "POST",
          "PUT",
          "PATCH",
          "DELETE",
          "HEAD",
          "OPTIONS",
          "TRACE",
          "get",
          "PROPFIND",
          "M-SEARCH",
          "X",
          "POSTPOSTPOSTPOSTPOSTPOSTPOST");
  static final List<String> PATHS =
      List.of(
          "/api/v1/submit",
          "/api/v1/submit",
          "/api/v1/submit",
          "/api/v1/submit",
          "/api/v1/status/" + ID,
          "/api/v1/response/" + ID,
          "/api/v1/response/" + ID + "/body",
          "/api/v1/requests/" + ID,
          "/api/v1/dead-letters",
          "/api/v1/dead-letters/" + ID,
          "/api/v1/dead-letters/" + ID + "/redrive",
          "/proxy/backend/a/b",
          "/proxy/backend",
          "/proxy/",
          "/health",
          "/health/live",
          "/health/ready",
          "/metrics",
          "/openapi.json",
          "/",
          "*");
  private static final List<String> PATH_PARTS =
      List.of(
          "%",
          "%zz",
          "%00",
          "%2e%2e",
          "%2F",
          "/../",
          "/./",
          "//",
          ";a=b",
          "\\",
          "{id}",
          "%C3%28",
          "%u0041",
          "+",
          "~",
          "@",
          ":",
          "|",
          "\"",
          "<>",
          "\u00e4",
          "..%c0%af",
          "#x",
          "[",
          "^",
          "`");
  private static final List<String> QUERIES =
      List.of(
          "",
          "a=b",
          "redirect=true",
          "redirect=%zz",
          "limit=-1",
          "limit=9999999999999999999",
          "limit=x",
          "after=" + ID,
          "after=x",
          "&&&",
          "=",
          "%",
          "a=%00",
          "?",
          "\u00fc=1",
          "a b");
  private static final List<String> FIELDS =
      List.of(
          "Content-Type",
          "Prefer",
          "Idempotency-Key",
          "traceparent",
          "tracestate",
          "Accept",
          "If-None-Match",
          "X-OpenHQM-Priority",
          "X-OpenHQM-Session",
          "X-OpenHQM-Timeout",
          "X-OpenHQM-Delay",
          "X-OpenHQM-Not-Before",
          "Content-Encoding",
          "Accept-Encoding",
          "Authorization",
          "Cookie",
          "X-Forwarded-For",
          "Forwarded",
          "Range",
          "Upgrade",
          "Via",
          "Origin",
          "Date",
          "Max-Forwards",
          "X-");
  private static final List<String> VALUES =
      List.of(
          "",
          " ",
          "x",
          "application/json",
          "text/plain",
          "application/json; charset=latin1",
          "application/json;;;",
          "wait=10",
          "wait=-1",
          "wait=99999999999999",
          "handling=strict, foo",
          "respond-async, wait=1, return=minimal",
          "\"",
          "\"unclosed",
          "\"\"",
          "*",
          "0",
          "-1",
          "1e9",
          "9".repeat(400),
          "NaN",
          "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01",
          "gzip",
          "2026-13-45T99:99:99Z",
          "2026-11-24T10:00:00Z",
          "image/png;q=2",
          ";q=",
          ",,,,",
          "a,b;c=\"d",
          "\u00e4\u00f6",
          "\t",
          "high",
          "10",
          "x".repeat(300));
  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "{\"payload\": 1}",
          "{\"payload\": {\"operation\": \"echo\", \"data\": [1, {}, null, true, \"x\"]}}",
          "{\"payload\": {\"operation\": \"error\"}, \"headers\": {\"X-A\": \"b\"}, \"metadata\":"
              + " {\"priority\": \"high\", \"timeout\": 3, \"session_id\": \"s\", \"delay\": 1,"
              + " \"more\": {\"a\": []}}}",
          "{\"payload\": 1, \"payload\": 2}",
          "{\"payload\": 1, \"headers\": {\"a\": \"1\", \"A\": \"2\", \"a\": 3}}",
          "{\"payload\": 1, \"metadata\": {\"timeout\": 1e400, \"delay\": -0, \"priority\": 3.5}}",
          "{\"payload\": 1, \"metadata\": {\"not_before\": \"+999999999-12-31T23:59:59Z\"}}",
          "{\"payload\": 1, \"metadata\": {\"endpoint\": \"http://169.254.169.254/\"}}",
          "{\"payload\": \"\\ud800\"}",
          "\ufeff{\"payload\": 1}",
          "{\"payload\": 1}{\"payload\": 2}",
          "{\"payload\": " + "[".repeat(600) + "]".repeat(600) + "}",
          "{\"payload\": " + "{\"a\":".repeat(490) + "1" + "}".repeat(490) + "}",
          "[".repeat(20_000),
          "{\"payload\": " + "9".repeat(5_000) + "e" + "9".repeat(20) + "}",
          "null",
          "\"text\"",
          "{\"payload\": \"" + "x".repeat(66_000) + "\"}");
  private static final List<String> LINES =
      List.of(
          "GET /health HTTP/1.1",
          "GET / HTTP/1.1",
          "GET /health HTTP/1.0",
          "GET /health HTTP/2.0",
          "GET /health HTTP/9.9",
          "GET /health",
          "GET",
          "",
          " GET /health HTTP/1.1",
          "GET  /health  HTTP/1.1",
          "GET\t/health\tHTTP/1.1",
          "GET http://other/health HTTP/1.1",
          "CONNECT a:1 HTTP/1.1",
          "PRI * HTTP/2.0",
          "POST /api/v1/submit HTTP/1.1",
          "GET /health HTTP/1.1 x",
          "\u0000\u0001\u0002",
          "G\u0000T / HTTP/1.1",
          "GET /" + "a".repeat(9_000) + " HTTP/1.1");
  private static final List<String> TRANSPORT =
      List.of(
          "Host: a",
          "Host: a\r\nHost: b",
          "Host:",
          "Host : a",
          "Host: a/b?c",
          "Content-Length: 5",
          "Content-Length: -1",
          "Content-Length: +5",
          "Content-Length: 5, 5",
          "Content-Length: 0x5",
          "Content-Length: 99999999999999999999",
          "Content-Length: 3\r\nContent-Length: 4",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding: chunked\r\nContent-Length: 5",
          "Transfer-Encoding: xchunked",
          "Expect: 100-continue",
          "Expect: 200-ok",
          "Connection: close",
          "Connection: Upgrade",
          "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
          "No-Colon",
          ": empty",
          "Na me: x",
          "X: a\r\n folded",
          "X: \u0000",
          "X: a\rb",
          "\u00e4: x",
          "Large: " + "y".repeat(9_000));
  private static final List<String> CHUNKS =
      List.of(
          "5\r\nhello\r\n0\r\n\r\n",
          "5;ext=1\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
          "zz\r\nhello\r\n",
          "-5\r\nhello\r\n",
          "FFFFFFFFFFFFFFFFF\r\nx",
          "7fffffff\r\nx",
          "5\r\nhello",
          "5\nhello\n0\n\n",
          "5\r\nhelloworld\r\n0\r\n\r\n",
          "\r\n",
          "0\r\n\r\n",
          "");

  private final RandomGenerator random;

  BadInputs(RandomGenerator random) {
    this.random = random;
  }

  /** A request that is HTTP, whatever else it is. */
  ApiRequest request() {
    String path = pick(PATHS);
    if (chance(6)) {
      int at = random.nextInt(1, path.length() + 1);
      path = path.substring(0, at) + pick(PATH_PARTS) + path.substring(at);
    }
    String query = pick(QUERIES);
    var fields = new ArrayList<Headers.Field>();
    if (!chance(5)) {
      fields.add(new Headers.Field("Content-Type", "application/json"));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      String value = pick(VALUES);
      if (Headers.isFieldValue(value)) {
        fields.add(new Headers.Field(pick(FIELDS), value));
      }
    }
    return new ApiRequest(
        pick(METHODS),
        inLatin1(path).replace(' ', '+'),
        query.isEmpty() ? Optional.empty() : Optional.of(inLatin1(query).replace(' ', '+')),
        new Headers(fields),
        Bytes.wrap(body()));
  }

  /** Bytes that may be HTTP, or may not. */
  byte[] garbage() {
    var out = new ByteArrayOutputStream();
    if (chance(12)) {
      byte[] noise = new byte[random.nextInt(2_000)];
      random.nextBytes(noise);
      return noise;
    }
    String eol = chance(10) ? "\n" : "\r\n";
    out.writeBytes((pick(LINES) + eol).getBytes(StandardCharsets.ISO_8859_1));
    if (!chance(6)) {
      out.writeBytes(("Host: localhost" + eol).getBytes(StandardCharsets.ISO_8859_1));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      out.writeBytes((pick(TRANSPORT) + eol).getBytes(StandardCharsets.ISO_8859_1));
    }
    if (!chance(8)) {
      out.writeBytes(eol.getBytes(StandardCharsets.ISO_8859_1));
    }
    out.writeBytes(chance(2) ? pick(CHUNKS).getBytes(StandardCharsets.ISO_8859_1) : body());
    return out.toByteArray();
  }

  private byte[] body() {
    byte[] body = pick(BODIES).getBytes(StandardCharsets.UTF_8);
    for (int i = chance(2) ? random.nextInt(4) : 0; i > 0 && body.length > 0; i--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return body;
  }

  /** One char a byte: the bytes of the text in UTF-8, as a client might send them unencoded. */
  private static String inLatin1(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
