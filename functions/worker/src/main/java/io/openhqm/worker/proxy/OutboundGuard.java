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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Refuses to call addresses that no backend has: link-local ones, those where clouds keep
 * credentials, unspecified and multicast ones, in any spelling, IPv4 mapped into IPv6 too. Private
 * and loopback addresses are where backends live and are admitted. A decision and the addresses
 * that it was made for are kept for a few seconds. Safe for use by many threads.
 */
public final class OutboundGuard {
  private static final Duration KEPT = Duration.ofSeconds(5);
  private static final Duration LOOKUP_MAX = Duration.ofSeconds(30);
  private static final int KEPT_MAX = 1_000;

  private final AddressRules rules;
  private final Lookup names;
  private final InstantSource clock;
  private final ConcurrentMap<String, Decision> decisions = new ConcurrentHashMap<>();

  /** What is being looked up; who wants the same waits for the same. */
  private final ConcurrentMap<String, FutureTask<Decision>> lookups = new ConcurrentHashMap<>();

  /** Finds the addresses of a name; may block for long, and need not heed an interrupt. */
  @FunctionalInterface
  public interface Lookup {
    /**
     * All of them.
     *
     * @throws UnknownHostException if it has none
     */
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private record Decision(Optional<String> refusal, List<InetAddress> admitted, Instant until) {}

  /**
   * @param allowed blocks in CIDR notation that are admitted all the same
   * @throws IllegalArgumentException if one is not a block
   */
  public OutboundGuard(List<String> allowed, InstantSource clock) {
    this(allowed, InetAddress::getAllByName, clock);
  }

  /**
   * As above.
   *
   * @param names in place of the machine's resolver
   */
  public OutboundGuard(List<String> allowed, Lookup names, InstantSource clock) {
    this.rules = new AddressRules(allowed);
    this.names = names;
    this.clock = clock;
  }

  /**
   * Why {@code host} must not be called; empty: it may.
   *
   * @param left how long its addresses may be looked up
   * @throws UnknownHostException if it has no address
   * @throws TimeoutException if none was found in time
   */
  Optional<String> refusal(String host, Duration left)
      throws UnknownHostException, TimeoutException, InterruptedException {
    return decision(host, left).refusal();
  }

  /**
   * The addresses of {@code host} that may be called, for a transport that connects to just these:
   * between a decision by name and the connection a name may get other addresses.
   *
   * @throws UnknownHostException if it has none, or if the thread was interrupted, which it then
   *     still is
   */
  public InetAddress[] admitted(String host) throws UnknownHostException {
    try {
      var admitted = decision(host, LOOKUP_MAX).admitted();
      if (admitted.isEmpty()) {
        throw new UnknownHostException("none of the host's addresses may be called");
      }
      return admitted.toArray(InetAddress[]::new);
    } catch (TimeoutException hangs) {
      throw new UnknownHostException("the host's addresses were not found in time");
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("interrupted while the host's addresses were looked up");
    }
  }

  private Decision decision(String host, Duration left)
      throws UnknownHostException, TimeoutException, InterruptedException {
    var known = decisions.get(host);
    if (known != null && clock.instant().isBefore(known.until())) {
      return known;
    }
    if (AddressRules.isLiteral(host)) {
      return kept(host, decide(unbracketed(host)));
    }
    return kept(host, lookedUp(host, left));
  }

  private Decision kept(String host, Decision decision) {
    if (decisions.size() >= KEPT_MAX) {
      decisions.clear();
    }
    decisions.put(host, decision);
    return decision;
  }

  /**
   * In a thread of its own: a lookup can hang for longer than an attempt may take, cannot be
   * interrupted, and would keep a carrier of virtual threads.
   */
  private Decision lookedUp(String host, Duration left)
      throws UnknownHostException, TimeoutException, InterruptedException {
    var lookup =
        lookups.computeIfAbsent(
            host,
            unseen -> {
              var task = new FutureTask<>(() -> decideOnce(unseen));
              Thread.ofPlatform().daemon().name("dns-lookup").start(task);
              return task;
            });
    try {
      return lookup.get(left.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case UnknownHostException unknown -> throw unknown;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }

  private Decision decideOnce(String host) throws UnknownHostException {
    try {
      return decide(host);
    } finally {
      lookups.remove(host);
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private Decision decide(String name) throws UnknownHostException {
    var addresses = names.addresses(name);
    var refusal =
        Arrays.stream(addresses).flatMap(one -> rules.refusal(name, one).stream()).findFirst();
    var admitted =
        Arrays.stream(addresses).filter(one -> rules.refusal(name, one).isEmpty()).toList();
    return new Decision(refusal, admitted, clock.instant().plus(KEPT));
  }
}
