package com.example.orders;

import java.util.List;

/**
 * What a client submits as {@code payload}. A payload that this constructor refuses fails at once,
 * and the client reads why: {@link Total} is given whole orders only.
 */
public record Order(int id, List<String> items) {
  public Order {
    // JSON that lacks it has null here.
    if (items == null || items.isEmpty()) {
      throw new IllegalArgumentException("an order needs items, such as [\"tea\"]");
    }
    items = List.copyOf(items);
  }
}
