package io.openhqm.core.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import java.nio.charset.Charset;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownBodyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/problem+json; charset=UTF-8",
        "APPLICATION/JSON;x=1; Charset=\"utf-8\""
      })
  void jsonStaysAsItIs(String type) {
    var body = Bytes.utf8("\n[1e400, {\"a\":1,\"a\":2} ] ");
    assertThat(shown(type, body)).isEqualTo(new ShownBody(body, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{}{}", "nope", "\uFEFF{}", "{\"a\":NaN}", "\u0000"})
  void whatOnlyCallsItselfJsonIsText(String text) {
    assertThat(shown("application/json", Bytes.utf8(text)))
        .isEqualTo(new ShownBody(Bytes.utf8(Json.quote(text)), false));
  }

  @Test
  void jsonThatIsNestedTooDeepIsText() {
    String deep = "[".repeat(600) + "]".repeat(600);
    assertThat(shown("application/json", Bytes.utf8(deep)).json())
        .isEqualTo(Bytes.utf8('"' + deep + '"'));
  }

  @Test
  void textIsAStringInItsOwnCharset() {
    assertThat(shown("text/plain", Bytes.utf8("é\"\n😀")).json())
        .isEqualTo(Bytes.utf8("\"é\\\"\\n😀\""));
    assertThat(shown("text/html; charset=ISO-8859-1", Bytes.wrap("é".getBytes(ISO_8859_1))).json())
        .isEqualTo(Bytes.utf8("\"é\""));
    assertThat(
            shown(
                    "text/html; charset=shift_jis",
                    Bytes.wrap("日本".getBytes(Charset.forName("shift_jis"))))
                .json())
        .isEqualTo(Bytes.utf8("\"日本\""));
    assertThat(shown("application/xml", Bytes.utf8("<a/>")).json())
        .isEqualTo(Bytes.utf8("\"<a/>\""));
  }

  @Test
  void whatATextCannotHoldIsBase64() {
    Bytes[] bodies = {
      Bytes.wrap(new byte[] {(byte) 0xE9}),
      Bytes.wrap(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})
    };
    for (var body : bodies) {
      assertBase64(shown("text/plain", body), body);
      assertBase64(shown("application/json", body), body);
    }
    var text = Bytes.utf8("abcd");
    assertBase64(shown("text/plain; charset=x-nobody", text), text);
    assertBase64(shown("text/plain; charset=???", text), text);
    assertBase64(
        shown("text/plain; charset=utf-16", Bytes.wrap("ab".getBytes(Charset.forName("UTF-16LE")))),
        Bytes.wrap("ab".getBytes(Charset.forName("UTF-16LE"))));
    assertBase64(shown("image/png", text), text);
    assertBase64(shown("", text), text);
    assertBase64(ShownBody.of(text, Headers.none()), text);
    assertBase64(
        ShownBody.of(text, Headers.of("Content-Type", "text/plain", "Content-Encoding", "gzip")),
        text);
  }

  @Test
  void anEmptyBodyIsNull() {
    assertThat(shown("text/plain", Bytes.empty()))
        .isEqualTo(new ShownBody(Bytes.utf8("null"), false));
  }

  private static void assertBase64(ShownBody shown, Bytes body) {
    assertThat(shown.isBase64()).isTrue();
    String quoted = new String(shown.json().toArray(), UTF_8);
    assertThat(Bytes.wrap(Base64.getDecoder().decode(quoted.substring(1, quoted.length() - 1))))
        .isEqualTo(body);
  }

  private static ShownBody shown(String type, Bytes body) {
    return ShownBody.of(body, Headers.of("Content-Type", type));
  }
}
