import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appErrorCodes } from '../shared/app-error.ts';
import { english as all } from '../shared/messages/catalogue/en/index.ts';
import { firstTexts } from '../shared/messages/window/en/first.ts';
import { otherTexts } from '../shared/messages/window/en/others.ts';
import { flattenTexts, type TextTree } from '../shared/messages/window/flatten-texts.ts';
import { english as first } from '../shared/messages/window/sentences.ts';
import { at } from './paths.mjs';

let directory = '';
/** The scripts that the page loads at its start, by name: the frame's and those of the first page. */
const scripts = new Map<string, string>();
/** Those that frame and first page load later, and show over the same texts: the palette, the charts. */
const laterScripts = new Map<string, string>();

/** Vite's manifest: the built scripts by their modules, or by names of their own. */
type Manifest = Readonly<
  Record<
    string,
    { readonly file: string; readonly imports?: readonly string[]; readonly isDynamicEntry?: boolean }
  >
>;
const read = (name: string) => readFile(path.join(directory, name), 'utf8');

/** Reads a script with what it imports, except what is loaded at the start. */
async function readLater(manifest: Manifest, key: string): Promise<void> {
  const { file = '', imports = [] } = manifest[key] ?? {};
  if (scripts.has(file) || laterScripts.has(file)) return;
  laterScripts.set(file, await read(file));
  for (const one of imports) await readLater(manifest, one);
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-page-'));
  // In a process of its own: React is bundled for this one's NODE_ENV otherwise.
  await promisify(execFile)(
    process.execPath,
    [
      at('node_modules/vite/bin/vite.js'),
      'build',
      at('renderer'),
      ...['--config', at('vite.config.ts'), '--outDir', directory, '--manifest', '--logLevel', 'error'],
    ],
    { env: { ...process.env, NODE_ENV: 'production' } },
  );
  const html = await read('index.html');
  for (const [, name = ''] of html.matchAll(/rel="modulepreload"[^>]* href="\.\/(assets\/[^"]+)"/g))
    scripts.set(name, await read(name));
  const manifest = JSON.parse(await read('.vite/manifest.json')) as Manifest; // Vite's format
  for (const [key, { isDynamicEntry }] of Object.entries(manifest))
    if (isDynamicEntry === true && /^(?:app\/frame|pages\/(?:overview|welcome))\//.test(key))
      await readLater(manifest, key);
}, 300_000);
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Those of the keys that are in these scripts, as a whole or as the beginning of a template literal. */
function inScripts(
  keys: readonly string[],
  searched: readonly string[] = [...scripts.values(), ...laterScripts.values()],
): readonly string[] {
  const literals = new Set<string>();
  const beginnings = new Set<string>();
  for (const code of searched)
    for (const [, text = '', end] of code.matchAll(/["'`]([a-z][\w-]*\.[\w.-]*)(\$\{|["'`])/gi))
      (end === '${' ? beginnings : literals).add(text);
  return keys.filter((key) => {
    const text = key.replace(/_(?:one|other)$/, '');
    return literals.has(text) || [...beginnings].some((beginning) => text.startsWith(beginning));
  });
}

// Raise a limit only with a measurement: `npm run bench:app`.
it('the window loads at most 858 kB of scripts for its frame, and 182 kB for its first page', () => {
  const kilobytes = (isMeant: (file: string) => boolean) =>
    Math.round(
      [...scripts].reduce((sum, [file, code]) => sum + (isMeant(file) ? Buffer.byteLength(code) : 0), 0) /
        1024,
    );
  const isFirstPage = (file: string) => file.includes('first-page');
  const [page, frame] = [kilobytes(isFirstPage), kilobytes((file) => !isFirstPage(file))];
  expect(page).toBeLessThanOrEqual(182);
  expect(frame).toBeLessThanOrEqual(858);
  // And not much less: else the search above finds nothing.
  expect(page).toBeGreaterThan(100);
  expect(frame).toBeGreaterThan(500);
});

it('frame and first page show only texts that are loaded with them', () => {
  const keysOf = (texts: TextTree) => flattenTexts(texts).map(([key]) => key);
  expect(inScripts(keysOf(otherTexts))).toEqual([]);
  const found = (searched: ReadonlyMap<string, string>) =>
    inScripts(keysOf(firstTexts), [...searched.values()]).length;
  expect(found(scripts)).toBeGreaterThan(400);
  expect(found(laterScripts)).toBeGreaterThan(50);
});

it('frame and first page make only sentences that are loaded with them', () => {
  // Not shown there: what the schema says about keys, and the descriptions of commands.
  const onOtherPages = ['settings-keys', 'docker-commands'];
  const codes: readonly string[] = appErrorCodes; // some are ids of sentences as well
  const idsOf = (isMeant: (area: string) => boolean) =>
    Object.entries(all).flatMap(([area, sentences]) =>
      isMeant(area) ? Object.keys(sentences()).filter((id) => !codes.includes(id)) : [],
    );
  // Denials are recognized by these, which are not shown (renderer/components/entry-subject.ts).
  const recognized = [
    'gateway.build-step-with-host-network',
    'gateway.use-of-container',
    'policy.build-with-host-network',
    'policy.privileged-build-step',
  ];
  const later = inScripts(idsOf((area) => !(area in first) && !onOtherPages.includes(area)));
  expect(later.toSorted()).toEqual(recognized);
  expect(inScripts(idsOf((area) => area in first)).length).toBeGreaterThan(200);
});
