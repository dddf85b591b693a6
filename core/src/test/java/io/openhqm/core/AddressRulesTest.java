package io.openhqm.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
  private final AddressRules rules = new AddressRules(List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.0.1",
        "[fe80::1]",
        "[febf::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "0.1.2.3",
        "[::]",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "[ff02::1]",
      })
  void refused_addresses_are_refused_in_every_spelling(String host) throws Exception {
    assertThat(rules.refusalOfHost(host)).isPresent();
    assertThat(rules.refusal("some.name", InetAddress.getByName(host))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "8.8.8.8",
        "100.100.100.201",
        "[::1]",
        "[fd00::1]",
        "[2001:db8::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::8.8.8.8]"
      })
  void where_backends_live_is_admitted(String host) throws Exception {
    assertThat(rules.refusalOfHost(host)).isEmpty();
    assertThat(rules.refusal("some.name", InetAddress.getByName(host))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata.google.internal", "Metadata.Google.Internal.", "instance-data"})
  void names_of_metadata_services_are_refused_wherever_they_lead(String host) throws Exception {
    assertThat(rules.refusalOfHost(host)).isPresent();
    assertThat(rules.refusal(host, InetAddress.getByName("10.0.0.1"))).isPresent();
  }

  @Test
  void an_allowed_block_is_admitted_and_nothing_beside_it() throws Exception {
    var some = new AddressRules(List.of("169.254.169.0/24", "fe80::/64"));
    assertThat(some.refusalOfHost("169.254.169.254")).isEmpty();
    assertThat(some.refusalOfHost("169.254.170.2")).isPresent();
    assertThat(some.refusalOfHost("[fe80::5]")).isEmpty();
    assertThat(some.refusalOfHost("[fe80:0:0:1::5]")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "host/8",
        "::/129",
        "/8"
      })
  void what_is_no_block_is_refused_when_it_is_configured(String block) {
    assertThatThrownBy(() -> new AddressRules(List.of(block)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
