package com.example.orders;

import io.openhqm.core.PermanentException;
import java.util.function.Function;

/** Adds up an order. Called by many threads at once, and perhaps again for the same order. */
final class Total implements Function<Order, Receipt> {
  private final PriceList prices;

  Total(PriceList prices) {
    this.prices = prices;
  }

  /** An order of what is not sold fails at once: another attempt would not make it better. */
  @Override
  public Receipt apply(Order order) {
    int cents = order.items().stream().mapToInt(this::price).sum();
    return new Receipt(order.id(), cents);
  }

  private int price(String item) {
    return prices
        .of(item)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    new PermanentException("we do not sell '" + item + "'; order something else")));
  }
}
