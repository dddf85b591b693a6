package io.openhqm.aws.spring;

import com.amazonaws.services.lambda.runtime.Context;
import io.openhqm.aws.lambda.Startup;
import io.openhqm.aws.lambda.Surroundings;
import io.openhqm.aws.worker.Rehearsal;
import io.openhqm.aws.worker.WorkerFunction;
import io.openhqm.aws.worker.WorkerParts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.cloud.function.context.FunctionRegistration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;

/**
 * Registers the function that Lambda calls with an event of SQS, by functional bean registration:
 * no component scan, no annotation is looked for.
 */
public final class OpenHqmWorker {
  /** The function that {@code FunctionInvoker} calls. */
  static final String FUNCTION = "openhqm";

  /** Where the adapter puts Lambda's context of an invocation. */
  private static final String CONTEXT = "aws-context";

  private OpenHqmWorker() {}

  /**
   * Makes {@code context} a worker. Its {@code Function} and {@code Consumer} beans, and its {@link
   * io.openhqm.core.Processor} beans, may be named in {@code processor.name}; where there is
   * exactly one of them, it need not be named. While {@code proxy.enabled} is true, none of them is
   * called.
   */
  public static void register(GenericApplicationContext context) {
    register(context, Surroundings.ofProcess());
  }

  static void register(GenericApplicationContext context, Surroundings surroundings) {
    Supplier<FunctionRegistration<?>> registration =
        () -> registration(started(new TeamProcessors(context), surroundings));
    context.registerBean(FUNCTION, FunctionRegistration.class, registration::get);
  }

  /** Opened now, or where a snapshot is taken of this process, after each restore. */
  private static Supplier<WorkerFunction> started(TeamProcessors team, Surroundings surroundings) {
    return Startup.of(
        surroundings,
        Rehearsal::callNobody,
        at -> function(team, WorkerParts.open("worker", at)),
        WorkerFunction::rehearse);
  }

  private static WorkerFunction function(TeamProcessors team, WorkerParts parts) {
    return team.of(parts.config()).map(parts::worker).orElseGet(parts::worker);
  }

  /**
   * Takes a stream: of anything else the adapter would first make objects, and log what it read.
   */
  private static FunctionRegistration<?> registration(Supplier<WorkerFunction> worker) {
    return new FunctionRegistration<Function<Message<InputStream>, byte[]>>(
            event -> worker.get().handle(bytes(event.getPayload()), invocation(event)), FUNCTION)
        .type(
            ResolvableType.forClassWithGenerics(
                    Function.class,
                    ResolvableType.forClassWithGenerics(Message.class, InputStream.class),
                    ResolvableType.forClass(byte[].class))
                .getType());
  }

  private static byte[] bytes(InputStream event) {
    try {
      return event.readAllBytes();
    } catch (IOException unread) {
      throw new UncheckedIOException("the event cannot be read", unread);
    }
  }

  static Context invocation(Message<?> event) {
    if (event.getHeaders().get(CONTEXT) instanceof Context context) {
      return context;
    }
    throw new IllegalStateException("the adapter gave no context of the invocation");
  }
}
