package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.PermanentException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TotalTest {
  private final Total total = new Total(new PriceList());

  @Test
  void anOrderIsAddedUp() {
    assertThat(total.apply(new Order(17, List.of("tea", "cake", "cake"))))
        .isEqualTo(new Receipt(17, 1190));
  }

  @Test
  void whatIsNotSoldIsRefusedForGood() {
    assertThatThrownBy(() -> total.apply(new Order(18, List.of("rum"))))
        .hasCause(new PermanentException("we do not sell 'rum'; order something else"));
  }

  @Test
  void anOrderNeedsItems() {
    assertThatThrownBy(() -> new Order(19, List.of())).hasMessageContaining("needs items");
    assertThatThrownBy(() -> new Order(19, null)).hasMessageContaining("needs items");
  }
}
