package io.openhqm.bench.rivals;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.util.List;

/** Messages by AWS's own classes for events. */
public final class TypedWorker implements RequestHandler<SQSEvent, SQSBatchResponse> {
  private final Calls.Work calls = new Calls(System.getenv()).work();

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    event.getRecords().forEach(message -> calls.on(message.getMessageId(), message.getBody()));
    return new SQSBatchResponse(List.of());
  }
}
