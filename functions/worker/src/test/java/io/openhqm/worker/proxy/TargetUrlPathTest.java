package io.openhqm.worker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No path of a client leads out of the endpoint's own. */
final class TargetUrlPathTest {
  private static final URI ENDPOINT = URI.create("http://backend/base");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..",
        "/a/../../x",
        "/%2e%2E/x",
        "/..%2fx",
        "/..\\x",
        "/..;/x",
        "/..;a=b/x",
        "/%2e%2e%3b/x"
      })
  void aPathThatClimbsIsRefused(String target) {
    assertThat(TargetUrl.of(ENDPOINT, Optional.of(target))).isEmpty();
  }

  @Test
  void dotsAndSemicolonsThatDoNotClimbAreKept() {
    assertThat(TargetUrl.of(ENDPOINT, Optional.of("/a..b/c;v=1/...")))
        .contains(URI.create("http://backend/base/a..b/c;v=1/..."));
  }
}
