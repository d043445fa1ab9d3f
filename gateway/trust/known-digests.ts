import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../../shared/process/system-code.ts';

/** What a registry has served last, used while it is unreachable. */
export interface KnownDigest {
  readonly digest: string;
  readonly children: readonly string[] | null;
  /** Time of the last query, ms since the epoch. */
  readonly at: number;
}

const maxEntries = 2000;
const maxFileBytes = 4 * 1024 * 1024;
const digestShape = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

/**
 * The last-known digests by query, kept in a file (0600, replaced as a whole); null: in memory only. Content
 * of the file that cannot be parsed is ignored.
 */
export class KnownDigests {
  private entries = new Map<string, KnownDigest>();
  private readonly file: string | null;
  private readonly readOnly: boolean;
  private readonly log: (line: string) => void;
  private loading: Promise<void> | null = null;
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;

  constructor(file: string | null, log: (line: string) => void, readOnly = false) {
    this.file = file;
    this.readOnly = readOnly;
    this.log = log;
  }

  async get(key: string): Promise<KnownDigest | null> {
    await this.load();
    return this.entries.get(key) ?? null;
  }

  /**
   * The manifests of an index that was fetched before and verified against its digest: they never change. An
   * empty list is no proof, since any registry may have claimed it.
   */
  childrenOf(digest: string): readonly string[] | null {
    for (const entry of this.entries.values())
      if (entry.digest === digest && entry.children !== null && entry.children.length > 0)
        return entry.children;
    return null;
  }

  async set(key: string, known: KnownDigest): Promise<void> {
    await this.load();
    this.entries.delete(key);
    this.entries.set(key, known);
    while (this.entries.size > maxEntries) this.entries.delete(this.entries.keys().next().value ?? '');
    this.save();
  }

  async remove(key: string): Promise<void> {
    await this.load();
    if (this.entries.delete(key)) this.save();
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
      this.writing = this.writing.then(() => this.write());
    }
    await this.writing;
  }

  load(): Promise<void> {
    this.loading ??= this.read();
    return this.loading;
  }

  private async read(): Promise<void> {
    if (this.file === null) return;
    try {
      const text = await readFile(this.file, 'utf8');
      if (text.length > maxFileBytes) return;
      this.entries = readEntries(JSON.parse(text));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT')
        this.log(
          `the last-known registry digests in ${this.file} are not used: ` +
            `${error instanceof Error ? error.message : String(error)}`,
        );
    }
  }

  /** Schedules a write; changes in quick succession become one. */
  private save(): void {
    if (this.file === null || this.readOnly || this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.writing = this.writing.then(() => this.write());
    }, 1000);
    this.timer.unref();
  }

  private async write(): Promise<void> {
    if (this.file === null) return;
    const temporary = path.join(
      path.dirname(this.file),
      `.${path.basename(this.file)}.${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(JSON.stringify({ version: 1, digests: Object.fromEntries(this.entries) }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.file);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      this.log(
        'the last-known registry digests could not be kept: ' +
          `${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function readEntries(value: unknown): Map<string, KnownDigest> {
  const entries = new Map<string, KnownDigest>();
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value) ||
    value.version !== 1 ||
    !('digests' in value) ||
    typeof value.digests !== 'object' ||
    value.digests === null
  )
    return entries;
  for (const [key, entry] of Object.entries(value.digests).slice(0, maxEntries)) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { digest, children, at } = entry as Record<string, unknown>; // an object
    const list =
      Array.isArray(children) &&
      children.every((child) => typeof child === 'string' && digestShape.test(child))
        ? children
        : null;
    if (typeof digest === 'string' && digestShape.test(digest) && typeof at === 'number')
      entries.set(key, { digest, children: list, at });
  }
  return entries;
}
