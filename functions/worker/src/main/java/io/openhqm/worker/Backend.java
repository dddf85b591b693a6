package io.openhqm.worker;

import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.EndpointResolver.Resolution;
import io.openhqm.core.Message;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What has hands of its own: an endpoint, or the processor. Two URLs that the allow list admits
 * have one name, and yet are two.
 *
 * @param concurrencyMax how many calls it takes at a time, if there is a limit
 */
record Backend(String name, String origin, OptionalInt concurrencyMax) {
  /** Of what can go nowhere. */
  private static final Backend NONE = new Backend("", "", OptionalInt.empty());

  static Backend of(Optional<Resolution> resolution) {
    if (resolution.isEmpty() || !(resolution.get() instanceof Resolution.Found found)) {
      return NONE;
    }
    var route = found.route();
    return new Backend(
        route.name(),
        route.endpoint().map(one -> origin(one.url())).orElse(""),
        route.endpoint().map(Endpoint::concurrencyMax).orElse(OptionalInt.empty()));
  }

  private static String origin(URI url) {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  /** Where {@code message} goes; empty where routing breaks: whoever works on it will see why. */
  static Optional<Resolution> resolved(EndpointResolver resolver, Message message) {
    try {
      return Optional.of(resolver.resolve(message));
    } catch (RuntimeException | StackOverflowError bug) {
      return Optional.empty();
    }
  }
}
