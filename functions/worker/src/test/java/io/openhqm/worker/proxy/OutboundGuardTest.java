package io.openhqm.worker.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openhqm.tck.ManualClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a name leads to, and for how long that is believed. */
final class OutboundGuardTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final ManualClock clock = new ManualClock();
  private final Map<String, List<String>> names = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private final CountDownLatch found = new CountDownLatch(1);
  private final OutboundGuard guard = guard(List.of());

  private OutboundGuard guard(List<String> allowed) {
    return new OutboundGuard(allowed, this::lookup, clock);
  }

  /** {@code hangs…} is found when the test says so. */
  private InetAddress[] lookup(String host) throws UnknownHostException {
    lookups.incrementAndGet();
    if (host.startsWith("hangs")) {
      awaitUninterruptibly();
    }
    var literals = names.get(host);
    if (literals == null) {
      return InetAddress.getAllByName(literalOnly(host));
    }
    var addresses = new ArrayList<InetAddress>();
    for (String literal : literals) {
      addresses.add(InetAddress.getByName(literal));
    }
    return addresses.toArray(InetAddress[]::new);
  }

  private static String literalOnly(String host) throws UnknownHostException {
    if (host.matches(".*[g-zG-Z].*")) {
      throw new UnknownHostException(host);
    }
    return host;
  }

  /** As a resolver does. */
  private void awaitUninterruptibly() {
    while (found.getCount() > 0) {
      try {
        found.await();
      } catch (InterruptedException notHeeded) {
        Thread.onSpinWait();
      }
    }
  }

  private boolean isRefused(String host) throws Exception {
    return guard.refusal(host, LONG).isPresent();
  }

  @Test
  void aNameOfAPrivateOrPublicAddressIsAdmitted() throws Exception {
    names.put("backend.internal", List.of("10.1.2.3", "fd12::3"));
    names.put("backend.example", List.of("93.184.216.34"));
    assertThat(isRefused("backend.internal")).isFalse();
    assertThat(isRefused("backend.example")).isFalse();
    assertThat(guard.admitted("backend.internal"))
        .containsExactly(InetAddress.getByName("10.1.2.3"), InetAddress.getByName("fd12::3"));
  }

  @Test
  void aNameThatLeadsToACloudsCredentialsIsRefusedWithAReason() throws Exception {
    names.put("harmless.example", List.of("169.254.169.254"));
    names.put("mapped.example", List.of("64:ff9b::a9fe:a9fe"));
    assertThat(guard.refusal("harmless.example", LONG).orElseThrow())
        .contains("169.254.169.254")
        .contains("proxy.allowed_addresses");
    assertThat(isRefused("mapped.example")).isTrue();
    assertThatThrownBy(() -> guard.admitted("harmless.example"))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void oneRefusedAddressAmongSeveralRefusesTheNameAndIsNeverConnectedTo() throws Exception {
    names.put("both.example", List.of("10.0.0.1", "169.254.169.254"));
    assertThat(isRefused("both.example")).isTrue();
    assertThat(guard.admitted("both.example")).containsExactly(InetAddress.getByName("10.0.0.1"));
  }

  @Test
  void aNameOfAMetadataServiceIsRefusedWhereverItLeads() throws Exception {
    names.put("metadata.google.internal", List.of("10.0.0.1"));
    assertThat(isRefused("metadata.google.internal")).isTrue();
  }

  @Test
  void whatIsAllowedIsAdmitted() throws Exception {
    names.put("local.example", List.of("169.254.7.7"));
    var allowing = guard(List.of("169.254.7.0/24"));
    assertThat(allowing.refusal("local.example", LONG)).isEmpty();
    assertThat(allowing.admitted("local.example")).hasSize(1);
  }

  @Test
  void addressesAreDecidedAsTheyStand() throws Exception {
    assertThat(isRefused("127.0.0.1")).isFalse();
    assertThat(isRefused("[::1]")).isFalse();
    assertThat(isRefused("169.254.169.254")).isTrue();
    assertThat(isRefused("[::ffff:169.254.169.254]")).isTrue();
    assertThat(isRefused("0.0.0.0")).isTrue();
  }

  @Test
  void aNameWithoutAnAddressIsSaidToBeUnknown() {
    assertThatThrownBy(() -> guard.refusal("nobody.example", LONG))
        .isInstanceOf(UnknownHostException.class);
    assertThatThrownBy(() -> guard.admitted("nobody.example"))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void theAddressThatWasDecidedOnIsTheOneThatIsConnectedTo() throws Exception {
    names.put("rebinding.example", List.of("10.0.0.1"));
    assertThat(isRefused("rebinding.example")).isFalse();
    names.put("rebinding.example", List.of("169.254.169.254"));
    assertThat(guard.admitted("rebinding.example"))
        .containsExactly(InetAddress.getByName("10.0.0.1"));
    assertThat(lookups.get()).isEqualTo(1);
  }

  @Test
  void aDecisionIsMadeAnewAfterAFewSeconds() throws Exception {
    names.put("moving.example", List.of("10.0.0.1"));
    assertThat(isRefused("moving.example")).isFalse();
    names.put("moving.example", List.of("169.254.169.254"));
    clock.advance(Duration.ofSeconds(6));
    assertThat(isRefused("moving.example")).isTrue();
    assertThatThrownBy(() -> guard.admitted("moving.example"))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void aLookupThatHangsEndsInTimeAndIsNotBegunAgainWhileItHangs() throws Exception {
    names.put("hangs.example", List.of("10.0.0.1"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> guard.refusal("hangs.example", SHORT))
          .isInstanceOf(TimeoutException.class);
    }
    assertThat(lookups.get()).isEqualTo(1);
    assertThat(isRefused("127.0.0.1")).as("others do not wait").isFalse();
    found.countDown();
    assertThat(isRefused("hangs.example")).isFalse();
  }

  @Test
  void whoIsInterruptedDoesNotWaitForALookup() {
    var caller =
        Thread.startVirtualThread(
            () ->
                assertThatThrownBy(() -> guard.admitted("hangs.example"))
                    .isInstanceOf(UnknownHostException.class));
    await().until(() -> lookups.get() == 1);
    caller.interrupt();
    await().until(() -> !caller.isAlive());
    found.countDown();
  }
}
