package io.openhqm.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import io.openhqm.core.api.Json;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final String PAYLOAD =
      """
      {"user": {"email": "a@example.com", "tags": ["x", {"y": 1.50}]}, "qty": 1.50, "flag": true,
       "none": null, "odd": "say \\"hi\\"\\\\ \\u0001 \\ud83d \\ud83d\\ude42 é"}""";

  private static String filled(String template, String payload) {
    try {
      var message =
          Messages.of(payload, "{\"type\": \"t\"}", Headers.of("X-A", "1", "B", "2", "x-a", "3"));
      return new Template().compile(template).apply(message).toUtf8();
    } catch (PermanentException | InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"to\": \"{{payload.user.email}}\"} | {\"to\": \"a@example.com\"}",
        "{\"to\":\"<{{ payload.user.email }}>\"} | {\"to\":\"<a@example.com>\"}",
        "{{payload.user.email}} | \"a@example.com\"",
        "{\"a\":{{payload.qty}}} | {\"a\":1.50}",
        "[\"{{payload.qty}}\",{{payload.flag}},\"{{payload.flag}}\"] | [\"1.50\",true,\"true\"]",
        "[{{payload.none}},{{payload.gone}},\"{{payload.gone}}\"] | [null,null,\"null\"]",
        "{{payload.user.tags}} | [\"x\", {\"y\": 1.50}]",
        "\"{{payload.user.tags}}\" | \"[\\\"x\\\", {\\\"y\\\": 1.50}]\"",
        "{\"{{payload.user.email}}\":1} | {\"a@example.com\":1}",
        "[\"{{payload.user.tags.0}}\"] | [\"null\"]",
        "\"{{correlation_id}}\" | \"019c3789-1234-7abc-8def-0123456789ab\"",
        "{{timestamp}} | \"2026-02-07T10:30:00Z\"",
        "{{metadata.type}} | \"t\"",
        "{{metadata}} | {\"type\": \"t\"}",
        "{{headers.x-a}} | \"1\"",
        "{{headers}} | {\"X-A\":\"1, 3\",\"B\":\"2\"}",
        "\"\\\"{{metadata.type}}\\\\\" | \"\\\"t\\\\\"",
        "{\"n\": 1e400} | {\"n\": 1e400}",
      })
  void holesAreFilledAndTheRestGoesOnByteForByte(String template, String made) {
    assertThat(filled(template, PAYLOAD)).isEqualTo(made);
  }

  @Test
  void whatAClientSendsNeverEndsAString() {
    assertThat(filled("{\"a\": \"{{payload.a}}\"}", "{\"a\": \"x\\\", \\\"admin\\\": \\\"yes\"}"))
        .isEqualTo("{\"a\": \"x\\\", \\\"admin\\\": \\\"yes\"}");
    assertThat(filled("{\"a\": \"{{payload.a}}\"}", "{\"a\": \"{{correlation_id}}\"}"))
        .as("a value is no template")
        .isEqualTo("{\"a\": \"{{correlation_id}}\"}");
    assertThat(filled("[\"{{payload.odd}}\"]", PAYLOAD))
        .isEqualTo("[\"say \\\"hi\\\"\\\\ \\u0001 \\ud83d 🙂 é\"]");
  }

  @Test
  void whateverItIsFilledWithIsJson() {
    var random = new Random(7);
    String odd = "\"\\{}[]:,\n\u0000é\ud83d\ude42ab'";
    for (int round = 0; round < 2_000; round++) {
      var text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(odd.charAt(random.nextInt(odd.length())));
      }
      String value = random.nextBoolean() ? Json.quote(text.toString()) : "[" + round + ",{}]";
      String made =
          filled(
              "{\"{{payload.a}}\": [{{payload.a}}, \"x{{payload.a}}\"]}", "{\"a\":" + value + "}");
      assertThat(Json.isJson(Bytes.utf8(made))).as(made).isTrue();
    }
  }

  @Test
  void aPayloadThatIsNotJsonIsRefusedOnlyWhereItIsLookedInto() {
    assertThat(filled("\"{{correlation_id}}\"", "no json")).contains(Messages.ID.toString());
    assertThat(filled("{{payload}}", "")).isEqualTo("null");
    var template = new Template().compile("{{payload.a}}");
    assertThatThrownBy(() -> template.apply(Messages.of("{\"a\":", "", Headers.none())))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("the payload is not JSON");
  }

  @Test
  void aResultThatIsTooLargeIsRefused() {
    var template = new Template().compile("[" + "{{payload}},".repeat(70) + "1]");
    var message = Messages.of('"' + "x".repeat(1024 * 1024) + '"', "", Headers.none());
    assertThatThrownBy(() -> template.apply(message))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("67108864 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": {{payload.a}}",
        "{\"a\": 1{{payload.a}}}",
        "{ {{payload.a}}: 1}",
        "{\"a\": \"{{payload.a}}}",
        "\"\\{{payload.a}}\"",
        "\"\\u00{{payload.a}}\"",
        "{{payload.a}} {{payload.b}}",
        "plain {{payload.a}}",
        "{\"a\": {{}} }",
      })
  void whatCannotBecomeJsonIsNoTemplate(String text) {
    assertThatThrownBy(() -> new Template().compile(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a template");
  }

  @Test
  void faultsAreToldByTheirLine() {
    assertThatThrownBy(() -> new Template().compile("{\n \"a\": \"{{payload.a}}\",\n b: 1\n}"))
        .hasMessage(
            "not a template: it is no JSON (RFC 8259) with its {{…}} filled in; see line 3 of it");
    assertThatThrownBy(() -> new Template().compile("{\n \"a\": \"{{paylod.a}}\"}"))
        .hasMessage(
            "not a template: on line 2 of it stands a path that does not begin with correlation_id,"
                + " timestamp, payload, headers, metadata; did you mean 'payload'?");
  }
}
