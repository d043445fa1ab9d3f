// Go and sources from Debian's packages, beside the system, which stays as it is.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { unpackPackages } from './apt-beside.mjs';
import { runOrThrow } from './console.mjs';

/** Debian's suite, and its Go, that tests of others are compiled with. */
export const suite = 'trixie';
export const goVersion = '1.24';

/** Unpacks an archive. `depth`: directories in it above its content. */
export async function extract(archive, depth, directory) {
  mkdirSync(directory, { recursive: true });
  await runOrThrow(
    'tar',
    ['-xJf', archive, '-C', directory, `--strip-components=${depth}`],
    `${archive} could not be unpacked: free some disk space and try again.`,
  );
}

/** Unpacks Go and packages of its; resolves with their directory. */
export async function unpackGo(packages, directory) {
  const names = readdirSync(packages).filter((name) => /^golang-.*\.deb$/.test(name));
  await unpackPackages(
    names.map((name) => path.join(packages, name)),
    directory,
  );
  return directory;
}

/**
 * A function that runs Go in a directory. `go`: what was unpacked; `gopath`: sources; `work`: for temporary
 * files. One compiler at a time.
 */
export function goCommand({ go, gopath, work }) {
  const root = path.join(go, 'usr/lib', `go-${goVersion}`);
  const env = {
    GOROOT: root,
    GOPATH: `${gopath}:${path.join(go, 'usr/share/gocode')}`,
    GOCACHE: path.join(work, 'compiled'),
    GOTMPDIR: work,
    GO111MODULE: 'off',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-p=1',
    CGO_ENABLED: '0',
  };
  return (cwd, ...args) =>
    runOrThrow(path.join(root, 'bin/go'), args, `${args.at(-1)} in ${cwd} could not be compiled.`, {
      cwd,
      env,
    });
}
