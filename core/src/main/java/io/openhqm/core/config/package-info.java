/** Configuration: read, checked and typed. Every fault is found before anything starts. */
@NullMarked
package io.openhqm.core.config;

import org.jspecify.annotations.NullMarked;
