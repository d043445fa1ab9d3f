import { ResponseReplacedError } from '../http/exchange.ts';
import type { TarEntry } from './tar-ids.ts';

/**
 * Minimum number of tracked symbolic links of one archive, and bytes of their names; the maximum is twice as
 * many.
 */
const maxLinks = 32_768;
const maxLinkBytes = 4 * 1024 * 1024;

/** A name without `.` and empty components. */
interface EntryPath {
  readonly absolute: boolean;
  readonly parts: readonly string[];
  readonly path: string;
}

/**
 * Checks the names of an archive on its way to a client (CVE-2026-17106). The engine lists a directory and
 * enters what was a directory then; a container that meanwhile exchanges it for a symbolic link makes it send
 * the link, and after it files below the link. A client that unpacks them one by one writes through its new
 * link to wherever that leads on its own machine. So no entry may
 * - lie below a symbolic link of the same archive, or take the place of one,
 * - be a hard link through such a link,
 * - have `..` in its name, be absolute, or lie outside of the requested path; likewise the targets of hard
 * links. Symbolic links themselves may lead anywhere: that is normal, and unpacks no file. Nothing is
 * rewritten: the engine lists no such entry for a container that does not change, and a replacement for a
 * requested file would only be wrong content.
 *
 * Only the newest links are tracked. The engine walks depth first: entries below a link come directly after
 * it.
 */
export class OutgoingNameChecker {
  readonly #refusal: (why: string) => ResponseReplacedError;
  /** The common parent of all entries; null before the first. */
  #top: EntryPath | null;
  /** Paths of links. When there are too many newer ones, the older ones are dropped. */
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();
  #newerBytes = 0;

  /**
   * `copy`: GET archive, where all names begin as the first does: with the last component of the requested
   * path, with `.//`, or with the `/` of a container's root. `export`: names are relative to the root.
   * `container`: its name, for refusals.
   */
  constructor(kind: 'copy' | 'export', container: string) {
    const what =
      kind === 'copy' ? `docker cp out of container ${container}` : `docker export of container ${container}`;
    this.#refusal = (why) =>
      new ResponseReplacedError(
        409,
        `enhanced container isolation: ${what} was cut, since ${why}, which would be written outside ` +
          'of where it is unpacked; stop or pause what changes these files and copy again',
      );
    this.#top = kind === 'copy' ? null : { absolute: false, parts: [], path: '' };
  }

  /** Checks the next entry. Throws ResponseReplacedError for one that a client should not unpack. */
  check({ name, type, link }: TarEntry): void {
    const entry = parseEntryPath(name);
    this.#top ??= topOf(name, entry);
    if (!isBelow(entry, this.#top)) throw this.#refusal(`it has the name ${quote(name)}`);
    const through = this.#through(entry.parts) ?? (this.#isLink(entry.path) ? entry.path : null);
    if (through !== null)
      throw this.#refusal(`${quote(name)} came after the symbolic link ${quote(through)}`);
    if (type === '2') this.#addLink(entry.path);
    if (type === '1') this.#checkHardLink(name, link, entry, this.#top);
  }

  #checkHardLink(name: string, link: string, entry: EntryPath, top: EntryPath): void {
    const target = parseEntryPath(link);
    if (!isBelow(target, top)) throw this.#refusal(`${quote(name)} is a hard link to ${quote(link)}`);
    const through = this.#through(target.parts);
    if (through !== null)
      throw this.#refusal(`${quote(name)} is a hard link through the symbolic link ${quote(through)}`);
    // A second name of a symbolic link is one, too.
    if (this.#isLink(target.path)) this.#addLink(entry.path);
  }

  /** The link that a path goes through; null without one. */
  #through(parts: readonly string[]): string | null {
    if (this.#newer.size === 0) return null;
    let above = '';
    for (const part of parts.slice(0, -1)) {
      above = above === '' ? part : `${above}/${part}`;
      if (this.#isLink(above)) return above;
    }
    return null;
  }

  #addLink(path: string): void {
    if (this.#newer.size >= maxLinks || this.#newerBytes >= maxLinkBytes) {
      this.#older = this.#newer;
      this.#newer = new Set();
      this.#newerBytes = 0;
    }
    this.#newer.add(path);
    this.#newerBytes += path.length;
  }

  #isLink(path: string): boolean {
    return this.#newer.has(path) || this.#older.has(path);
  }
}

function parseEntryPath(name: string): EntryPath {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return { absolute: name.startsWith('/'), parts, path: parts.join('/') };
}

function topOf(name: string, { absolute, parts }: EntryPath): EntryPath {
  const first = absolute || name === '.' || name.startsWith('.//') ? [] : parts.slice(0, 1);
  return { absolute, parts: first, path: first.join('/') };
}

function isBelow(entry: EntryPath, top: EntryPath): boolean {
  if (entry.absolute !== top.absolute || entry.parts.includes('..')) return false;
  return top.path === '' || entry.path === top.path || entry.path.startsWith(`${top.path}/`);
}

const quote = (name: string): string => JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'));
