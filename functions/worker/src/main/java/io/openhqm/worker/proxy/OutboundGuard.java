package io.openhqm.worker.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
  private static final Set<String> METADATA_NAMES =
      Set.of("metadata.google.internal", "metadata", "instance-data", "instance-data.ec2.internal");
  private static final List<Block> REFUSED =
      List.of(
          Block.parse("169.254.0.0/16"), // link-local; metadata of AWS, Azure, Google Cloud
          Block.parse("fe80::/10"), // link-local
          Block.parse("fd00:ec2::254/128"), // metadata of AWS
          Block.parse("100.100.100.200/32"), // metadata of Alibaba Cloud
          Block.parse("192.0.0.192/32"), // metadata of Oracle Cloud
          Block.parse("168.63.129.16/32"), // Azure's wire server
          Block.parse("0.0.0.0/8"),
          Block.parse("::/128"),
          Block.parse("224.0.0.0/4"),
          Block.parse("255.255.255.255/32"),
          Block.parse("ff00::/8"));

  private final List<Block> allowed;
  private final InstantSource clock;
  private final ConcurrentMap<String, Decision> decisions = new ConcurrentHashMap<>();

  private record Decision(Optional<String> refusal, Instant until) {}

  /**
   * @param allowed blocks in CIDR notation that are admitted all the same
   * @throws IllegalArgumentException if one is not a block
   */
  public OutboundGuard(List<String> allowed, InstantSource clock) {
    this.allowed = allowed.stream().map(Block::parse).toList();
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

  private Optional<String> decide(String host) throws UnknownHostException {
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    boolean metadata = METADATA_NAMES.contains(name.toLowerCase(Locale.ROOT));
    for (var address : InetAddress.getAllByName(name)) {
      byte[] bytes = address.getAddress();
      boolean refused = metadata || REFUSED.stream().anyMatch(block -> block.contains(bytes));
      if (refused && allowed.stream().noneMatch(block -> block.contains(bytes))) {
        return Optional.of(
            "the address "
                + address.getHostAddress()
                + " is link-local, a cloud's metadata or the like, and is not called; if a backend"
                + " is really there, add it to proxy.allowed_addresses");
      }
    }
    return Optional.empty();
  }

  /** A block of addresses. */
  record Block(byte[] prefix, int bits) {
    static Block parse(String cidr) {
      int slash = cidr.indexOf('/');
      try {
        String literal = cidr.substring(0, slash);
        if (!literal.matches("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")) {
          throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'");
        }
        byte[] prefix = InetAddress.getByName(literal).getAddress();
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        if (bits < 0 || bits > prefix.length * 8) {
          throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'");
        }
        return new Block(prefix, bits);
      } catch (UnknownHostException | NumberFormatException | IndexOutOfBoundsException notABlock) {
        throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'", notABlock);
      }
    }

    /** Whether the address is in the block; one that is IPv4 mapped into IPv6 counts as IPv4. */
    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        int mask = 0x80 >> (i & 7);
        if ((address[i >> 3] & mask) != (prefix[i >> 3] & mask)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Block that && bits == that.bits && Arrays.equals(prefix, that.prefix);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(prefix) + bits;
    }

    @Override
    public String toString() {
      return Arrays.toString(prefix) + "/" + bits;
    }
  }
}
