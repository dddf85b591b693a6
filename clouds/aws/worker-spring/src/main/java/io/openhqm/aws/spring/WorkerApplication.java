package io.openhqm.aws.spring;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The worker without a bean of anybody's: the HTTP proxy, the echo, or a processor from the class
 * path. A team whose functions shall do the work has an initializer of its own, which registers
 * them and calls {@link OpenHqmWorker#register}, and names that in {@code MAIN_CLASS}.
 */
public final class WorkerApplication
    implements ApplicationContextInitializer<GenericApplicationContext> {
  @Override
  public void initialize(GenericApplicationContext context) {
    OpenHqmWorker.register(context);
  }
}
