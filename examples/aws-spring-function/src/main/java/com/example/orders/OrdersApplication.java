package com.example.orders;

import io.openhqm.aws.spring.OpenHqmWorker;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The application that {@code MAIN_CLASS} names. Beans are registered by hand: looking for them
 * would cost a second at each cold start.
 */
public final class OrdersApplication
    implements ApplicationContextInitializer<GenericApplicationContext> {
  @Override
  public void initialize(GenericApplicationContext context) {
    context.registerBean(PriceList.class, PriceList::new);
    context.registerBean("total", Total.class, () -> new Total(context.getBean(PriceList.class)));
    OpenHqmWorker.register(context);
  }
}
