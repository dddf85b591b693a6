package io.openhqm.server;

import io.helidon.common.features.HelidonFeatures;
import io.helidon.common.features.api.HelidonFlavor;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;

/**
 * Helidon's servers without what Helidon searches the class path for: services, and what it has to
 * print of itself. There is nothing there that serves a request, but the search alone would leave
 * hundreds of classes in the memory of every server.
 */
public final class WebServers {
  private WebServers() {}

  /**
   * One that is stopped by who has started it.
   *
   * @param handler answers every request
   */
  public static WebServerConfig.Builder answering(Handler handler) {
    GlobalServiceRegistry.registry(
        () ->
            ServiceRegistryManager.create(
                    ServiceRegistryConfig.builder()
                        .discoverServices(false)
                        .discoverServicesFromServiceLoader(false)
                        .build())
                .registry());
    // Our flavor is SE. Of any other than the one that is set nothing is searched for, nor printed.
    HelidonFeatures.flavor(HelidonFlavor.MP);
    return WebServer.builder().shutdownHook(false).routing(HttpRouting.builder().any(handler));
  }
}
