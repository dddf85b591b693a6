package io.openhqm.bench;

import java.nio.charset.StandardCharsets;

/** The bytes of requests. */
final class Requests {
  /** What a client sends: the size that all comparisons use. */
  static final int BODY_BYTES = 240;

  private static final String BEFORE_NUMBER = "{\"payload\":{\"n\":\"";
  private static final int DIGITS = 9;

  private Requests() {}

  /** A submission of {@link #BODY_BYTES} with a number in it, which {@link #number} changes. */
  static byte[] submit() {
    return post("/api/v1/submit", body());
  }

  /** Writes another number into a request that {@link #submit} made. */
  static void number(byte[] request, int n) {
    int at = request.length - BODY_BYTES + BEFORE_NUMBER.length() + DIGITS;
    int rest = n;
    for (int i = 0; i < DIGITS; i++) {
      at--;
      request[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** How many bytes of a submission are the payload: what the backend is sent. */
  static int payloadBytes() {
    String body = body();
    int start = body.indexOf(':') + 1;
    return body.indexOf("}", start) + 1 - start;
  }

  private static String body() {
    String start = BEFORE_NUMBER + "0".repeat(DIGITS) + "\",\"pad\":\"";
    String end = "\"},\"metadata\":{\"endpoint\":\"bench\"}}";
    return start + "x".repeat(BODY_BYTES - start.length() - end.length()) + end;
  }

  static byte[] post(String path, String body) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] get(String path, String... headers) {
    var text = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
