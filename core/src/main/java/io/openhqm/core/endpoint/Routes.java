package io.openhqm.core.endpoint;

import io.openhqm.core.Message;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.config.OpenHqmConfig.Routing;
import java.util.Optional;

/** Finds the route that a message takes. */
final class Routes {
  private Routes() {}

  /** The first route that matches, else the first default among them. */
  static Optional<Route> first(Routing routing, Message message) {
    for (var route : routing.routes()) {
      if (route.enabled() && !route.isDefault() && matches(route, message)) {
        return Optional.of(route);
      }
    }
    return routing.routes().stream()
        .filter(route -> route.enabled() && route.isDefault())
        .findFirst();
  }

  private static boolean matches(Route route, Message message) {
    var found = route.matchField().flatMap(path -> MessagePath.find(path, message));
    if (found.isEmpty()) {
      return false;
    }
    boolean equal = route.matchValue().map(found.get()::equals).orElse(true);
    boolean alike =
        route.matchPattern().map(pattern -> pattern.matcher(found.get()).matches()).orElse(true);
    return equal && alike;
  }
}
