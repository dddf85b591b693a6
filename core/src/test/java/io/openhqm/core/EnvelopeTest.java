package io.openhqm.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.api.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
  private static final UUID ID = UUID.fromString("019c3789-1234-7abc-8def-0123456789ab");
  private static final Instant AT = Instant.parse("2026-02-07T10:30:00.123456789Z");

  private static Message full(Body payload) {
    var headers =
        Headers.of("X-A", "1", "x-a", "2, \"3\"", "X-Latin", "gr\u00fcn\t.", "X-Empty", "");
    var metadata =
        new Metadata(
            Optional.of("Endpoint ä"),
            Optional.of("PATCH"),
            Optional.of("/a%2Fb//c?x=%20"),
            Optional.of(Duration.ofMillis(1_500)),
            new Priority(9),
            Optional.of("session 𝄞 /\\'\"\n\u0001"),
            Bytes.utf8("{ \"n\": 1.10, \"z\":null}"));
    return new Message(ID, payload, headers, metadata, AT, Optional.of("00-0af7-b7ad-01"));
  }

  @Test
  void messageComesOutAsItWentIn() {
    var payload = Bytes.wrap(new byte[] {0, -1, '"'});
    var message = full(Body.of(payload));

    String head = Envelope.head(message);

    assertThat(Json.isJson(Bytes.utf8(head))).isTrue();
    assertThat(Envelope.message(head, payload)).isEqualTo(message);
  }

  @Test
  void messageThatSaysNothingComesOutAsItWentIn() {
    var message =
        new Message(
            ID, Body.empty(), Headers.none(), Metadata.none(), Instant.EPOCH, Optional.empty());

    assertThat(Envelope.message(Envelope.head(message), Bytes.empty())).isEqualTo(message);
  }

  @Test
  void claimCheckTakesThePlaceOfThePayload() {
    var message = full(new Body.Stored("payload/x", 12_345_678_901L));

    assertThat(Envelope.message(Envelope.head(message), Bytes.utf8("a note"))).isEqualTo(message);
  }

  @Test
  void fieldsOfANewerSenderArePassedOver() {
    var message = full(Body.empty());
    String head = Envelope.head(message).replaceFirst("\\{", "{\"new\":{\"a\":[1]},\"b\":[2],");

    assertThat(Envelope.message(head, Bytes.empty())).isEqualTo(message);
  }

  @Test
  void versionThatIsNotKnownIsRefusedWithWhatToDo() {
    String head = Envelope.head(full(Body.empty())).replace("\"v\":1", "\"v\":2");

    assertThatThrownBy(() -> Envelope.message(head, Bytes.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("update this worker");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "1",
        "[]",
        "{",
        "{}",
        "{\"v\":1}",
        "{\"v\":1,\"id\":1}",
        "{\"v\":\"1\"}",
        "{\"v\":99999999999}",
        "{\"v\":1,\"id\":\"x\"}",
        "{\"v\":1,\"submitted_at\":\"x\"}",
        "{\"v\":1,\"timeout\":\"x\"}",
        "{\"v\":1,\"timeout\":\"PT-1S\"}",
        "{\"v\":1,\"priority\":77}",
        "{\"v\":1,\"metadata\":\"%\"}",
        "{\"v\":1,\"headers\":{}}",
        "{\"v\":1,\"headers\":[\"a\"]}",
        "{\"v\":1,\"headers\":[\"a b\",\"c\"]}",
        "{\"v\":1,\"headers\":[\"a\",\"\\u0000\"]}"
      })
  void headThatIsNoneIsRefused(String head) {
    assertThatThrownBy(() -> Envelope.message(head, Bytes.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Whatever was done to a head, it is read or refused, and nothing else is thrown. */
  @Test
  void damagedHeadIsReadOrRefused() {
    var random = new Random(20261125);
    String good = Envelope.head(full(new Body.Stored("payload/x", 5)));
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder(good);
      for (int change = random.nextInt(1, 4); change > 0 && !text.isEmpty(); change--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.setCharAt(at, "\"{}[]:,0a\\\u0000ü".charAt(random.nextInt(12)));
          default -> text.insert(at, good, 0, random.nextInt(good.length()));
        }
      }
      try {
        Envelope.message(text.toString(), Bytes.empty());
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageNotContaining("session");
      }
    }
  }

  @Test
  void headOfTheLargestSubmissionKeepsToItsLimit() {
    var fields = new ArrayList<Headers.Field>();
    for (int i = 0; i < 200; i++) {
      String name = "X-" + i;
      fields.add(new Headers.Field(name, "\"".repeat(64 * 1024 / 200 - name.length())));
    }
    var metadata =
        new Metadata(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Priority.NORMAL,
            Optional.of("\"".repeat(255)),
            Bytes.wrap(new byte[64 * 1024]));
    var largest =
        new Message(ID, Body.empty(), new Headers(fields), metadata, AT, Optional.empty());

    assertThat(Envelope.head(largest).getBytes(UTF_8))
        .hasSizeBetween(Envelope.HEAD_BYTES_MAX * 9 / 10, Envelope.HEAD_BYTES_MAX);
  }
}
