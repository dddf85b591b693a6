package io.openhqm.bench.rivals;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;

/** A poll by AWS's own classes for events. */
public final class TypedStatus
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  private final Calls.Status calls = new Calls(System.getenv()).status();

  @Override
  public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
    String path = event.getRawPath();
    return APIGatewayV2HTTPResponse.builder()
        .withStatusCode(200)
        .withBody(calls.of(path.substring(path.lastIndexOf('/') + 1)))
        .build();
  }
}
