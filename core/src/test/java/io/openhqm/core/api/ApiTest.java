package io.openhqm.core.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiTest {
  private static final Resource.Handler ECHO =
      (request, variable) -> ApiResponse.json(200, Bytes.utf8('"' + variable + '"'));

  private final List<String> troubles = new ArrayList<>();

  @Test
  void aTemplateMatchesOneSegmentOrTheRest() {
    var one = Resource.at("/a/{id}/b", ECHO, "GET");
    assertThat(one.match("/a/x/b")).contains("x");
    assertThat(one.match("/a//b")).isEmpty();
    assertThat(one.match("/a/x/y/b")).isEmpty();
    assertThat(one.match("/a/b")).isEmpty();
    assertThat(one.match("/a/x/b/")).isEmpty();
    var rest = Resource.at("/p/{rest*}", ECHO);
    assertThat(rest.match("/p/x")).contains("x");
    assertThat(rest.match("/p/x//y/")).contains("x//y/");
    assertThat(rest.match("/p/")).isEmpty();
    assertThat(rest.match("/p//x")).isEmpty();
    assertThat(rest.match("/q/x")).isEmpty();
    assertThat(Resource.at("/a", ECHO, "GET").match("/a")).contains("");
    assertThatThrownBy(() -> Resource.at("/a/{id", ECHO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anExceptionNobodyExpectedIsA500ThatTellsNothing() {
    var response =
        answer(
            (request, variable) -> {
              throw new IllegalStateException("password=hunter2");
            });
    assertThat(response.status()).isEqualTo(500);
    assertThat(response.body().toUtf8()).contains("/problems/internal").doesNotContain("hunter2");
    assertThat(troubles).containsExactly("java.lang.IllegalStateException: password=hunter2");
  }

  @Test
  void anEngineThatIsDownIsA503() {
    var response =
        answer(
            (request, variable) -> {
              throw new UnavailableException(
                  "The disk is full.", Duration.ZERO, new IllegalStateException("inner"));
            });
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.headers().first("Retry-After")).contains("1");
    assertThat(response.body().toUtf8()).contains("The disk is full.").doesNotContain("inner");
  }

  @Test
  void everyKindOfProblemIsTold() throws Exception {
    String document = OpenApi.document().toUtf8();
    String docs = Files.readString(Path.of("../docs/api.md"));
    for (var kind : Problem.Kind.values()) {
      assertThat(kind.type())
          .isEqualTo("/problems/" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      assertThat(document).contains('"' + kind.type() + '"');
      assertThat(docs).contains("| `" + kind.type() + "` | " + kind.status() + " |");
    }
  }

  @Test
  void linksHoldWhatAUriMayHoldAndNothingElse() {
    assertThat(Links.under(Optional.of("https://a.example/b/")).base())
        .isEqualTo("https://a.example/b");
    for (String wrong :
        List.of("https://a\"b", "https://a b", "https://\u00e9.example", "a\r\nb")) {
      assertThatThrownBy(() -> new Links(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private ApiResponse answer(Resource.Handler handler) {
    var telemetry =
        new Telemetry() {
          @Override
          public void trouble(String what, Throwable cause) {
            troubles.add(cause.toString());
          }
        };
    try {
      return new Api(List.of(Resource.at("/x", handler, "GET")), telemetry)
          .handle(new ApiRequest("GET", "/x", Optional.empty(), Headers.none(), Bytes.empty()));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
