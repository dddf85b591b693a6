/**
 * A processor as a user of OpenHQM would write it. It knows nothing of the server but the one
 * interface that it implements.
 */
@NullMarked
package com.example.thumbnails;

import org.jspecify.annotations.NullMarked;
