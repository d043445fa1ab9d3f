import { constants } from 'node:fs';
import { O_PATH } from '../../shared/process/open-flags.ts';

/** To open one component of a path that a container may change meanwhile: a directory, and no link to one. */
export const directoryFlags = O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY;
