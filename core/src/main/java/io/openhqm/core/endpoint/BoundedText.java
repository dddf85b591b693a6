package io.openhqm.core.endpoint;

import java.util.regex.Pattern;

/**
 * A client's text to which an operator's pattern is held. {@link Pattern} knows no bounds: one that
 * goes back again and again takes minutes for some texts, and one that repeats a choice needs a
 * stack as deep as the text is long. For one comparison.
 */
final class BoundedText implements CharSequence {
  /** How many looks every comparison may take; some milliseconds. */
  static final int LOOKS_MIN = 1_000_000;

  private static final int LOOKS_A_CHARACTER = 10;

  private final String text;
  private long left;

  private BoundedText(String text) {
    this.text = text;
    this.left = LOOKS_MIN + (long) LOOKS_A_CHARACTER * text.length();
  }

  /**
   * Whether {@code text} begins with {@code pattern}.
   *
   * @throws TooMuchException if that cannot be found out within bounds
   */
  static boolean begins(String text, Pattern pattern) throws TooMuchException {
    try {
      return pattern.matcher(new BoundedText(text)).lookingAt();
    } catch (SpentException | StackOverflowError tooMuch) {
      throw new TooMuchException();
    }
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw new SpentException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }

  /** It takes more time or stack than a text may cost. */
  static final class TooMuchException extends Exception {
    private static final long serialVersionUID = 1L;

    TooMuchException() {
      super("too many looks, or too deep", null, false, false);
    }
  }

  /** Ends the comparison from within. */
  private static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpentException() {
      super("the looks are spent", null, false, false);
    }
  }
}
