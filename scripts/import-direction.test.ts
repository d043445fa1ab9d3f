import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { repository } from './paths.mjs';

// The project's own configuration on texts that are no files: rules that need types can't run on those, and
// are not the matter here.
const eslint = new ESLint({
  cwd: repository,
  overrideConfig: [
    {
      ...tseslint.configs.disableTypeChecked,
      files: ['**/*.{ts,tsx}'],
      languageOptions: { parserOptions: { projectService: false } },
    },
  ],
});

async function findings(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${repository}/${filePath}` });
  const fatal = result?.messages.find((message) => message.fatal);
  if (fatal !== undefined) throw new Error(fatal.message);
  return (result?.messages ?? [])
    .map((message) => message.ruleId ?? '')
    .filter((rule) => rule === 'house/import-direction' || rule.startsWith('no-restricted'));
}

describe('import direction', () => {
  it.each([
    ['shared/a.ts', "import '../engine/b.ts';"],
    ['shared/settings/a.ts', "import '../../gateway/b.ts';"],
    ['shared/a.ts', "import 'node:fs';"],
    ['shared/a.ts', "import 'fs';"],
    ['shared/a.ts', "import 'electron';"],
    ['shared/a.ts', "import 'react';"],
    ['engine/drivers/a.ts', "import '../../gateway/b.ts';"],
    ['engine/a.ts', "import '../cli/b.ts';"],
    ['engine/a.ts', "import '../tests/support/real-engine.ts';"],
    ['engine/a.ts', "import 'electron';"],
    ['gateway/http/a.ts', "import '../../engine/b.ts';"],
    ['gateway/a.ts', "import '../electron/main/b.ts';"],
    ['cli/a.ts', "import '../electron/main/b.ts';"],
    ['cli/a.ts', "import '../renderer/app/b.ts';"],
    ['electron/main/a.ts', "import '../../renderer/app/b.ts';"],
    ['electron/main/a.ts', "import '../../cli/b.ts';"],
    ['renderer/app/a.tsx', "import '../../engine/b.ts';"],
    ['renderer/app/a.tsx', "import '../../electron/main/b.ts';"],
    ['renderer/app/a.tsx', "import 'dockerode';"],
    ['renderer/app/a.tsx', "import 'node:path';"],
    ['renderer/features/overview/a.tsx', "import '../containers/b.tsx';"],
    ['renderer/features/overview/parts/a.tsx', "import '../../containers/b.tsx';"],
    ['engine/a.ts', "import '../../elsewhere/b.ts';"],
  ])('%s may not contain %s', async (file, text) => {
    expect(await findings(file, text)).toEqual(['house/import-direction']);
  });

  it.each([
    ['type-only', "import type { B } from '../engine/b.ts'; export type A = B;"],
    ['re-exported', "export { b } from '../engine/b.ts';"],
    ['re-exported in full', "export * from '../engine/b.ts';"],
    ['dynamic', "export const b = () => import('../engine/b.ts');"],
    ['in a type position', "export type A = import('../engine/b.ts').B;"],
  ])('sees an import that is %s', async (_, text) => {
    expect(await findings('shared/a.ts', text)).toEqual(['house/import-direction']);
  });

  it.each([
    ['shared/settings/a.ts', "import '../result.ts'; import 'zod';"],
    [
      'engine/drivers/a.ts',
      "import '../../shared/result.ts'; import '../store/b.ts'; import 'node:fs'; import 'dockerode';",
    ],
    ['gateway/http/a.ts', "import '../../shared/result.ts'; import 'koffi';"],
    ['cli/a.ts', "import '../engine/b.ts'; import '../gateway/b.ts'; import '../package.json';"],
    ['electron/main/a.ts', "import '../../engine/b.ts'; import '../../gateway/b.ts'; import 'electron';"],
    [
      'renderer/features/overview/a.tsx',
      "import '../../components/b.tsx'; import './b.tsx'; import '../../../shared/result.ts'; import 'react';",
    ],
    ['renderer/app/a.tsx', "import '../features/overview/b.tsx';"],
    ['shared/a.test.ts', "import '../engine/b.ts'; import 'node:fs';"],
  ])('%s may contain %s', async (file, text) => {
    expect(await findings(file, text)).toEqual([]);
  });

  it('keeps globals of Node and of the browser out of shared/', async () => {
    expect(await findings('shared/a.ts', 'export const home = process.env;')).toEqual([
      'no-restricted-globals',
    ]);
    expect(await findings('shared/a.ts', 'export const title = document.title;')).toEqual([
      'no-restricted-globals',
    ]);
  });

  it('lets only electron/main/ipc touch ipcMain', async () => {
    const text = "import { ipcMain } from 'electron'; ipcMain.on('x', () => undefined);";
    expect(await findings('electron/main/window.ts', text)).toEqual(['no-restricted-syntax']);
    expect(await findings('electron/main/ipc/handlers.ts', text)).toEqual([]);
  });
});
