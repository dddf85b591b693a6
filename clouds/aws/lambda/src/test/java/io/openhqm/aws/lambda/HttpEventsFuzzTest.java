package io.openhqm.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.openhqm.aws.lambda.testing.Events;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiResponse;
import java.util.Base64;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class HttpEventsFuzzTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ROUNDS = 2_000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 8);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void noDamagedEventIsAnException(long seed) {
    var random = new Random(seed);
    var events = new HttpEvents("");
    for (int round = 0; round < ROUNDS; round++) {
      byte[] event = damaged(random);
      try {
        var read = events.read(event);
        if (read instanceof HttpEvent.Call call) {
          assertThat(call.request().path()).startsWith("/");
        } else if (read instanceof HttpEvent.Refused refused) {
          HttpAnswers.write(refused.trigger(), refused.problem().toResponse());
        }
      } catch (RuntimeException escaped) {
        fail("seed %d, round %d".formatted(seed, round), escaped);
      }
    }
  }

  /** One to eight bytes are changed, doubled or lost, or a piece is cut out. */
  private static byte[] damaged(Random random) {
    byte[] event = Events.read(Events.HTTP.get(random.nextInt(Events.HTTP.size())));
    for (int times = 1 + random.nextInt(8); times > 0; times--) {
      int at = random.nextInt(event.length);
      switch (random.nextInt(4)) {
        case 0 -> event[at] = (byte) random.nextInt(256);
        case 1 -> event[at] = (byte) "{}[]\":,0\\u".charAt(random.nextInt(10));
        case 2 -> event = cut(event, at, Math.min(event.length, at + 1 + random.nextInt(40)));
        default -> event = doubled(event, at, Math.min(event.length, at + 1 + random.nextInt(40)));
      }
      if (event.length == 0) {
        return event;
      }
    }
    return event;
  }

  private static byte[] cut(byte[] from, int start, int end) {
    byte[] rest = new byte[from.length - (end - start)];
    System.arraycopy(from, 0, rest, 0, start);
    System.arraycopy(from, end, rest, start, from.length - end);
    return rest;
  }

  private static byte[] doubled(byte[] from, int start, int end) {
    byte[] more = new byte[from.length + end - start];
    System.arraycopy(from, 0, more, 0, end);
    System.arraycopy(from, start, more, end, from.length - start);
    return more;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aBodyComesOutByteForByteWhateverItsTypeSays(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      byte[] body = new byte[random.nextInt(200)];
      random.nextBytes(body);
      if (random.nextBoolean()) {
        body =
            new String(body, java.nio.charset.StandardCharsets.ISO_8859_1)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      }
      String type = random.nextBoolean() ? "text/plain" : "application/octet-stream";
      var answer = new ApiResponse(200, Headers.of("Content-Type", type), Bytes.wrap(body));
      var trigger = Trigger.values()[random.nextInt(Trigger.values().length)];
      var json = MAPPER.readTree(HttpAnswers.write(trigger, answer));
      String text = json.get("body").asString();
      byte[] read =
          json.get("isBase64Encoded").asBoolean()
              ? Base64.getDecoder().decode(text)
              : text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      assertThat(read).as("seed %d, round %d", seed, round).isEqualTo(body);
    }
  }
}
