package io.openhqm.core;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses are never called: link-local ones, those where clouds keep credentials,
 * unspecified and multicast ones, and all of these inside an IPv6 address that carries an IPv4 one.
 * Private and loopback addresses are where backends live and are admitted. Immutable.
 */
public final class AddressRules {
  private static final Set<String> METADATA_NAMES =
      Set.of(
          "metadata.google.internal",
          "metadata.goog",
          "metadata",
          "instance-data",
          "instance-data.ec2.internal");
  private static final List<Block> REFUSED =
      List.of(
          Block.parse("169.254.0.0/16"), // link-local; metadata of AWS, Azure, Google Cloud
          Block.parse("fe80::/10"), // link-local
          Block.parse("fd00:ec2::254/128"), // metadata of AWS
          Block.parse("fd20:ce::254/128"), // metadata of Google Cloud
          Block.parse("100.100.100.200/32"), // metadata of Alibaba Cloud
          Block.parse("192.0.0.192/32"), // metadata of Oracle Cloud
          Block.parse("168.63.129.16/32"), // Azure's wire server
          Block.parse("0.0.0.0/8"),
          Block.parse("::/128"),
          Block.parse("224.0.0.0/4"),
          Block.parse("255.255.255.255/32"),
          Block.parse("ff00::/8"));
  private static final Block COMPATIBLE = Block.parse("::/96"); // RFC 4291 §2.5.5.1
  private static final Block NAT64 = Block.parse("64:ff9b::/96"); // RFC 6052
  private static final Block SIX_TO_FOUR = Block.parse("2002::/16"); // RFC 3056

  private final List<Block> allowed;

  /**
   * @param allowed blocks in CIDR notation that are admitted all the same
   * @throws IllegalArgumentException if one is not a block
   */
  public AddressRules(List<String> allowed) {
    this.allowed = allowed.stream().map(Block::parse).toList();
  }

  /**
   * Why {@code host}, taken for itself and looked up nowhere, must not be called; empty: it may, or
   * it is a name whose addresses decide.
   *
   * @param host as in a URL: a name, or an address, an IPv6 one in brackets
   */
  public Optional<String> refusalOfHost(String host) {
    if (isLiteral(host)) {
      try {
        return refusal(host, InetAddress.getByName(host));
      } catch (UnknownHostException notAnAddress) {
        return Optional.of("the address is not valid");
      }
    }
    return isMetadata(host) && allowed.isEmpty() ? Optional.of(words(host)) : Optional.empty();
  }

  /** Why {@code address}, found under the name {@code host}, must not be called. */
  public Optional<String> refusal(String host, InetAddress address) {
    byte[] bytes = address.getAddress();
    if (allowed.stream().anyMatch(block -> block.contains(bytes))) {
      return Optional.empty();
    }
    boolean refused = isMetadata(host) || isRefused(bytes) || isRefused(carried(bytes));
    return refused ? Optional.of(words(address.getHostAddress())) : Optional.empty();
  }

  /** Whether {@code host} is an address and no name. */
  public static boolean isLiteral(String host) {
    return host.startsWith("[")
        || host.indexOf(':') >= 0
        || host.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.');
  }

  private static boolean isMetadata(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return METADATA_NAMES.contains(
        name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
  }

  private static boolean isRefused(byte[] address) {
    return REFUSED.stream().anyMatch(block -> block.contains(address));
  }

  /** The IPv4 address inside an IPv6 one; no bytes where there is none. */
  private static byte[] carried(byte[] address) {
    if (NAT64.contains(address) || COMPATIBLE.contains(address) && !isLoopback(address)) {
      return Arrays.copyOfRange(address, 12, 16);
    }
    return SIX_TO_FOUR.contains(address) ? Arrays.copyOfRange(address, 2, 6) : new byte[0];
  }

  private static boolean isLoopback(byte[] address) {
    return address[15] == 1 && address[14] == 0 && address[13] == 0 && address[12] == 0;
  }

  private static String words(String address) {
    return "the address "
        + address
        + " is link-local, a cloud's metadata or the like, and is not called; if a backend is"
        + " really there, add it to proxy.allowed_addresses";
  }

  /** A block of addresses. */
  private record Block(byte[] prefix, int bits) {
    static Block parse(String cidr) {
      int slash = cidr.indexOf('/');
      try {
        String literal = cidr.substring(0, slash);
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        if (literal.isEmpty() || !isLiteral(literal)) {
          throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'");
        }
        byte[] prefix = InetAddress.getByName(literal).getAddress();
        if (bits < 0 || bits > prefix.length * 8) {
          throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'");
        }
        return new Block(prefix, bits);
      } catch (UnknownHostException | NumberFormatException | IndexOutOfBoundsException notABlock) {
        throw new IllegalArgumentException("not a block of addresses: '" + cidr + "'", notABlock);
      }
    }

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
  }
}
