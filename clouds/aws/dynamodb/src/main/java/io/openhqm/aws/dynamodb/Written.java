package io.openhqm.aws.dynamodb;

import java.util.Optional;

/** What became of a conditional write. */
sealed interface Written {
  /**
   * It is done.
   *
   * @param item before or after, as was asked for
   */
  record Done(Item item) implements Written {}

  /**
   * The condition did not hold.
   *
   * @param found the item at that moment, as it was read with the condition; empty: none
   */
  record Refused(Optional<Item> found) implements Written {}
}
