import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { elevatedCommands } from '../electron/session/elevation.ts';
import { serverDocuments } from './server-documents.mjs';

const run = promisify(execFile);
const documents = new Map<string, string>();
const document = (file: string) => documents.get(file) ?? '';

beforeAll(async () => {
  for (const { to, content } of (await serverDocuments('deb', '1.0.0')) as {
    to: string;
    content: string | Buffer;
  }[])
    documents.set(to, String(typeof content === 'string' ? content : gunzipSync(content)));
}, 60_000);

/** The completions of bash after these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  return offeredBy('bulkhead() { return 1; }', words);
}

/** The same with a fake command line that lists the values. */
async function offeredBy(program: string, words: readonly string[]): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-completion-'));
  try {
    const file = path.join(directory, 'bulkhead');
    await writeFile(file, document('/usr/share/bash-completion/completions/bulkhead'));
    const script = `${program}; source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bulkhead
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-euc', script, 'bash', file, 'bulkhead', ...words]);
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('documents of the package for servers', () => {
  it('complete commands, subcommands and options in bash; nothing where a value is expected', async () => {
    expect(await offered('un')).toEqual(['uninstall']);
    expect(await offered('engine', 'sta')).toEqual(['start', 'status']);
    expect(await offered('--lang', 'en', 'engine', 'start', '--f')).toEqual(['--foreground']);
    expect(await offered('settings', 'lint', '--root', 'ver')).toEqual([]);
    expect(await offered('explain', '--', 'ru')).toEqual([]);
  });

  it('complete the names of commands after help, of the program and of a command', async () => {
    expect(await offered('hel')).toEqual(['help']);
    expect(await offered('help', 'un')).toEqual(['uninstall']);
    expect(await offered('help', 'engine', 'sta')).toEqual(['start', 'status']);
    expect(await offered('engine', 'help', 'sta')).toEqual(['start', 'status']);
    expect(await offered('engine', 'he')).toEqual(['help']);
    expect(await offered('help', 'engine', 'start', '--')).toEqual(['--json', '--help']);
  });

  it('complete ids of engines, names of containers and versions in bash, of the engine given', async () => {
    const program = `bulkhead() {
  case $* in
    'targets --quiet') printf 'system\\nembedded:/srv/$(touch x)\\n' ;;
    'containers list --format {{.Name}} --root /srv/a') printf 'web-1\\nweb-2\\ndb\\n' ;;
    'settings history --quiet --target system') printf '12\\n11\\n' ;;
  esac
}`;
    const values = (...words: readonly string[]) => offeredBy(program, words);
    expect(await values('status', '--target', 's')).toEqual(['system']);
    expect(await values('status', '--target', 'e')).toEqual([String.raw`embedded:/srv/\$\(touch\ x\)`]);
    expect(await values('--lang', '')).toEqual(['en', 'zh-CN']);
    expect(await values('containers', 'recreate', '--root', '/srv/a', 'web-1', 'web')).toEqual([
      'web-1',
      'web-2',
    ]);
    expect(await values('settings', 'rollback', '--target', 'system', '1')).toEqual(['12', '11']);
    expect(await values('settings', 'rollback', '--js')).toEqual(['--json']);
    // bash splits `--root=/srv/a` at the sign.
    expect(await values('containers', 'recreate', '--root', '=', '/srv/a', 'd')).toEqual(['db']);
    expect(await values('status', '--target', '=', 'sys')).toEqual(['system']);
    expect(await values('status', '--target', '=')).toContain('system');
  });

  it('describe every command for zsh and fish', () => {
    expect(document('/usr/share/zsh/vendor-completions/_bulkhead')).toMatch(/^#compdef bulkhead\n/);
    expect(document('/usr/share/zsh/vendor-completions/_bulkhead')).toContain("commands+=('verify:");
    expect(document('/usr/share/zsh/vendor-completions/_bulkhead')).toMatch(
      /^ {4}' help settings'\)\n {6}commands\+=\('.+:.+'\)$/m,
    );
    expect(document('/usr/share/fish/vendor_completions.d/bulkhead.fish')).toMatch(
      /^complete -c bulkhead -n '__bulkhead_at \\' help settings\\'' -f -a lint -d '.+'$/m,
    );
    expect(document('/usr/share/fish/vendor_completions.d/bulkhead.fish')).toMatch(
      /^complete -c bulkhead -n '__bulkhead_at \\' install\\'' -l dry-run -d '.+'$/m,
    );
  });

  it('have a man page with all commands, whose text begins no request of roff', () => {
    const page = document('/usr/share/man/man1/bulkhead.1.gz');
    expect(page).toMatch(/^\.SS bulkhead containers recreate \[options\] \[name\.\.\.\]$/m);
    expect(page).not.toMatch(/^'|^\.(?!TH|SH|SS|TP|B |BR |nf$|fi$)/m);
  });

  it('have a man page with the exit codes of status for monitoring, in English', () => {
    const page = document('/usr/share/man/man1/bulkhead.1.gz').replaceAll(String.raw`\-`, '-');
    const [, exitStatus = ''] = /^\.SH EXIT STATUS\n([^]*?)^\.SH /m.exec(page) ?? [];
    expect(exitStatus).toMatch(/^\.SS bulkhead status$/m);
    expect(exitStatus).toMatch(/^Exit codes: 0, or 1 where there is no engine/m);
    for (const [code, state] of Object.entries(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']))
      expect(exitStatus).toMatch(new RegExp(`^  ${code} ${state} `, 'm'));
  });

  it("name commands for pkexec's prompt in two languages, without keeping the authentication", () => {
    const policy = document('/usr/share/polkit-1/actions/io.bulkhead.policy');
    expect(policy).toMatch(
      /<message>Authentication is required to run "bulkhead apply" as administrator: .+<\/message>/,
    );
    expect(policy).toMatch(
      /<message xml:lang="zh_CN">以管理员身份运行“bulkhead apply”需要认证：.+<\/message>/,
    );
    expect(policy).not.toContain('keep');
    for (const launcher of ['bulkhead/bin/bulkhead', 'bulkhead-desktop/resources/program/bin/bulkhead'])
      expect(policy).toContain(`exec.path">/usr/lib/${launcher}</annotate>`);
  });

  it("have a text of pkexec's prompt for every command that the app runs elevated", () => {
    const policy = document('/usr/share/polkit-1/actions/io.bulkhead.policy');
    const commands = [...elevatedCommands, 'install', 'uninstall'].sort();
    for (const prefix of ['io.bulkhead', 'io.bulkhead.desktop']) {
      const ids = policy.matchAll(new RegExp(`<action id="${prefix}\\.([a-z-]+)">`, 'g'));
      expect([...ids].map(([, command]) => command).sort()).toEqual(commands);
    }
  });

  it('have the licence, and those of the packages in the bundles', () => {
    const copyright = document('/usr/share/doc/bulkhead/copyright');
    expect(copyright).toContain('Apache License');
    expect(copyright).toMatch(/^dockerode \S+: Apache-2\.0$/m);
  });
});
