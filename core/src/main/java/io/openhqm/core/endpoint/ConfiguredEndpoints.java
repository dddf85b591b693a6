package io.openhqm.core.endpoint;

import io.openhqm.core.AddressRules;
import io.openhqm.core.Endpoint;
import io.openhqm.core.EndpointResolver;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Nearest;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.config.OpenHqmConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides by the configuration: what the submission names, else what routing says, else the default
 * endpoint. With the proxy off everything goes to the processor. Immutable.
 */
public final class ConfiguredEndpoints implements EndpointResolver {
  private static final int SHOWN_MAX = 80;

  private final OpenHqmConfig.Proxy proxy;
  private final OpenHqmConfig.Routing routing;
  private final OpenHqmConfig.Worker worker;
  private final String processorName;
  private final AllowList allowList;
  private final AddressRules addresses;
  private final RouteTransforms transforms;

  private ConfiguredEndpoints(OpenHqmConfig config) {
    this.proxy = config.proxy();
    this.routing = config.routing();
    this.worker = config.worker();
    this.processorName = config.processor().name().orElse("echo");
    this.allowList = new AllowList(config.proxy().allowedUrls());
    this.addresses = new AddressRules(config.proxy().allowedAddresses());
    this.transforms = RouteTransforms.of(config.routing());
  }

  /** The endpoints of this configuration. */
  public static EndpointResolver of(OpenHqmConfig config) {
    return new ConfiguredEndpoints(config);
  }

  @Override
  public Resolution resolve(Message message) {
    var metadata = message.metadata();
    if (!proxy.enabled()) {
      var timeout = metadata.timeout().orElse(worker.timeout());
      return new Resolution.Found(
          new Route(
              processorName,
              Optional.empty(),
              metadata.method().orElse("POST"),
              timeout,
              worker.retry()));
    }
    if (metadata.endpoint().isPresent()) {
      return named(metadata.endpoint().get(), metadata);
    }
    Optional<OpenHqmConfig.Route> routed;
    try {
      routed = routing.enabled() ? Routes.first(routing, message) : Optional.empty();
    } catch (Rewrites.UnfitException unfit) {
      return refused(Refusal.UNFIT_VALUE, unfit.detail());
    }
    if (routed.isPresent()) {
      return byRoute(routed.get(), message);
    }
    if (routing.enabled() && !routing.enableFallback()) {
      return refused(
          Refusal.NO_ENDPOINT,
          "no route matches, and routing.enable_fallback is off; name an endpoint in metadata.endpoint"
              + known());
    }
    if (routing.enabled() && routing.defaultEndpoint().isPresent()) {
      return named(routing.defaultEndpoint().get(), metadata);
    }
    return proxy
        .defaultEndpoint()
        .map(endpoint -> found(endpoint, metadata))
        .orElseGet(
            () ->
                refused(
                    Refusal.NO_ENDPOINT,
                    "name an endpoint in metadata.endpoint: no default is configured" + known()));
  }

  @Override
  public Ways ways(String lane) {
    boolean one = proxy.endpoints().size() == 1 && proxy.allowedUrls().isEmpty();
    if (!proxy.enabled() || one) {
      return Ways.ONE;
    }
    return lane.isEmpty() && routing.enabled() ? Ways.MANY : Ways.ONE_A_LANE;
  }

  private Resolution named(String name, Metadata metadata) {
    var endpoint = proxy.endpoints().get(name);
    if (endpoint != null) {
      return found(endpoint, metadata);
    }
    if (name.contains("://")) {
      return byUrl(name, metadata);
    }
    return refused(
        Refusal.UNKNOWN_ENDPOINT,
        "there is no endpoint '"
            + shown(name)
            + "'"
            + Nearest.hint(name, proxy.endpoints().keySet()));
  }

  private Resolution byUrl(String text, Metadata metadata) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException notAUrl) {
      return refused(Refusal.URL_NOT_ALLOWED, "the endpoint is not a valid URL (RFC 3986)");
    }
    var fault = Endpoint.urlFault(url);
    if (fault.isPresent()) {
      return refused(Refusal.URL_NOT_ALLOWED, "the URL of the endpoint " + fault.get());
    }
    if (!allowList.admits(url)) {
      return refused(
          Refusal.URL_NOT_ALLOWED,
          "the URL of the endpoint is not allowed; name a configured endpoint, or have the operator add it to proxy.allowed_urls");
    }
    return addresses
        .refusalOfHost(url.getHost())
        .map(refusal -> refused(Refusal.URL_NOT_ALLOWED, refusal))
        .orElseGet(() -> found(proxy.template().at("url", url), metadata));
  }

  private Resolution byRoute(OpenHqmConfig.Route route, Message message) {
    var metadata = message.metadata();
    var endpoint = proxy.endpoints().get(route.endpoint());
    if (endpoint == null) {
      return refused(
          Refusal.UNKNOWN_ENDPOINT, "the route '" + route.name() + "' names an unknown endpoint");
    }
    var retry = endpoint.retry();
    RetryPolicy policy =
        route.maxRetries().isPresent()
            ? retry.withAttemptsMax(route.maxRetries().getAsInt() + 1)
            : retry;
    Duration timeout = metadata.timeout().or(route::timeout).orElse(endpoint.timeout());
    String method = metadata.method().or(route::method).orElse(endpoint.method());
    try {
      var rewrite = Rewrites.of(route, transforms.of(route), message);
      return new Resolution.Found(
          new Route(endpoint.name(), Optional.of(endpoint), method, timeout, policy, rewrite));
    } catch (Rewrites.UnfitException unfit) {
      return refused(Refusal.UNFIT_VALUE, unfit.detail());
    }
  }

  private static Resolution found(Endpoint endpoint, Metadata metadata) {
    return new Resolution.Found(
        new Route(
            endpoint.name(),
            Optional.of(endpoint),
            metadata.method().orElse(endpoint.method()),
            metadata.timeout().orElse(endpoint.timeout()),
            endpoint.retry()));
  }

  private String known() {
    var names = proxy.endpoints().keySet();
    return names.isEmpty()
        ? ""
        : "; there are: " + String.join(", ", names.stream().limit(10).toList());
  }

  private static Resolution refused(Refusal refusal, String detail) {
    return new Resolution.Refused(refusal, detail);
  }

  private static String shown(String name) {
    String line =
        name.codePoints()
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .limit(SHOWN_MAX)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return line.length() < name.length() ? line + "…" : line;
  }
}
