@NullMarked
package io.openhqm.transforms;

import org.jspecify.annotations.NullMarked;
