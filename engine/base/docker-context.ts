import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { systemCode } from '../../shared/process/system-code.ts';

/** A context in the docker CLI's format, `contexts/meta/<sha256 of the name>/meta.json`. */
const contextSchema = z.object({
  Name: z.string(),
  Metadata: z.object({
    /** The engine's root directory, in contexts created by us. */
    bulkhead: z.string().optional(),
  }),
});

/** The configuration of the docker CLI: the parts used here; the rest is kept. */
const configSchema = z.looseObject({ currentContext: z.string().optional() });

/** A context created by us. */
interface OwnContext {
  readonly name: string;
  readonly root: string;
}

/** The docker CLI's directory of the user of this process. */
export const dockerConfigDirectory = (): string =>
  process.env['DOCKER_CONFIG'] ?? path.join(homedir(), '.docker');

/** The context created by us for the engine at `root`, and whether it is docker's default; null for none. */
export function findContext(
  config: string,
  root: string,
): { readonly name: string; readonly selected: boolean } | null {
  const context = ownContexts(config).find((one) => one.root === root);
  if (context === undefined) return null;
  return { name: context.name, selected: selectedContext(config) === context.name };
}

/**
 * The context name of an engine: `bulkhead` at the usual root, `bulkhead-NAME` for another root with that
 * name.
 */
export function contextName(root: string, usualRoot: string): string {
  if (root === usualRoot) return 'bulkhead';
  return `bulkhead-${path.basename(root).replaceAll(/[^a-zA-Z0-9_.+-]/g, '-')}`;
}

const metaDirectory = (config: string): string => path.join(config, 'contexts', 'meta');
const contextFile = (config: string, name: string): string =>
  path.join(metaDirectory(config), createHash('sha256').update(name).digest('hex'), 'meta.json');

/**
 * Stores a context for the engine at `root` in the docker CLI's directory `config`. `foreign`: there is one
 * of that name for another engine, which is not changed. Throws errors of the file system.
 */
export function storeContext(
  config: string,
  { name, root, socket }: OwnContext & { readonly socket: string },
): 'stored' | 'foreign' {
  const file = contextFile(config, name);
  const found = readIfExists(file);
  if (found !== null && ownContext(found)?.root !== root) return 'foreign';
  const context = {
    Name: name,
    Metadata: { Description: `Bulkhead, ${root}`, bulkhead: root },
    Endpoints: { docker: { Host: `unix://${socket}`, SkipTLSVerify: false } },
  };
  // The CLI's own directory may contain credentials.
  mkdirSync(config, { recursive: true, mode: 0o700 });
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  replaceFile(file, JSON.stringify(context), 0o644);
  return 'stored';
}

/** Makes a context docker's default. Throws if config.json is not a JSON object. */
export function selectContext(config: string, name: string): void {
  const file = path.join(config, 'config.json');
  const text = readIfExists(file);
  const settings = configSchema.parse(text === null ? {} : JSON.parse(text));
  replaceFile(file, JSON.stringify({ ...settings, currentContext: name }, null, '\t'), 0o600);
}

/**
 * Removes the contexts created by us for the engine at `root`, and those of engines whose directories are
 * gone. A selected one is kept and returned, since `docker` would otherwise silently use another engine.
 */
export function removeContexts(config: string, root: string | null): readonly string[] {
  const selected = selectedContext(config);
  const retained: string[] = [];
  for (const { name, root: ofEngine } of ownContexts(config)) {
    if (ofEngine !== root && !isGone(ofEngine)) continue;
    if (name === selected) retained.push(name);
    else rmSync(path.dirname(contextFile(config, name)), { recursive: true, force: true });
  }
  return retained;
}

function ownContexts(config: string): readonly OwnContext[] {
  let directories: string[];
  try {
    directories = readdirSync(metaDirectory(config));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  return directories.flatMap((directory) => {
    const text = readIfExists(path.join(metaDirectory(config), directory, 'meta.json'));
    const context = text === null ? null : ownContext(text);
    // A directory that belongs to another context is not removed.
    return context !== null && path.dirname(contextFile(config, context.name)).endsWith(`/${directory}`)
      ? [context]
      : [];
  });
}

/** The context of a meta.json; null if it was not created by us, or is invalid. */
function ownContext(text: string): OwnContext | null {
  const context = contextSchema.safeParse(jsonOf(text));
  const root = context.data?.Metadata.bulkhead;
  return context.data === undefined || root === undefined ? null : { name: context.data.Name, root };
}

function selectedContext(config: string): string | null {
  const text = readIfExists(path.join(config, 'config.json'));
  return (text === null ? undefined : configSchema.safeParse(jsonOf(text)).data?.currentContext) ?? null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readIfExists(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function isGone(directory: string): boolean {
  try {
    statSync(directory);
    return false;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
}

function replaceFile(file: string, text: string, mode: number): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode, flag: 'wx' });
  renameSync(fresh, file);
}
