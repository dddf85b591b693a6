package io.openhqm.core.config;

import io.openhqm.core.AddressRules;
import io.openhqm.core.Auth;
import io.openhqm.core.Endpoint;
import io.openhqm.core.Endpoint.HttpVersion;
import io.openhqm.core.Headers;
import io.openhqm.core.Nearest;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the {@code proxy} section with its endpoints. */
final class ProxyReader {
  private static final URI NOWHERE = URI.create("http://localhost");
  private final ConfigReport report;

  ProxyReader(ConfigReport report) {
    this.report = report;
  }

  OpenHqmConfig.Proxy read(SectionReader in, OpenHqmConfig.Worker worker) {
    boolean enabled = in.flag("enabled");
    var defaultName = in.text("default_endpoint");
    var template =
        new Endpoint(
            "template",
            NOWHERE,
            "POST",
            worker.timeout(),
            Headers.none(),
            new Auth.None(),
            worker.retry(),
            in.whole("max_response_size").orElse(1),
            in.list("forward_headers").orElse(List.of()),
            in.list("strip_headers").orElse(List.of()),
            OptionalInt.empty(),
            HttpVersion.AUTO);
    var allowedUrls = allowedUrls(in);
    var allowedAddresses = allowedAddresses(in);
    boolean follow = in.flag("follow_redirects");
    var connect = in.seconds("connect_timeout_seconds").orElse(Duration.ofSeconds(1));
    var endpoints = new LinkedHashMap<String, Endpoint>();
    in.tree("endpoints")
        .ifPresent(
            all ->
                all.entries()
                    .forEach(
                        (name, entry) ->
                            endpoint(name, entry, template)
                                .ifPresent(e -> endpoints.put(name, e))));
    var defaultEndpoint =
        defaultName.flatMap(name -> defaultEndpoint(in, name, endpoints, template));
    if (enabled && endpoints.isEmpty() && defaultName.isEmpty() && allowedUrls.isEmpty()) {
      in.problem(
          "enabled",
          "the proxy has nowhere to forward to; give proxy.default_endpoint or proxy.endpoints");
    }
    return new OpenHqmConfig.Proxy(
        enabled,
        defaultEndpoint,
        Collections.unmodifiableMap(endpoints),
        template,
        allowedUrls,
        allowedAddresses,
        follow,
        connect);
  }

  private static Optional<Endpoint> defaultEndpoint(
      SectionReader in, String name, Map<String, Endpoint> endpoints, Endpoint template) {
    var named = endpoints.get(name);
    if (named != null) {
      return Optional.of(named);
    }
    if (!name.contains("://")) {
      in.problem(
          "default_endpoint",
          "there is no endpoint "
              + in.quoted("default_endpoint", name)
              + ", and it is not an http or https URL"
              + Nearest.hint(name, endpoints.keySet()));
      return Optional.empty();
    }
    var url = parseUrl(name);
    if (url.isEmpty()) {
      in.problem("default_endpoint", urlFault(name));
    }
    return url.map(at -> template.at("default", at));
  }

  private Optional<Endpoint> endpoint(String name, Entry entry, Endpoint template) {
    var all = KeyPath.of("proxy", "endpoints");
    var path = all.then(name);
    if (!(entry.value() instanceof Mapping mapping)) {
      // Without a value it may be none, but a piece of one.
      report.problem(
          entry.keyPlace(),
          entry.value().saysNothing() ? all : path,
          "an endpoint must be a mapping with at least 'url'");
      return Optional.empty();
    }
    var in = new SectionReader(path, mapping, ProxySettings.ENDPOINT, report);
    var url = url(in);
    var method = checkedMethod(in, in.textOrEmpty("method")).orElse("POST");
    var timeout = in.seconds("timeout").orElse(template.timeout());
    var headers = headers(in);
    var auth = auth(in);
    var retry = retry(in, template.retry());
    var endpoint =
        new Endpoint(
            name,
            url.orElse(NOWHERE),
            method,
            timeout,
            headers,
            auth,
            retry,
            in.whole("max_response_size").orElse(template.responseBytesMax()),
            in.list("forward_headers").orElse(template.forwardHeaders()),
            in.list("strip_headers").orElse(template.stripHeaders()),
            in.integer("max_concurrency"),
            switch (in.choice("http_version").orElse("auto")) {
              case "1.1" -> HttpVersion.HTTP_1_1;
              case "2" -> HttpVersion.HTTP_2;
              default -> HttpVersion.AUTO;
            });
    return Optional.of(endpoint);
  }

  private static Optional<URI> url(SectionReader in) {
    var text = in.text("url");
    if (text.isEmpty()) {
      in.problem("url", "missing: an endpoint needs the URL of its backend");
      return Optional.empty();
    }
    var url = parseUrl(text.get());
    if (url.isEmpty()) {
      in.problem("url", urlFault(text.get()));
    }
    return url;
  }

  /** In upper case; a method that cannot be called by is a fault. */
  static Optional<String> checkedMethod(SectionReader in, String text) {
    var method = text.toUpperCase(Locale.ROOT);
    if (!Endpoint.isCallableBy(method)) {
      in.problem("method", "expected an HTTP method such as POST, and neither CONNECT nor TRACE");
      return Optional.empty();
    }
    return Optional.of(method);
  }

  private static Headers headers(SectionReader in) {
    var fields = new ArrayList<Headers.Field>();
    in.texts("headers")
        .forEach(
            (name, value) -> {
              if (Headers.isToken(name) && Headers.isFieldValue(value)) {
                fields.add(new Headers.Field(name, value));
              } else {
                String shown = KeyPath.isName(name) ? "'" + name + "'" : "a name";
                in.problem("headers", shown + " does not make a valid header field (RFC 9110 §5)");
              }
            });
    return new Headers(fields);
  }

  private static Auth auth(SectionReader in) {
    var type = in.choice("auth_type").orElse("");
    var token = in.secret("auth_token");
    var user = in.textOrEmpty("auth_username");
    var password = in.secret("auth_password");
    var header = in.textOrEmpty("auth_header_name");
    boolean wantsToken = Set.of("bearer", "api_key", "custom").contains(type);
    if (wantsToken && token.reveal().isEmpty()) {
      if (!in.isFaulty("auth_token")) {
        in.problem("auth_type", type + " needs auth_token");
      }
      return new Auth.None();
    }
    if (type.equals("basic") && (user.isEmpty() || user.contains(":"))) {
      in.problem("auth_type", "basic needs auth_username, without a colon, and auth_password");
      return new Auth.None();
    }
    if (!Headers.isToken(header)) {
      in.problem("auth_header_name", "expected the name of a header field (RFC 9110 §5.1)");
      return new Auth.None();
    }
    if (!Headers.isFieldValue(token.reveal())) {
      in.problem("auth_token", "holds characters that no header field can (RFC 9110 §5.5)");
      return new Auth.None();
    }
    return switch (type) {
      case "bearer" -> new Auth.Bearer(token);
      case "api_key" -> new Auth.ApiKey(header, token);
      case "basic" -> new Auth.Basic(user, password);
      case "custom" -> new Auth.Custom(header, token);
      default -> new Auth.None();
    };
  }

  private static RetryPolicy retry(SectionReader in, RetryPolicy template) {
    var codes = new HashSet<Integer>();
    for (String code : in.list("retry_status_codes").orElse(List.of())) {
      if (code.matches("[2-5][0-9][0-9]")) {
        codes.add(Integer.valueOf(code));
      } else {
        in.problem(
            "retry_status_codes",
            "expected status codes 200 to 599 but found " + in.quoted("retry_status_codes", code));
      }
    }
    var base = in.seconds("retry_delay_base").orElse(template.delayBase());
    var max = in.seconds("retry_delay_max").orElse(template.delayMax());
    if (base.compareTo(max) > 0) {
      in.problem("retry_delay_base", "must not be larger than retry_delay_max");
      max = base;
    }
    var retries = in.integer("max_retries");
    int attempts = retries.isPresent() ? retries.getAsInt() + 1 : template.attemptsMax();
    return new RetryPolicy(attempts, base, max, codes);
  }

  private static List<URI> allowedUrls(SectionReader in) {
    var urls = new ArrayList<URI>();
    for (String text : in.list("allowed_urls").orElse(List.of())) {
      parseUrl(text).ifPresentOrElse(urls::add, () -> in.problem("allowed_urls", urlFault(text)));
    }
    return List.copyOf(urls);
  }

  private static List<String> allowedAddresses(SectionReader in) {
    var blocks = in.list("allowed_addresses").orElse(List.of());
    for (String block : blocks) {
      try {
        new AddressRules(List.of(block));
      } catch (IllegalArgumentException notABlock) {
        in.problem(
            "allowed_addresses",
            "expected CIDR blocks such as 10.0.0.0/8 but found "
                + in.quoted("allowed_addresses", block));
      }
    }
    return blocks;
  }

  /** A URL that a backend may have. */
  static Optional<URI> parseUrl(String text) {
    try {
      var url = new URI(text.strip());
      return Endpoint.urlFault(url).isEmpty() ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException notAUrl) {
      return Optional.empty();
    }
  }

  /** What is wrong with it. The text itself may hold a password and is not repeated. */
  static String urlFault(String text) {
    try {
      return "the URL " + Endpoint.urlFault(new URI(text.strip())).orElse("is not valid");
    } catch (URISyntaxException notAUrl) {
      return "not a URL (RFC 3986), at character " + notAUrl.getIndex();
    }
  }
}
