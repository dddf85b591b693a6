package io.openhqm.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes HTTP/2 connections that nobody should open: frames that are wrong by themselves, at their
 * place or in what they hold, among good ones, so that they get far. The same generator gives the
 * same connections.
 */
final class BadFrames {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int SETTINGS = 4;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final int PADDED = 8;
  private static final int PRIORITY = 0x20;
  private static final List<String> PREFACES =
      List.of(
          PREFACE,
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r",
          "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
          "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n",
          "GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
              + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n"
              + PREFACE,
          "POST /api/v1/submit HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: !\r\nContent-Length: 2\r\n\r\n{}"
              + PREFACE);
  private static final List<String> TARGETS =
      List.of(
          "/health", "/api/v1/submit", "/api/v1/submit", "/proxy/backend/a", "/metrics", "*", "");
  private static final List<String> NAMES =
      List.of(
          ":path",
          ":method",
          ":status",
          ":unknown",
          ":",
          "",
          "Upper-Case",
          "connection",
          "transfer-encoding",
          "te",
          "content-length",
          "expect",
          "host",
          "cookie",
          "a b",
          "x\u0000",
          "prefer",
          "x-openhqm-priority");
  private static final List<String> VALUES =
      List.of(
          "",
          "x",
          "-1",
          "5",
          "99999999999999999999",
          "chunked",
          "close",
          "a\r\nb: c",
          "\u0000",
          "\u00ff",
          "100-continue",
          "y".repeat(300),
          "z".repeat(20_000));

  private final RandomGenerator random;

  BadFrames(RandomGenerator random) {
    this.random = random;
  }

  byte[] connection() {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes(chance(5) ? pick(PREFACES) : PREFACE));
    if (!chance(20)) {
      out.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
    }
    int stream = 1;
    for (int i = random.nextInt(1, 8); i > 0; i--) {
      byte[] next =
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> request(stream);
            case 3 -> frame(DATA, flags(), streamNear(stream), noise(100));
            case 4 -> strange(stream);
            case 5 -> frame(HEADERS, flags(), streamNear(stream), block());
            default -> frame(random.nextInt(12), flags(), streamNear(stream), noise(40));
          };
      if (chance(10) && next.length > 0) {
        next[random.nextInt(next.length)] = (byte) random.nextInt(256);
      }
      out.writeBytes(next);
      stream += 2;
    }
    return out.toByteArray();
  }

  /** A good request, but for what its fields may be. */
  private byte[] request(int stream) {
    var block = new ByteArrayOutputStream();
    boolean post = chance(2);
    block.writeBytes(field(":method", post ? "POST" : "GET"));
    block.writeBytes(field(":scheme", "http"));
    block.writeBytes(field(":path", pick(TARGETS)));
    block.writeBytes(field(":authority", "a"));
    if (post) {
      block.writeBytes(field("content-type", "application/json"));
    }
    if (chance(3)) {
      block.writeBytes(field(pick(NAMES), pick(VALUES)));
    }
    var out = new ByteArrayOutputStream();
    boolean ends = !post || chance(6);
    out.writeBytes(
        frame(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, block.toByteArray()));
    if (post && !chance(4)) {
      byte[] body = bytes(chance(2) ? "{\"payload\": 1}" : "{\"payload\": ");
      out.writeBytes(frame(DATA, chance(5) ? 0 : END_STREAM, stream, body));
    }
    return out.toByteArray();
  }

  /** Frames that are well formed and yet not allowed (RFC 9113 §6). */
  private byte[] strange(int stream) {
    return switch (random.nextInt(12)) {
      case 0 -> frame(3, 0, stream, noise(4)); // RST_STREAM
      case 1 -> frame(8, 0, stream, new byte[4]); // WINDOW_UPDATE by nothing
      case 2 -> frame(8, 0, 0, new byte[] {0x7f, -1, -1, -1}); // and by too much
      case 3 -> frame(6, 0, 0, noise(12)); // PING
      case 4 -> frame(5, END_HEADERS, stream, new byte[] {0, 0, 0, 2}); // PUSH_PROMISE
      case 5 -> frame(9, END_HEADERS, stream, block()); // CONTINUATION of nothing
      case 6 -> frame(SETTINGS, 0, 0, new byte[] {0, 4, -1, -1, -1, -1}); // window of 2^32 - 1
      case 7 -> frame(SETTINGS, 0, 0, new byte[] {0, 5, 0, 0, 0, 1}); // frames of one byte
      case 8 -> frame(SETTINGS, 1, 0, noise(6)); // an ACK that says something
      case 9 -> frame(HEADERS, END_HEADERS | PADDED, stream, new byte[] {-1, 0}); // all padding
      case 10 ->
          frame(HEADERS, END_HEADERS | PRIORITY, stream, new byte[] {0, 0, 0, (byte) stream, 1});
      default -> header((1 << 24) - 1, DATA, 0, stream); // longer than any that may come
    };
  }

  /** HPACK, or not (RFC 7541). */
  private byte[] block() {
    var out = new ByteArrayOutputStream();
    for (int i = random.nextInt(5); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> out.write(0x80); // index 0
        case 1 -> out.writeBytes(new byte[] {-1, -1, -1, -1, -1, -1, 0x7f}); // an index beyond all
        case 2 -> out.writeBytes(new byte[] {0x3f, -1, -1, -1, 0x7f}); // a table of 2^28 bytes
        case 3 -> out.writeBytes(new byte[] {0x40, (byte) 0x84, -1, -1, -1, -1}); // Huffman's EOS
        case 4 -> out.writeBytes(new byte[] {0, 0x7f, -1, -1, -1, 0x7f}); // a name of 2^28 bytes
        case 5 -> out.write(0x80 | random.nextInt(1, 62)); // of the static table
        case 6 -> out.writeBytes(field(pick(NAMES), pick(VALUES)));
        default -> out.writeBytes(noise(20));
      }
    }
    return out.toByteArray();
  }

  /** A literal that is not indexed; the names of HTTP/2's own are, as no server takes them else. */
  static byte[] field(String name, String value) {
    var out = new ByteArrayOutputStream();
    int index =
        switch (name) {
          case ":authority" -> 1;
          case ":method" -> 2;
          case ":path" -> 4;
          case ":scheme" -> 6;
          case ":status" -> 8;
          default -> 0;
        };
    out.write(index);
    for (String text : index == 0 ? List.of(name, value) : List.of(value)) {
      byte[] bytes = bytes(text);
      if (bytes.length < 0x7f) {
        out.write(bytes.length);
      } else {
        out.write(0x7f);
        int rest = bytes.length - 0x7f;
        for (; rest >= 0x80; rest >>= 7) {
          out.write(rest & 0x7f | 0x80);
        }
        out.write(rest);
      }
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(header(payload.length, type, flags, stream));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private static byte[] header(int length, int type, int flags, int stream) {
    return new byte[] {
      (byte) (length >> 16),
      (byte) (length >> 8),
      (byte) length,
      (byte) type,
      (byte) flags,
      (byte) (stream >> 24),
      (byte) (stream >> 16),
      (byte) (stream >> 8),
      (byte) stream
    };
  }

  private int flags() {
    return chance(3) ? random.nextInt(256) : END_STREAM | END_HEADERS;
  }

  private int streamNear(int stream) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> stream + 1;
      case 2 -> Math.max(1, stream - 2);
      case 3 -> Integer.MAX_VALUE;
      default -> stream;
    };
  }

  private byte[] noise(int max) {
    byte[] noise = new byte[random.nextInt(max)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
