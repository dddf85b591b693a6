package io.openhqm.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Bodies, headers and metadata that adapters are known to spoil. */
final class Samples {
  private static final int MEBIBYTE = 1 << 20;

  private Samples() {}

  static Bytes bytes(Random random, int length) {
    var array = new byte[length];
    random.nextBytes(array);
    return Bytes.wrap(array);
  }

  /** Bodies up to {@code lengthMax}: none, text, every byte value, a slice, not UTF-8, big. */
  static List<Bytes> bodies(long lengthMax) {
    var every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    return List.of(
        Bytes.empty(),
        Bytes.wrap(new byte[] {0}),
        Bytes.utf8("{\"a\" : 1.0e2,\n\"a\":\"\\u00e9 é 𝄞 '\\\"\"}\r\n "),
        Bytes.wrap("ÿ\u0000ä".getBytes(UTF_8)).slice(1, 4),
        Bytes.wrap(every),
        bytes(new Random(1), (int) Math.min(MEBIBYTE, lengthMax)));
  }

  /** Odd spelling, order that matters, a name repeated, an empty value, a value beyond ASCII. */
  static Headers headers() {
    return Headers.of(
        "content-TYPE", "Application/JSON;charset=\"utf-8\"",
        "X-Repeated", "1",
        "x-REPEATED", "2, 3",
        "X-Empty", "",
        "X-Latin", "gr\u00fcn",
        "X-Tab", "a\tb",
        "X-Repeated", "1",
        "!#$%&'*+-.^_`|~0", "=;,:\"\\");
  }

  static Metadata metadata() {
    return new Metadata(
        Optional.of("Endpoint ä"),
        Optional.of("PATCH"),
        Optional.of("/a%2Fb//c?x=%20&y=+&y"),
        Optional.of(Duration.ofMillis(1_500)),
        new Priority(9),
        Optional.of("session 𝄞 /\\'\"\n"),
        Bytes.utf8("{ \"type\" : \"\\ud834\\udd1e 𝄞\", \"n\": 1.10, \"z\":null}"));
  }

  static Message message(UUID id, Instant submittedAt, Metadata metadata, Bytes payload) {
    return new Message(id, Body.of(payload), headers(), metadata, submittedAt, Optional.empty());
  }

  /** Messages that differ in whatever may be there or not. */
  static List<Message> oddMessages(UUID id, Instant submittedAt) {
    var trace = Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var full = message(id, submittedAt, metadata(), Bytes.utf8("x"));
    return List.of(
        full,
        new Message(id, full.payload(), full.headers(), full.metadata(), submittedAt, trace),
        new Message(id, full.payload(), Headers.none(), Metadata.none(), submittedAt, trace),
        full.withPayload(new Body.Stored("payload/" + id, 12_345_678_901L)));
  }
}
