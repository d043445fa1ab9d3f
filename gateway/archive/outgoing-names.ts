import { ResponseReplacedError } from '../http/exchange.ts';
import type { TarEntry } from './tar-ids.ts';

/**
 * Symbolic links of one archive that are remembered at least, and bytes of their names; at most twice as
 * many.
 */
const maxLinks = 32_768;
const maxLinkBytes = 4 * 1024 * 1024;

/** A name without `.` and empty components. */
interface Place {
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
 * - have `..` in its name, be absolute, or be beside what was asked for; likewise what hard links name.
 *   Symbolic links themselves may lead anywhere: that is normal, and unpacks no file. Nothing is rewritten:
 *   an engine lists none of these in a container that holds still, and what stands in the place of a file
 *   that was asked for would only be something else.
 *
 * Only the newest links are remembered. The engine walks depth first: what is below a link comes directly
 * after the link.
 */
export class OutgoingNames {
  readonly #refusal: (why: string) => ResponseReplacedError;
  /** Below what all entries are; null before the first. */
  #top: Place | null;
  /** Paths of links. When the newer ones have become too many, the older ones are forgotten. */
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();
  #newerBytes = 0;

  /**
   * `copy`: GET archive, of which all names begin as the first does: with the last part of what was asked
   * for, with `.//`, or with the `/` of a container's root. `export`: names are relative to the root.
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

  /** Takes the next entry. Throws ResponseReplacedError for one that a client should not unpack. */
  check({ name, type, link }: TarEntry): void {
    const place = placeOf(name);
    this.#top ??= topOf(name, place);
    if (!isBelow(place, this.#top)) throw this.#refusal(`it has the name ${shown(name)}`);
    const through = this.#through(place.parts) ?? (this.#isLink(place.path) ? place.path : null);
    if (through !== null)
      throw this.#refusal(`${shown(name)} came after the symbolic link ${shown(through)}`);
    if (type === '2') this.#remember(place.path);
    if (type === '1') this.#checkHardLink(name, link, place, this.#top);
  }

  #checkHardLink(name: string, link: string, place: Place, top: Place): void {
    const target = placeOf(link);
    if (!isBelow(target, top)) throw this.#refusal(`${shown(name)} is a hard link to ${shown(link)}`);
    const through = this.#through(target.parts);
    if (through !== null)
      throw this.#refusal(`${shown(name)} is a hard link through the symbolic link ${shown(through)}`);
    // A second name of a symbolic link is one, too.
    if (this.#isLink(target.path)) this.#remember(place.path);
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

  #remember(path: string): void {
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

function placeOf(name: string): Place {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return { absolute: name.startsWith('/'), parts, path: parts.join('/') };
}

function topOf(name: string, { absolute, parts }: Place): Place {
  const first = absolute || name === '.' || name.startsWith('.//') ? [] : parts.slice(0, 1);
  return { absolute, parts: first, path: first.join('/') };
}

function isBelow(place: Place, top: Place): boolean {
  if (place.absolute !== top.absolute || place.parts.includes('..')) return false;
  return top.path === '' || place.path === top.path || place.path.startsWith(`${top.path}/`);
}

const shown = (name: string): string => JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'));
