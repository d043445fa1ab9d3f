#ifndef BULKHEAD_LAYER_STORE_H
#define BULKHEAD_LAYER_STORE_H

/*
 * The directory in which overlay2 keeps layers, DATA/overlay2. To push or save an image, dockerd opens the
 * files of its layers as root, by the names in the archive that a layer came from: with a link on such a
 * path, that is any file of the machine.
 */

/*
 * Has no link followed in `store`, but for those of overlay2 itself in its directory `l`, and keeps what is
 * mounted there. Returns the exit status: 0 also if it was so before.
 */
int guard_layer_store(const char *store);

/* Has links followed again: containers without isolation may have layers as their root. */
int release_layer_store(const char *store);

#endif
