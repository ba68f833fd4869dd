// SPDX-License-Identifier: GPL-2.0-or-later
/* The key file, taken elsewhere: without it no backup of the database can be opened. */
#ifndef TB_STORE_KEYCOPY_H
#define TB_STORE_KEYCOPY_H

/* Writes the key of the state directory to the new file `to` (mode 0600), synced and read back. -EEXIST: it is
 * there; -EXDEV: it would lie beside the backups (or the database), which is what must not be; said. */
int keycopy(const char *state_dir, const char *backup_dir, const char *to);

#endif
