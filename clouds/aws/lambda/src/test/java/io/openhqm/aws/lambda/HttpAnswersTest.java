package io.openhqm.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiResponse;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpAnswersTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String ID = "01a20e20-95d3-7000-9697-0f8ee997fe49";

  private static JsonNode written(Trigger trigger, ApiResponse answer) {
    return MAPPER.readTree(HttpAnswers.write(trigger, answer));
  }

  private static ApiResponse answer(String type, byte[] body, String... headers) {
    var all = Headers.of(headers).plus("Content-Type", type);
    return new ApiResponse(200, all, Bytes.wrap(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/problem+json",
        "text/plain; charset=utf-8",
        "image/svg+xml"
      })
  void textGoesAsText(String type) {
    var json = written(Trigger.HTTP_API, answer(type, Bytes.utf8("grüße \"x\"\n").toArray()));
    assertThat(json.get("isBase64Encoded").asBoolean()).isFalse();
    assertThat(json.get("body").asString()).isEqualTo("grüße \"x\"\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/octet-stream", "image/png"})
  void whatIsNoTextGoesAsBase64(String type) {
    var json = written(Trigger.HTTP_API, answer(type, new byte[] {1, 2, 3}));
    assertThat(json.get("isBase64Encoded").asBoolean()).isTrue();
    assertThat(Base64.getDecoder().decode(json.get("body").asString())).containsExactly(1, 2, 3);
  }

  @Test
  void whatCallsItselfTextAndIsNoUtf8GoesAsBase64() {
    var json = written(Trigger.HTTP_API, answer("text/plain", new byte[] {(byte) 0xe9}));
    assertThat(json.get("isBase64Encoded").asBoolean()).isTrue();
  }

  @Test
  void anHttpApiGetsRepeatedFieldsAsAListAndCookiesApart() {
    var json =
        written(
            Trigger.HTTP_API,
            answer(
                "text/plain",
                new byte[0],
                "Link",
                "<a>",
                "Set-Cookie",
                "a=1",
                "link",
                "<b>",
                "Set-Cookie",
                "b=2"));
    assertThat(json.get("headers").get("Link").asString()).isEqualTo("<a>, <b>");
    assertThat(json.get("headers").has("Set-Cookie")).isFalse();
    assertThat(json.get("cookies").toString()).isEqualTo("[\"a=1\",\"b=2\"]");
  }

  @ParameterizedTest
  @EnumSource(names = {"REST_API", "LOAD_BALANCER_MULTI"})
  void whoTakesListsGetsEveryValue(Trigger trigger) {
    var json =
        written(
            trigger, answer("text/plain", new byte[0], "Set-Cookie", "a=1", "set-cookie", "b=2"));
    assertThat(json.get("multiValueHeaders").get("Set-Cookie").toString())
        .isEqualTo("[\"a=1\",\"b=2\"]");
    assertThat(json.has("headers")).isFalse();
  }

  @Test
  void aLoadBalancerGetsAStatusInWords() {
    var json = written(Trigger.LOAD_BALANCER, answer("text/plain", new byte[0]));
    assertThat(json.get("statusDescription").asString()).isEqualTo("200 OK");
    assertThat(json.get("headers").get("Content-Type").asString()).isEqualTo("text/plain");
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void whatHasNoBodyGetsNone(int status) {
    var answer = new ApiResponse(status, Headers.none(), Bytes.utf8("not to be seen"));
    var json = written(Trigger.HTTP_API, answer);
    assertThat(json.get("body").asString()).isEmpty();
    assertThat(json.get("isBase64Encoded").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerOfTheLargestSizeIsHandedOutAndALargerOneRefusedClearly(Trigger trigger) {
    int around = HttpAnswers.write(trigger, answer("text/plain", new byte[0])).length;
    byte[] most = new byte[trigger.answerBytesMax() - around];
    java.util.Arrays.fill(most, (byte) 'x');
    assertThat(written(trigger, answer("text/plain", most)).get("statusCode").asInt())
        .isEqualTo(200);

    byte[] more = java.util.Arrays.copyOf(most, most.length + 1);
    more[most.length] = 'x';
    var json = written(trigger, answer("text/plain", more, "X-Correlation-ID", ID));
    assertThat(json.get("statusCode").asInt()).isEqualTo(413);
    var problem = MAPPER.readTree(json.get("body").asString());
    assertThat(problem.get("correlation_id").asString()).isEqualTo(ID);
    assertThat(problem.get("detail").asString()).contains("/body");
  }

  @ParameterizedTest
  @EnumSource
  void base64CountsForTheSize(Trigger trigger) {
    byte[] body = new byte[trigger.answerBytesMax() * 4 / 5];
    var json = written(trigger, answer("application/octet-stream", body));
    assertThat(json.get("statusCode").asInt()).isEqualTo(413);
  }
}
