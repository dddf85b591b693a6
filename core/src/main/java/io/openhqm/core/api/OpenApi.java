package io.openhqm.core.api;

import io.openhqm.core.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The OpenAPI 3.1 document of the whole API. */
public final class OpenApi {
  private OpenApi() {}

  /** The document, as JSON. */
  public static Bytes document() {
    try (var in = OpenApi.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException(
            "openapi.json is missing beside " + OpenApi.class.getName());
      }
      return Bytes.wrap(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("openapi.json cannot be read", e);
    }
  }

  /** Serves it at {@code /openapi.json}. */
  public static Resource resource() {
    var document = document();
    return Resource.at("/openapi.json", (request, none) -> ApiResponse.json(200, document), "GET");
  }
}
