package io.openhqm.worker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Rewrite.Parameter;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetUrlQueryTest {
  private static String url(String endpoint, String target, Parameter... added) {
    return TargetUrl.of(URI.create(endpoint), Optional.of(target), List.of(added))
        .orElseThrow()
        .toString();
  }

  @Test
  void parametersOfARouteStandBehindWhatIsThere() {
    assertThat(url("http://a/b", "", new Parameter("t", "1"))).isEqualTo("http://a/b?t=1");
    assertThat(url("http://a/b?x=y", "/c?d=e", new Parameter("t", "1")))
        .isEqualTo("http://a/b/c?x=y&d=e&t=1");
  }

  @Test
  void theyAreEncoded() {
    assertThat(url("http://a", "/", new Parameter("t&", "ä b&c=d#?\r\n")))
        .isEqualTo("http://a/?t%26=%C3%A4%20b%26c%3Dd%23%3F%0D%0A");
  }

  @Test
  void theyTakeThePlaceOfTheClientsHoweverItIsWritten() {
    assertThat(url("http://a", "/?t=evil&%74=evil&T=other&t&u=%20", new Parameter("t", "1")))
        .isEqualTo("http://a/?T=other&u=%20&t=1");
  }

  @Test
  void whatTheEndpointsUrlHasIsLeftToIt() {
    assertThat(url("http://a/?t=own", "?t=client's", new Parameter("t", "route's")))
        .isEqualTo("http://a/?t=own");
  }
}
