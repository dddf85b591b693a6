package io.openhqm.aws.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What SQS takes as text: the characters of XML 1.0, and for the ids of groups only the visible
 * ones of ASCII.
 */
final class SqsText {
  private static final int GROUP_LENGTH_MAX = 128;
  private static final int REPLACEMENT = 0xfffd;

  private SqsText() {}

  /** The bytes as text, if they are UTF-8, SQS takes every character, and there is one. */
  static Optional<String> of(Bytes bytes) {
    try {
      String text = UTF_8.newDecoder().decode(bytes.toByteBuffer()).toString();
      return isLegal(text) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }

  /** Whether SQS takes {@code text} as a body or as the value of an attribute. */
  static boolean isLegal(String text) {
    return !text.isEmpty() && text.codePoints().allMatch(SqsText::isLegal);
  }

  private static boolean isLegal(int c) {
    return c >= 0x20 && c <= 0xd7ff
        || c == '\t'
        || c == '\n'
        || c == '\r'
        || c >= 0xe000 && c <= 0xfffd
        || c >= 0x10000;
  }

  /** JSON with what SQS does not take escaped, which can stand only inside of its strings. */
  static String legalJson(String json) {
    if (isLegal(json)) {
      return json;
    }
    var legal = new StringBuilder(json.length() + 16);
    json.codePoints()
        .forEach(
            c -> {
              if (isLegal(c)) {
                legal.appendCodePoint(c);
              } else {
                legal.append("\\u").append(HexFormat.of().toHexDigits((char) c));
              }
            });
    return legal.toString();
  }

  /**
   * {@code text} for people, cut after {@code lengthMax} characters; what is illegal shows as �.
   */
  static String shown(String text, int lengthMax) {
    return text.codePoints()
        .limit(lengthMax)
        .map(c -> isLegal(c) ? c : REPLACEMENT)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The group of what belongs together by {@code key}: the key itself, or its digest. */
  static String group(String key) {
    boolean legal =
        !key.isEmpty()
            && key.length() <= GROUP_LENGTH_MAX
            && key.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    return legal ? key : "sha256-" + digest(key);
  }

  private static String digest(String key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** How many bytes {@code text} has in UTF-8. */
  static long utf8Length(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Each half of a pair stands for two of its four bytes.
      length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return length;
  }
}
