package io.openhqm.worker.proxy;

import io.openhqm.core.Rewrite;
import io.openhqm.core.endpoint.DotSegments;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a call: the endpoint's, with the path and query of the ingress behind it as they came.
 */
final class TargetUrl {
  private TargetUrl() {}

  /**
   * The URL; empty if {@code target} would leave the endpoint's base path.
   *
   * @param target a path with an optional query; empty: the endpoint's own URL
   */
  static Optional<URI> of(URI endpoint, Optional<String> target) {
    if (target.isEmpty() || target.get().isEmpty()) {
      return Optional.of(endpoint);
    }
    String text = target.get();
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    if (DotSegments.in(path)) {
      return Optional.empty();
    }
    String base = endpoint.toString();
    int baseMark = base.indexOf('?');
    String baseQuery = baseMark < 0 ? "" : base.substring(baseMark + 1);
    String basePath = baseMark < 0 ? base : base.substring(0, baseMark);
    boolean twoSlashes = basePath.endsWith("/") && path.startsWith("/");
    String query = mark < 0 ? "" : text.substring(mark + 1);
    String joined =
        baseQuery.isEmpty() || query.isEmpty() ? baseQuery + query : baseQuery + "&" + query;
    try {
      return Optional.of(
          URI.create(
              (twoSlashes ? basePath.substring(0, basePath.length() - 1) : basePath)
                  + path
                  + (joined.isEmpty() ? "" : "?" + joined)));
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  /**
   * The same with query parameters that a route adds: in place of the client's of the same name;
   * one that the endpoint's URL has is left to it.
   */
  static Optional<URI> of(URI endpoint, Optional<String> target, List<Rewrite.Parameter> added) {
    if (added.isEmpty()) {
      return of(endpoint, target);
    }
    String text = target.orElse("");
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    var names = added.stream().map(Rewrite.Parameter::name).collect(Collectors.toSet());
    var owned = pairs(endpoint.getRawQuery()).map(TargetUrl::nameOf).toList();
    var clients =
        pairs(mark < 0 ? "" : text.substring(mark + 1))
            .filter(pair -> !names.contains(nameOf(pair)));
    var routes =
        added.stream()
            .filter(parameter -> !owned.contains(parameter.name()))
            .map(parameter -> encoded(parameter.name()) + "=" + encoded(parameter.value()));
    String query = Stream.concat(clients, routes).collect(Collectors.joining("&"));
    return of(endpoint, Optional.of(query.isEmpty() ? path : path + "?" + query));
  }

  private static Stream<String> pairs(@Nullable String query) {
    return query == null || query.isEmpty() ? Stream.empty() : Stream.of(query.split("&"));
  }

  private static String nameOf(String pair) {
    int equals = pair.indexOf('=');
    String name = equals < 0 ? pair : pair.substring(0, equals);
    try {
      return URLDecoder.decode(name, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException brokenEncoding) {
      return name;
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
