package io.openhqm.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which lane a message waits. */
final class LaneTest {
  @ParameterizedTest
  @CsvSource({
    "orders, orders",
    "'', ''",
    "https://a.example.com:8443/x/y?z, https://a.example.com:8443",
    "http://a.example.com?x=1, http://a.example.com",
    "http://a.example.com#x, http://a.example.com",
    "http://a.example.com, http://a.example.com",
    "http://, http://",
  })
  void aNameIsALaneAndOfAUrlWhatComesBeforeItsPath(String endpoint, String lane) {
    var none = Metadata.none();
    var metadata =
        new Metadata(
            Optional.of(endpoint),
            none.method(),
            none.target(),
            none.timeout(),
            none.priority(),
            none.sessionId(),
            none.json());
    assertThat(metadata.lane()).isEqualTo(lane);
    assertThat(none.lane()).isEmpty();
  }
}
