package io.openhqm.aws.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Envelope;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ParcelTest {
  private static Message read(Parcel parcel) {
    var contents = parcel.contents(Samples.record(parcel));
    assertThat(contents.isForeign()).isFalse();
    return contents.message();
  }

  private static void assertSqsTakes(Parcel parcel) {
    assertThat(SqsText.isLegal(parcel.body())).as("body").isTrue();
    assertThat(parcel.attributes()).hasSizeLessThanOrEqualTo(Parcel.ATTRIBUTES_MAX);
    assertThat(parcel.attributes().values()).allMatch(SqsText::isLegal);
  }

  @Test
  void textTravelsAsItIs() {
    String text = "{\"a\" : 1.0e2,\r\n\t\"b\":\"é 𝄞 \ufeff\ud7ff\ue000\ufffd\udbff\udfff\"}";

    var parcel = Parcel.of(Samples.message(Bytes.utf8(text)));

    assertThat(parcel.body()).isEqualTo(text);
    assertThat(parcel.attributes()).containsOnlyKeys("openhqm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "\u0008", "\u000b", "\u001f", "a\ufffe", "\uffff"})
  void textThatSqsDoesNotTakeTravelsInBase64(String text) {
    var message = Samples.message(Bytes.utf8(text));

    var parcel = Parcel.of(message);

    assertThat(parcel.attribute("openhqm-encoding")).contains("base64");
    assertSqsTakes(parcel);
    assertThat(read(parcel)).isEqualTo(message);
  }

  @Test
  void bytesThatAreNotUtf8TravelInBase64() {
    for (var bytes :
        new byte[][] {
          {(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xc0, 0x2f}
        }) {
      var message = Samples.message(Bytes.wrap(bytes));
      var parcel = Parcel.of(message);
      assertSqsTakes(parcel);
      assertThat(read(parcel)).isEqualTo(message);
    }
  }

  @Test
  void nothingAndAClaimCheckTravelToo() {
    var nothing = Samples.message(Bytes.empty());
    var check = nothing.withPayload(new Body.Stored("payload/1", 5_000_000));

    assertSqsTakes(Parcel.of(nothing));
    assertThat(read(Parcel.of(nothing))).isEqualTo(nothing);
    assertSqsTakes(Parcel.of(check));
    assertThat(read(Parcel.of(check))).isEqualTo(check);
  }

  @Test
  void textThatLooksLikeNothingIsNotNothing() {
    var message = Samples.message(Bytes.utf8("="));

    assertThat(read(Parcel.of(message))).isEqualTo(message);
  }

  @Test
  void headHoldsOnlyWhatSqsTakes() {
    var message =
        new Message(
            UUID.randomUUID(),
            Body.empty(),
            Headers.of("X-Latin", "gr\u00fcn\u0080"),
            Samples.metadata(Optional.of("a\u0000b\ufffe\uffff\u007f𝄞")),
            Samples.SUBMITTED,
            Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

    var parcel = Parcel.of(message);

    assertSqsTakes(parcel);
    assertThat(parcel.attribute("traceparent")).isEqualTo(message.traceparent());
    assertThat(read(parcel)).isEqualTo(message);
  }

  @Test
  void anyPayloadArrivesByteForByte() {
    for (long seed = 0; seed < 2_000; seed++) {
      var random = new Random(seed);
      var bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        bytes = new String(bytes, UTF_8).getBytes(UTF_8);
      }
      var message = Samples.message(Bytes.wrap(bytes));
      var parcel = Parcel.of(message);
      assertSqsTakes(parcel);
      assertThat(read(parcel)).as("seed %s", seed).isEqualTo(message);
    }
  }

  @Test
  void damageIsToldInOneWay() {
    var whole = Parcel.of(Samples.message(Bytes.wrap(new byte[] {0, 1, 2, 3})));
    for (long seed = 0; seed < 3_000; seed++) {
      var random = new Random(seed);
      var attributes = new HashMap<>(whole.attributes());
      attributes.computeIfPresent("openhqm", (name, head) -> spoilt(head, random));
      var parcel = new Parcel(spoilt(whole.body(), random), attributes);
      try {
        parcel.contents(Samples.record(parcel));
      } catch (IllegalArgumentException told) {
        assertThat(told.getMessage()).as("seed %s", seed).isNotBlank();
      }
    }
  }

  private static String spoilt(String text, Random random) {
    if (text.isEmpty() || random.nextInt(4) == 0) {
      return text;
    }
    int at = random.nextInt(text.length());
    return switch (random.nextInt(3)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + (char) (' ' + random.nextInt(95)) + text.substring(at + 1);
      default -> text.substring(0, at) + text.substring(random.nextInt(text.length()));
    };
  }

  @Test
  void messageOfAnotherProgramHasItsAttributesAsHeaders() {
    var parcel =
        new Parcel(
            "hello",
            Map.of(
                "X-Tenant", " acme ",
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "openhqm-reason", "not theirs to say",
                "X-Odd", "beyond Latin: 𝄞",
                "Content-Type", "text/plain"));
    var record = Samples.record(parcel);

    var contents = parcel.contents(record);

    assertThat(contents.isForeign()).isTrue();
    var message = contents.message();
    assertThat(message.id()).hasToString(record.messageId());
    assertThat(message.payload()).isEqualTo(Body.of(Bytes.utf8("hello")));
    assertThat(message.headers())
        .isEqualTo(Headers.of("Content-Type", "text/plain", "X-Tenant", "acme"));
    assertThat(message.traceparent()).isPresent();
    assertThat(message.submittedAt()).isEqualTo(Samples.SUBMITTED);
    assertThat(message.metadata().sessionId()).isEmpty();
  }

  @Test
  void groupOfAFifoQueueIsTheSessionOfAnotherProgramsMessage() {
    var parcel = new Parcel("hello", Map.of());
    var fifo = Map.of("SequenceNumber", "18849496460467696128", "MessageGroupId", "g");

    assertThat(parcel.contents(Samples.record(parcel, fifo)).message().metadata().sessionId())
        .contains("g");
    assertThat(
            parcel
                .contents(Samples.record(parcel, Map.of("MessageGroupId", "g")))
                .message()
                .metadata()
                .sessionId())
        .as("on a standard queue it is about fairness")
        .isEmpty();
  }

  @Test
  void messageOfAnotherProgramHasTheSameIdEachTime() {
    var parcel = new Parcel("hello", Map.of());
    var one = new SqsRecord("not a UUID", "receipt 1", "hello", Map.of(), Map.of());
    var again = new SqsRecord("not a UUID", "receipt 2", "hello", Map.of(), Map.of());

    assertThat(parcel.contents(one).message().id())
        .isEqualTo(parcel.contents(again).message().id());
    assertThat(parcel.contents(one).message().submittedAt()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void base64ThatIsNoneIsDamage() {
    var parcel = new Parcel("a-b", Map.of("openhqm-encoding", "base64"));

    assertThatThrownBy(() -> parcel.contents(Samples.record(parcel)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("openhqm-encoding");
  }

  @Test
  void sizeIsCountedAsSqsDoes() {
    var parcel = new Parcel("aé€𝄞", Map.of("name", "ü"));

    assertThat(parcel.bytes()).isEqualTo(1 + 2 + 3 + 4 + "name".length() + "String".length() + 2);
  }

  @Test
  void ownAttributesComeBeforeOthersWhereThereIsNoRoomForAll() {
    var attributes = new TreeMap<String, String>();
    for (int i = 0; i < 8; i++) {
      attributes.put("a" + i, "x");
    }
    attributes.put(Envelope.ATTRIBUTE, "damaged");
    attributes.put("openhqm-encoding", "base64");

    var more = new Parcel("x", attributes).plus(Map.of("openhqm-reason", "r", "openhqm-at", "t"));

    assertThat(more.attributes())
        .hasSize(Parcel.ATTRIBUTES_MAX)
        .containsKeys("openhqm", "openhqm-encoding", "openhqm-reason", "openhqm-at", "a0");
  }

  @Test
  void groupsAreWhatSqsTakes() {
    assertThat(SqsText.group("customer-17/€".substring(0, 12))).isEqualTo("customer-17/");
    for (String odd : new String[] {"", "with space", "é", "x".repeat(129), "𝄞\n"}) {
      assertThat(SqsText.group(odd)).matches("sha256-[0-9a-f]{64}");
    }
    assertThat(SqsText.group("a b")).isNotEqualTo(SqsText.group("a  b"));
    assertThat(SqsText.group("x".repeat(128))).isEqualTo("x".repeat(128));
  }

  @Test
  void nothingOfAMessageIsInItsText() {
    var parcel = new Parcel("secret", Map.of("openhqm", "secret"));

    assertThat(parcel.toString()).doesNotContain("secret");
    assertThat(Samples.record(parcel).toString())
        .doesNotContain("secret")
        .doesNotContain("receipt");
  }
}
