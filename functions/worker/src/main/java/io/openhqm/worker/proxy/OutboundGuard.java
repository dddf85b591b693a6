package io.openhqm.worker.proxy;

import io.openhqm.core.AddressRules;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Refuses to call addresses that no backend has: link-local ones, those where clouds keep
 * credentials, unspecified and multicast ones, in any spelling, IPv4 mapped into IPv6 too. Private
 * and loopback addresses are where backends live and are admitted. Names are resolved before each
 * decision and decisions are kept for a few seconds, within the time for which the JDK keeps an
 * address. Safe for use by many threads.
 */
public final class OutboundGuard {
  private static final Duration KEPT = Duration.ofSeconds(5);
  private static final int KEPT_MAX = 1_000;

  private final AddressRules rules;
  private final InstantSource clock;
  private final ConcurrentMap<String, Decision> decisions = new ConcurrentHashMap<>();

  private record Decision(Optional<String> refusal, Instant until) {}

  /**
   * @param allowed blocks in CIDR notation that are admitted all the same
   * @throws IllegalArgumentException if one is not a block
   */
  public OutboundGuard(List<String> allowed, InstantSource clock) {
    this.rules = new AddressRules(allowed);
    this.clock = clock;
  }

  /**
   * Why {@code host} must not be called; empty: it may.
   *
   * @throws UnknownHostException if it has no address
   */
  Optional<String> refusal(String host) throws UnknownHostException {
    var now = clock.instant();
    var known = decisions.get(host);
    if (known != null && now.isBefore(known.until())) {
      return known.refusal();
    }
    var refusal = decide(host);
    if (decisions.size() >= KEPT_MAX) {
      decisions.clear();
    }
    decisions.put(host, new Decision(refusal, now.plus(KEPT)));
    return refusal;
  }

  /**
   * The addresses of {@code host} that may be called, for a transport that connects to just these:
   * between a decision by name and the connection a name may get other addresses.
   *
   * @throws UnknownHostException if it has none
   */
  public InetAddress[] admitted(String host) throws UnknownHostException {
    String name = unbracketed(host);
    var admitted =
        Arrays.stream(InetAddress.getAllByName(name))
            .filter(address -> rules.refusal(name, address).isEmpty())
            .toArray(InetAddress[]::new);
    if (admitted.length == 0) {
      throw new UnknownHostException("none of the host's addresses may be called");
    }
    return admitted;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private Optional<String> decide(String host) throws UnknownHostException {
    String name = unbracketed(host);
    for (var address : InetAddress.getAllByName(name)) {
      var refusal = rules.refusal(name, address);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }
}
