// What the server package has besides its programs: man page, completions, polkit policy, licences, changes.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { commandTree } from '../cli/command-tree.ts';
import { bashCompletions, fishCompletions, zshCompletions } from '../cli/completion-scripts.ts';
import { buildProgram } from '../cli/program.ts';
import { setLocale } from '../cli/language.ts';
import { text } from '../cli/text.ts';
import { packagesWithLicences } from './licences.mjs';
import { manPage } from './man-page.mjs';
import { at } from './paths.mjs';
import { polkitPolicy } from './polkit-policy.mjs';

/** Where zsh looks for completions of packages. */
const zshDirectories = { deb: '/usr/share/zsh/vendor-completions', rpm: '/usr/share/zsh/site-functions' };

const compressed = (content) => gzipSync(content, { level: 9 });

/** The command line in one language, and the prompts of its elevated commands. */
async function inLanguage(language) {
  await setLocale(language);
  const tree = commandTree(await buildProgram());
  const messages = new Map(
    tree.commands.map(({ name, description }) => [
      name,
      text('system.authentication-required', { command: name, description }),
    ]),
  );
  return { tree, message: (command) => messages.get(command) };
}

/** LICENSE, and the licence of every package in the bundles; Electron is only in the desktop package. */
function copyright() {
  const parts = packagesWithLicences()
    .filter(({ name }) => name !== 'electron')
    .map(({ name, version, licence, text: full }) => `${name} ${version}: ${licence}\n\n${full.trim()}\n`);
  const rule = `\n${'-'.repeat(78)}\n\n`;
  return [readFileSync(at('LICENSE'), 'utf8'), 'It contains these packages:\n', ...parts].join(rule);
}

/**
 * The documents as files of a package: `{ to, content }`.
 *
 * @param {'deb' | 'rpm'} format
 * @param {string} version of the package
 */
export async function serverDocuments(format, version) {
  const chinese = await inLanguage('zh-CN');
  const english = await inLanguage('en');
  const { tree } = english;
  return [
    { to: '/usr/share/man/man1/bulkhead.1.gz', content: compressed(manPage(tree, version)) },
    { to: '/usr/share/bash-completion/completions/bulkhead', content: bashCompletions(tree) },
    { to: `${zshDirectories[format]}/_bulkhead`, content: zshCompletions(tree) },
    { to: '/usr/share/fish/vendor_completions.d/bulkhead.fish', content: fishCompletions(tree) },
    {
      to: '/usr/share/polkit-1/actions/io.bulkhead.policy',
      content: polkitPolicy({ en: english, zh_CN: chinese }),
    },
    { to: '/usr/share/doc/bulkhead/copyright', content: copyright() },
    {
      to: '/usr/share/doc/bulkhead/changelog.gz',
      content: compressed(readFileSync(at('CHANGELOG.md'))),
    },
  ];
}
