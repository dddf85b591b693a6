package io.openhqm.core.endpoint;

import io.openhqm.core.Message;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.config.OpenHqmConfig.Routing;
import io.openhqm.core.transform.MessagePath;
import io.openhqm.core.transform.MessagePath.Found;
import java.util.List;
import java.util.Optional;

/** Finds the route that a message takes, by the rules of the Python OpenHQM, whose files load. */
final class Routes {
  private Routes() {}

  /** The first that matches, in the order of their priorities. */
  static Optional<Route> first(Routing routing, Message message) {
    return routing.routes().stream()
        .filter(route -> route.enabled() && matches(route, message))
        .findFirst();
  }

  /** A default takes everything, and so does a route that looks at no field. */
  private static boolean matches(Route route, Message message) {
    return route.isDefault()
        || route.matchField().isEmpty()
        || MessagePath.find(route.matchField().get(), message).stream()
            .flatMap(found -> texts(found).stream())
            .anyMatch(text -> fits(route, text));
  }

  /** A value is compared as a whole, a pattern from the beginning; without either nothing fits. */
  private static boolean fits(Route route, String text) {
    return route.matchValue().isPresent()
        ? route.matchValue().get().equals(text)
        : route.matchPattern().filter(pattern -> pattern.matcher(text).lookingAt()).isPresent();
  }

  /** What a value is compared as: a flag in JSON's spelling and in Python's. */
  private static List<String> texts(Found found) {
    return switch (found.kind()) {
      case STRING, NUMBER, TREE -> List.of(found.text());
      case BOOLEAN -> List.of(found.text(), found.text().equals("true") ? "True" : "False");
      case NULL -> List.of();
    };
  }
}
