package io.openhqm.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTransformationTest {
  private static final String PAYLOAD =
      """
      {"event": {"type": "click", "at": 1.10}, "none": null,
       "items": [{"sku": "a", "qty": 2}, {"sku": "b", "qty": 1}]}""";
  private static final JsonPathTransformation JSON_PATH = new JsonPathTransformation();

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "$.payload.event ! {\"type\":\"click\",\"at\":1.10}",
        "payload.event ! {\"type\":\"click\",\"at\":1.10}",
        "$.payload.event.at ! {\"result\":1.10}",
        "$.payload.items ! {\"result\":[{\"sku\":\"a\",\"qty\":2},{\"sku\":\"b\",\"qty\":1}]}",
        "$.payload.items[*].sku ! {\"result\":[\"a\",\"b\"]}",
        "$.payload.items[?(@.qty > 1)] ! {\"sku\":\"a\",\"qty\":2}",
        "$.payload.items[?(@.sku == 'b')].qty ! {\"result\":1}",
        "$..sku ! {\"result\":[\"a\",\"b\"]}",
        "$.payload.gone ! {\"result\":[]}",
        "$.payload.none ! {\"result\":null}",
        "$.metadata.type ! {\"result\":\"t\"}",
        "$.correlation_id ! {\"result\":\"019c3789-1234-7abc-8def-0123456789ab\"}",
        "$.payload.items.length() ! {\"result\":2}",
        "$.payload.items[?(@.gone.further == 1)] ! {\"result\":[]}",
      })
  void whatIsFoundIsThePayload(String path, String made) throws Exception {
    var message = Messages.of(PAYLOAD, "{\"type\": \"t\"}", Headers.none());
    assertThat(JSON_PATH.compile(path).apply(message).toUtf8()).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$.payload[",
        "$.payload.s3cr[?(@.a ==",
        "$[?(@.a == {\"s3cr\": 1})]",
        "$..",
        "$.a["
      })
  void aBrokenPathIsToldAndNotRepeated(String path) {
    assertThatThrownBy(() -> JSON_PATH.compile(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a JSONPath")
        .message()
        .doesNotContain("s3cr");
  }

  @Test
  void aPayloadThatIsNotJsonFails() {
    var compiled = JSON_PATH.compile("$.payload");
    assertThatThrownBy(() -> compiled.apply(Messages.of("a=b", "{}", Headers.none())))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("the payload is not JSON");
  }

  @Test
  void anInterruptStopsIt() {
    var compiled = JSON_PATH.compile("$..a");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> compiled.apply(Messages.of("{\"a\":1}", "{}", Headers.none())))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
