import path from 'node:path';
import type { RootPaths } from '../../base/root-paths.ts';

/** Runs before each start of the engine. */
export const linkRuncFile = (paths: RootPaths): string => path.join(paths.programs, 'link-runc');

/**
 * A shell script that recreates our runtime's link to runc if it is broken: docker.io and docker-ce have runc
 * in different places, and one may have replaced the other.
 */
export const linkRuncScript = ({ runtimeDir }: RootPaths): string => `link='${path.join(runtimeDir, 'runc')}'
[ -x "$link" ] && exit 0
for directory in /usr/local/sbin /usr/sbin /usr/local/bin /usr/bin; do
  runc=$(readlink -e "$directory/runc") || continue
  ln -s "$runc" "$link.$$" && mv -T "$link.$$" "$link" && exit 0
done
echo 'runc is not installed: no isolated container can start' >&2
exit 1
`;
