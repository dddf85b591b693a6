package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Nothing that is sent over HTTP/2 makes the server fail, hang or lose count. */
class BadFramesTest {
  private static final int CONNECTIONS = 1_000;

  /** {@code :status: 500} and {@code :status: 200} of the static table (RFC 7541 appendix A). */
  private static final int STATUS_500 = 0x8e;

  private static final int STATUS_200 = 0x88;
  private static final int LAST_STREAM = 0x7ffffffd;
  private static final byte[] LAST =
      BadFrames.frame(
          BadFrames.HEADERS,
          BadFrames.END_HEADERS | BadFrames.END_STREAM,
          LAST_STREAM,
          HexFormat.ofDelimiter(" ").parseHex("82 86 01 01 61 04 07 2f 68 65 61 6c 74 68"));

  private final Metrics metrics = new Metrics("orders");

  @Test
  void framesThatAreHardlyHttp2AreRefusedOrDropped() {
    var settings =
        new HttpListener.Settings(
            "127.0.0.1",
            0,
            65_536,
            Duration.ofSeconds(1),
            65_536,
            8_192,
            100,
            100,
            caller -> false);
    var statuses = new TreeMap<Integer, Integer>();
    try (var listener =
        new HttpListener(
            settings,
            request -> ApiResponse.json(200, request.body()),
            metrics,
            metrics,
            () -> {})) {
      listener.start();
      for (int seed = 0; seed < CONNECTIONS; seed++) {
        byte[] sent = new BadFrames(new SplittableRandom(seed)).connection();
        try {
          countStatuses(answerTo(listener.port(), sent), statuses);
          assertThat(statuses).doesNotContainKey(STATUS_500);
        } catch (AssertionError | IOException failure) {
          String hex = HexFormat.of().formatHex(sent, 0, Math.min(sent.length, 1_000));
          throw new AssertionError("seed " + seed + ": " + hex, failure);
        }
      }
      assertThat(statuses).as("some are good").containsKey(STATUS_200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(this::assertThatNothingIsInWork);
      assertThat(metrics.scrape()).doesNotContain("openhqm_trouble_total{", "status=\"500\"");
      var last =
          new ApiRequest(
              "POST", "/api/v1/submit", Optional.empty(), Headers.none(), Bytes.utf8("well"));
      assertThat(Wire.send(listener.port(), last).text()).isEqualTo("well");
    }
  }

  private void assertThatNothingIsInWork() {
    assertThat(metrics.scrape().lines())
        .filteredOn(line -> line.startsWith("openhqm_api_requests_in_flight{"))
        .isNotEmpty()
        .allMatch(line -> line.endsWith(" 0.0"));
  }

  /** How often the answers begin with which byte, which tells the usual statuses. */
  private static void countStatuses(byte[] answer, Map<Integer, Integer> statuses) {
    forEachHead(answer, (stream, first) -> statuses.merge(first, 1, Integer::sum));
  }

  private interface Head {
    void on(int stream, int first);
  }

  private static void forEachHead(byte[] answer, Head head) {
    var in = ByteBuffer.wrap(answer);
    boolean isHttp1 = answer.length > 0 && answer[0] == 'H';
    while (!isHttp1 && in.remaining() > 9) {
      int lengthAndType = in.getInt();
      in.get();
      int stream = in.getInt();
      if ((lengthAndType & 0xff) == BadFrames.HEADERS) {
        head.on(stream, in.get(in.position()) & 0xff);
      }
      in.position(Math.min(in.limit(), in.position() + (lengthAndType >>> 8)));
    }
  }

  /**
   * All that comes back until the server closes. It is given time until it has answered the last
   * request, unless it takes that for something else.
   */
  private static byte[] answerTo(int port, byte[] bytes) throws IOException {
    var answer = new ByteArrayOutputStream();
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(50);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().write(LAST);
      readUntilLastIsAnswered(socket, answer);
      socket.setSoTimeout(10_000);
      socket.shutdownOutput();
      socket.getInputStream().transferTo(answer);
    } catch (SocketException reset) {
      // The server had enough before all was sent; what it said before may be lost.
      return answer.toByteArray();
    }
    return answer.toByteArray();
  }

  private static void readUntilLastIsAnswered(Socket socket, ByteArrayOutputStream answer)
      throws IOException {
    byte[] part = new byte[8192];
    var answered = new AtomicBoolean();
    try {
      while (!answered.get()) {
        int read = socket.getInputStream().read(part);
        if (read < 0) {
          return;
        }
        answer.write(part, 0, read);
        forEachHead(
            answer.toByteArray(),
            (stream, first) -> {
              if (stream == LAST_STREAM) {
                answered.set(true);
              }
            });
      }
    } catch (SocketTimeoutException waitsForMore) {
      assertThat(answered).isFalse();
    }
  }
}
