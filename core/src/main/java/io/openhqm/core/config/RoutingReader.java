package io.openhqm.core.config;

import io.openhqm.core.Headers;
import io.openhqm.core.Nearest;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Sequence;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.config.OpenHqmConfig.Routing;
import io.openhqm.core.config.OpenHqmConfig.Transform;
import io.openhqm.core.transform.MessagePath;
import io.openhqm.core.transform.Transformations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the routes, from the file they stand in or from the configuration itself. */
final class RoutingReader {
  private static final int PATTERN_LENGTH_MAX = 500;

  private static final KeyPath CONFIG = KeyPath.of("routing", "config");

  private final ConfigReport report;
  private final BiFunction<String, String, Mapping> readMapping;
  private final Folder folder;
  private final boolean isPart;

  /** Looked for only where a route has need of them: a cold start pays for it. */
  private Optional<Transformations> transformations = Optional.empty();

  /**
   * @param readMapping reads a text under a source's name
   * @param isPart whether the process uses only a part of the configuration, and may lack what it
   *     does not use
   */
  RoutingReader(
      ConfigReport report,
      BiFunction<String, String, Mapping> readMapping,
      Folder folder,
      boolean isPart) {
    this.isPart = isPart;
    this.report = report;
    this.readMapping = readMapping;
    this.folder = folder;
  }

  Routing read(SectionReader in, Set<String> endpoints) {
    boolean enabled = in.flag("enabled");
    var path = in.text("config_path");
    var inline = in.shownTree("config_dict", false);
    if (path.isPresent() && inline.isPresent()) {
      in.problem("config_path", "give either config_path or config_dict, not both");
    }
    if (enabled && path.isEmpty() && inline.isEmpty()) {
      in.problem("enabled", "routing needs config_path or config_dict");
    }
    if (!enabled) {
      return new Routing(false, Optional.empty(), true, List.of());
    }
    var mapping = inline.or(() -> path.flatMap(file -> readFile(in, file)));
    return mapping
        .map(found -> routing(found, endpoints))
        .orElseGet(() -> new Routing(true, Optional.empty(), true, List.of()));
  }

  private Optional<Mapping> readFile(SectionReader in, String file) {
    var path = folder.resolve(in, "config_path", file);
    try {
      return Optional.of(readMapping.apply(Folder.read(path), path.toString()));
    } catch (IOException unreadable) {
      in.problem(
          "config_path",
          "the file of the routes cannot be read: "
              + Folder.reason(path, unreadable)
              + ", "
              + in.quoted("config_path", file));
      return Optional.empty();
    }
  }

  private Routing routing(Mapping mapping, Set<String> endpoints) {
    var in = SectionReader.unshown(CONFIG, mapping, ProxySettings.ROUTING_FILE, report);
    in.text("version");
    var routes = new ArrayList<Placed>();
    in.entry("routes")
        .ifPresent(
            entry -> {
              if (entry.value() instanceof Sequence sequence) {
                for (int i = 0; i < sequence.items().size(); i++) {
                  route(sequence.items().get(i), i, endpoints).ifPresent(routes::add);
                }
              } else if (!entry.value().saysNothing()) {
                in.problem("routes", "expected a list of routes");
              }
            });
    routes.sort(Comparator.comparingInt((Placed placed) -> placed.route.priority()).reversed());
    noteUnreachable(routes);
    var fallback = in.text("default_endpoint");
    fallback
        .filter(name -> !endpoints.contains(name))
        .ifPresent(
            name ->
                in.problem(
                    "default_endpoint", unknownEndpoint(in, "default_endpoint", name, endpoints)));
    return new Routing(
        true, fallback, in.flag("enable_fallback"), routes.stream().map(Placed::route).toList());
  }

  /** A route and where it is read from. */
  private record Placed(Route route, SectionReader in) {}

  /**
   * @param routes in the order in which they are tried
   */
  private static void noteUnreachable(List<Placed> routes) {
    var tried = routes.stream().filter(placed -> placed.route.enabled()).toList();
    for (var placed : tried.subList(0, Math.max(0, tried.size() - 1))) {
      if (placed.route.isDefault() || placed.route.matchField().isEmpty()) {
        String setting = placed.route.isDefault() ? "is_default" : "endpoint";
        placed.in.note(
            setting, "this route takes everything: those after it are never tried; see priority");
        return;
      }
    }
  }

  private Optional<Placed> route(ConfigNode node, int index, Set<String> endpoints) {
    var path = CONFIG.then("routes[" + index + "]");
    if (!(node instanceof Mapping mapping)) {
      report.problem(node.place(), path, "expected a mapping");
      return Optional.empty();
    }
    var in = SectionReader.unshown(path, mapping, ProxySettings.ROUTE, report);
    var endpoint = in.textOrEmpty("endpoint");
    if (!endpoints.contains(endpoint)) {
      in.problem("endpoint", unknownEndpoint(in, "endpoint", endpoint, endpoints));
    }
    var transform = transform(in);
    in.text("match_field").ifPresent(field -> checkPath(in, "match_field", field));
    checkMappings(in);
    in.text("description");
    var route =
        new Route(
            in.text("name").orElse("route " + (index + 1)),
            in.text("match_field"),
            in.text("match_value"),
            in.text("match_pattern").flatMap(text -> pattern(in, text)),
            in.flag("is_default"),
            in.flag("enabled"),
            in.integer("priority").orElse(0),
            endpoint,
            in.text("method").flatMap(method -> ProxyReader.checkedMethod(in, method)),
            in.seconds("timeout"),
            in.integer("max_retries"),
            transform,
            in.texts("header_mappings"),
            in.texts("query_params"));
    noteUseless(in, route);
    return Optional.of(new Placed(route, in));
  }

  /** What is done to the payload: compiled here to find its faults, and again where it is used. */
  private Transform transform(SectionReader in) {
    var type = in.textOrEmpty("transform_type").toLowerCase(Locale.ROOT);
    var text = in.textOrEmpty("transform");
    if (type.equals(Transformations.PASSTHROUGH) || text.isEmpty()) {
      if (!type.equals(Transformations.PASSTHROUGH)) {
        in.note("transform_type", "has no effect without transform");
      }
      return Transform.NONE;
    }
    if (transformations.isEmpty()) {
      transformations = Optional.of(Transformations.installed());
    }
    var known = transformations.get();
    var named = known.named(type);
    if (named.isPresent()) {
      try {
        named.get().compile(text);
      } catch (IllegalArgumentException invalid) {
        in.problem("transform", "is " + in.told("transform", String.valueOf(invalid.getMessage())));
      }
    } else if (!isPart) {
      in.problem(
          "transform_type",
          Names.unknown(
              "transformation",
              in.quoted("transform_type", type),
              type,
              " on the class path",
              known.names()));
    }
    return new Transform(type, text);
  }

  /** What loads, since it does in the Python OpenHQM, and is hardly meant. */
  private static void noteUseless(SectionReader in, Route route) {
    boolean compares = route.matchValue().isPresent() || in.text("match_pattern").isPresent();
    String compared = route.matchValue().isPresent() ? "match_value" : "match_pattern";
    if (route.matchField().isPresent() && !route.isDefault() && !compares) {
      in.note("match_field", "takes nothing: give match_value or match_pattern too");
    }
    if (compares && (route.matchField().isEmpty() || route.isDefault())) {
      in.note(
          compared,
          "has no effect: a route without match_field, or with is_default, takes everything");
    }
    if (route.matchValue().isPresent() && route.matchPattern().isPresent()) {
      in.note("match_pattern", "has no effect beside match_value");
    }
  }

  private static void checkMappings(SectionReader in) {
    in.texts("header_mappings")
        .forEach(
            (name, path) -> {
              checkPath(in, "header_mappings", path);
              if (!Headers.isToken(name)) {
                in.problem("header_mappings", "a key is no name of a header field (RFC 9110 §5.1)");
              }
            });
    in.texts("query_params").values().forEach(path -> checkPath(in, "query_params", path));
  }

  /** A path that begins with anything else leads to nothing in any message. */
  static void checkPath(SectionReader in, String setting, String path) {
    if (!MessagePath.isPath(path)) {
      in.problem(
          setting,
          "expected a path such as correlation_id, payload.a.b, headers.name or metadata.type but"
              + " found "
              + in.quoted(setting, path)
              + Nearest.hint(MessagePath.first(path), MessagePath.ROOTS));
    }
  }

  private static Optional<Pattern> pattern(SectionReader in, String text) {
    if (text.length() > PATTERN_LENGTH_MAX) {
      in.problem("match_pattern", "longer than " + PATTERN_LENGTH_MAX + " characters");
      return Optional.empty();
    }
    try {
      return Optional.of(Pattern.compile(text));
    } catch (PatternSyntaxException notAPattern) {
      in.problem(
          "match_pattern", "not a regular expression, at character " + notAPattern.getIndex());
      return Optional.empty();
    }
  }

  private static String unknownEndpoint(
      SectionReader in, String setting, String name, Set<String> endpoints) {
    return "there is no endpoint " + in.quoted(setting, name) + Nearest.hint(name, endpoints);
  }
}
