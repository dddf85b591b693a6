/** Makes the AOT cache of a function when its container image is built. */
@NullMarked
package io.openhqm.aws.image;

import org.jspecify.annotations.NullMarked;
