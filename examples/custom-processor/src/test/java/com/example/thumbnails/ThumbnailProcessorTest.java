package com.example.thumbnails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.tck.Attempts;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ThumbnailProcessorTest {
  private final ThumbnailProcessor processor = new ThumbnailProcessor();

  @Test
  void theServerFindsItByItsName() {
    assertThat(ServiceLoader.load(Processor.class).stream().map(found -> found.get().name()))
        .contains("thumbnails");
  }

  @Test
  void aPictureBecomesAsWideAsConfiguredAndKeepsItsShape() throws Exception {
    processor.start(Map.of("width", "50"));
    var result = processor.process(Attempts.of(picture(200, 100), Headers.none()));

    assertThat(result.headers().first("Content-Type")).contains("image/png");
    var small = ImageIO.read(((Body.Inline) result.body()).bytes().toInputStream());
    assertThat(small.getWidth()).isEqualTo(50);
    assertThat(small.getHeight()).isEqualTo(25);
  }

  @Test
  void whatIsNoPictureIsNeverTriedAgain() throws IOException {
    assertThatThrownBy(() -> processor.process(Attempts.of(Bytes.utf8("text"), Headers.none())))
        .isInstanceOf(PermanentException.class)
        .hasMessageContaining("send a PNG");
    var half = picture(200, 100).slice(0, 60);
    assertThatThrownBy(() -> processor.process(Attempts.of(half, Headers.none())))
        .isInstanceOf(PermanentException.class);
  }

  @Test
  void aWidthThatMakesNoSenseStopsTheStart() {
    assertThatThrownBy(() -> processor.start(Map.of("width", "-1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("processor.config.width");
  }

  private static Bytes picture(int width, int height) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", out);
    return Bytes.wrap(out.toByteArray());
  }
}
