package io.openhqm.aws.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.aws.sqs.SqsRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqsEventsTest {
  private static byte[] event(String name) {
    try (var in = SqsEventsTest.class.getResourceAsStream("events/" + name + ".json")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMessageIsReadWithItsTextAttributes() {
    var records = SqsEvents.read(event("sqs"));
    assertThat(records).hasSize(2);
    var first = records.getFirst();
    assertThat(first.messageId()).isEqualTo("059f36b4-87a3-44ab-83d2-661975970001");
    assertThat(first.receiptHandle()).isEqualTo("AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a1");
    assertThat(first.body()).isEqualTo("{\"order\": 17}");
    assertThat(first.attributes()).containsOnlyKeys("openhqm", "traceparent");
    assertThat(first.system()).containsEntry("MessageGroupId", "orders");
    assertThat(first.receives()).isEqualTo(1);
    assertThat(records.getLast().attributes()).isEmpty();
  }

  @Test
  void groupsOfAFifoQueueAreKnown() {
    var records = SqsEvents.read(event("sqs-fifo"));
    assertThat(records)
        .extracting(SqsRecord::fifoGroup)
        .map(group -> group.orElse(""))
        .containsExactly("g1", "g2", "g1");
    assertThat(records.getLast().receives()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"warmup\": true}", "{\"Records\": []}"})
  void anEventWithoutMessagesHasNone(String event) {
    assertThat(SqsEvents.read(event.getBytes(UTF_8))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{", "{\"Records\": [1]}", "{\"Records\": [{\"body\": \"x\"}]}"})
  void whatIsNoEventOfSqsFailsTheInvocation(String event) {
    assertThatThrownBy(() -> SqsEvents.read(event.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failuresAreNamedAndNoneIsAnEmptyList() {
    assertThat(SqsEvents.failures(List.of()))
        .asString(UTF_8)
        .isEqualTo("{\"batchItemFailures\":[]}");
    assertThat(SqsEvents.failures(List.of("a", "b")))
        .asString(UTF_8)
        .isEqualTo(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"b\"}]}");
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 5);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aDamagedEventIsReadOrRefusedAndNothingElse(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      byte[] event = event(random.nextBoolean() ? "sqs" : "sqs-fifo");
      for (int times = 1 + random.nextInt(5); times > 0; times--) {
        event[random.nextInt(event.length)] = (byte) random.nextInt(256);
      }
      try {
        SqsEvents.read(event).forEach(record -> assertThat(record.messageId()).isNotNull());
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }
}
