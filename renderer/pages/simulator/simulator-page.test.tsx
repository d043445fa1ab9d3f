import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../../dev/states.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { appState } from '../../dev/app-fixture.ts';
import { pictureCommand, simulate } from '../../dev/simulator-fixture.ts';
import { ruleAlternative } from '../../components/rule-alternative.ts';
import { showLanguage, startI18n } from '../../i18n/index.ts';
import { message, referenceTo } from '../../../shared/messages/message.ts';
import { deny, refusalText } from '../../../shared/policy/decision.ts';
import { fail, ok } from '../../../shared/result.ts';
import { readInput } from './input.ts';

async function open(
  state: keyof typeof states & string = 'protected',
  answers: Parameters<typeof renderApp>[2] = {},
): Promise<RenderedApp> {
  const make = states[state];
  if (make === undefined) throw new Error(`no state ${state}`);
  const app = await renderApp(make(), 'simulator', answers);
  const clear = screen.queryByRole('button', { name: 'Clear' });
  if (clear !== null) await app.user.click(clear);
  return app;
}
const field = () => screen.getByRole('textbox', { name: /Docker command|Compose file/ });
const type = async ({ user }: RenderedApp, text: string) => {
  await user.click(field());
  await user.paste(text);
  await user.keyboard('{Enter}');
};
const runs = ({ bridge }: RenderedApp) =>
  bridge.calls.filter(({ name }) => name === 'simulate:run').map(({ input }) => input);

describe('the Simulator', () => {
  it('offers to recreate an unprotected container whose use is denied, or to let such be used', async () => {
    const what = message('gateway.use-of-container', { command: 'docker exec', name: 'web' });
    const finding = {
      outcome: 'deny' as const,
      rule: 'container-unprotected',
      spec: 'A1',
      setting: '/bulkhead/existingContainers',
      // Of another version: its wording does not count.
      what: 'use of web by docker exec',
      sentences: { what: referenceTo(what) },
      message: '',
    };
    const answer = simulate(
      { kind: 'command', text: 'docker run --pid=host alpine', against: 'draft' },
      { eci: true, ready: true, audit: false },
    );
    if (!answer.ok) throw new Error(answer.error.message);
    const { explanation } = answer.value;
    const requests = explanation.requests.map((request) => ({ ...request, findings: [finding] }));
    const app = await open('protected', {
      'simulate:run': () => ok({ ...answer.value, without: null, explanation: { ...explanation, requests } }),
    });
    await type(app, 'docker exec web id');
    const rules = within(await screen.findByRole('region', { name: 'Rule by rule' }));
    expect(rules.getByText('docker exec web')).toBeTruthy();
    const fixes = within(await screen.findByRole('region', { name: 'To make it work' }));
    expect(fixes.getByRole('link', { name: 'Containers' })).toBeTruthy();
    expect(fixes.getByText(/recreate the container protected/)).toBeTruthy();
    expect(fixes.getByText(/^Let unprotected containers be used/)).toBeTruthy();
    expect(fixes.getByRole('button', { name: 'Add to draft…' })).toBeTruthy();
  });
  it("shows the result of each rule, with its arguments and the client's error", async () => {
    const app = await open();
    await type(app, pictureCommand);
    expect(
      await screen.findByRole('heading', { name: 'Denied: the directory is not shared with containers' }),
    ).toBeTruthy();
    expect(screen.getByText(/^docker: Error response from daemon: .*bind mount of \/etc/)).toBeTruthy();
    const rows = within(screen.getByRole('region', { name: 'Rule by rule' }))
      .getAllByRole('listitem')
      .map((row) => row.textContent);
    expect(rows).toEqual([
      expect.stringMatching(
        new RegExp(
          String.raw`^Denied-v /etc:/xBind mount/etc isn’t inside a shared directory: ` +
            String.raw`\$HOME, \$TMP, and /srv/projects\.File sharing$`,
        ),
      ),
      expect.stringMatching(
        new RegExp(
          String.raw`^Changed-v .*docker\.sockGiven a Docker socket of its own` +
            String.raw`All Docker commands but push and image\* can be used`,
        ),
      ),
      expect.stringMatching(/^Changed--privilegedKept, and confined/),
      expect.stringMatching(/^Changedno --runtime/),
      expect.stringMatching(/^Alloweddocker:cliTrusted for the socket/),
    ]);
    // Each leads to its setting, not only to the page.
    const pointers = within(screen.getByRole('region', { name: 'Rule by rule' }))
      .getAllByRole('link')
      .map((link) => new URLSearchParams(link.getAttribute('href')?.split('?')[1]).get('pointer'));
    const mount = '/enhancedContainerIsolation/dockerSocketMount';
    expect(pointers).toEqual([
      '/filesharingAllowedDirectories',
      `${mount}/commandList`,
      '/enhancedContainerIsolation/value',
      '/enhancedContainerIsolation/value',
      `${mount}/imageList/images/1`,
    ]);
    expect(
      [...document.querySelectorAll('[data-mark]')].map((mark) => [
        mark.textContent,
        mark.getAttribute('data-mark'),
      ]),
    ).toEqual([
      ['--privileged', 'rewrite'],
      ['-v /etc:/x', 'deny'],
      ['-v /var/run/docker.sock:/var/run/docker.sock', 'rewrite'],
      ['docker:cli', 'allow'],
    ]);
    expect(screen.getByText('image docker:cli: sha256:4f2a5b7d1f6a')).toBeTruthy();
  });

  it('shows no result for a draft that main does not have', async () => {
    const app = await open('protected', {
      'settings:set-draft': () => fail('settings.unwritable', 'No space left on device.'),
    });
    act(() => {
      app.store.setDraft(`${app.store.get().draft}\n`);
    });
    await app.user.click(await screen.findByRole('button', { name: 'Draft' }));
    await type(app, pictureCommand);
    expect((await screen.findByRole('alert')).textContent).toContain('No space left on device.');
    expect(runs(app).filter((input) => JSON.stringify(input).includes('"draft"'))).toEqual([]);
  });

  it('simulates it without what was refused', async () => {
    const app = await open();
    await type(app, pictureCommand);
    const tryWithout = await screen.findByRole('button', { name: 'Try without it' });
    expect(screen.getByText(/^Leave out/).textContent).toMatch(/^Leave out -v \/etc:\/x\. /);
    await app.user.click(tryWithout);
    await waitFor(() => {
      expect(field()).toHaveProperty(
        'value',
        'docker run --privileged -v /var/run/docker.sock:/var/run/docker.sock docker:cli',
      );
    });
    expect(await screen.findByRole('heading', { name: 'Allowed, with changes' })).toBeTruthy();
  });

  it('adds the shown change to the draft, and decides under the draft on request', async () => {
    const app = await open();
    await type(app, pictureCommand);
    expect(
      await screen.findByText(/Not recommended: containers could read the host’s accounts/),
    ).toBeTruthy();
    await app.user.click(screen.getAllByRole('button', { name: 'Add to draft…' })[0] ?? document.body);
    const dialog = await screen.findByRole('dialog', { name: 'Add to the draft?' });
    expect(dialog.textContent).toMatch(/"path": "\/etc"/);
    await app.user.click(within(dialog).getByRole('button', { name: 'Add to draft' }));
    await waitFor(() => {
      expect(app.store.get().draft).toMatch(/"path": "\/etc"/);
    });
    // The dialog leaves the page to the reader again.
    await app.user.click(await screen.findByRole('button', { name: 'Draft' }));
    await waitFor(() => {
      expect(runs(app).at(-1)).toMatchObject({ against: 'draft' });
    });
    // Main knows the draft before it decides by it.
    const order = app.bridge.calls.map(({ name }) => name);
    expect(order.lastIndexOf('settings:set-draft')).toBeLessThan(order.lastIndexOf('simulate:run'));
  });

  it('shows where and why a text can’t be simulated, and sends no request', async () => {
    const app = await open();
    await type(app, 'docker run -v $(pwd):/x alpine');
    expect(await screen.findByText(/The Simulator is in no directory: write out what/)).toBeTruthy();
    expect(screen.getByText('Character 15')).toBeTruthy();
    expect(document.querySelector('[data-mark="problem"]')?.textContent).toBe('$(pwd)');
    expect(field().getAttribute('aria-invalid')).toBe('true');
    expect(JSON.stringify(runs(app))).not.toContain('pwd');
  });

  it('shows that there is no such command, and the most similar one', async () => {
    const app = await open();
    await type(app, 'docker runn busybox');
    expect((await screen.findByText(/Docker itself has no command/)).textContent).toMatch(
      /^Docker itself has no command runn\. Did you mean docker run\?/,
    );
    expect(runs(app)).toEqual([]);
  });

  it('shows which option Docker does not have, and runs nothing', async () => {
    const app = await open();
    await type(app, 'docker run --privilege alpine');
    expect((await screen.findByText(/Docker has no option/)).textContent).toMatch(
      /^Docker has no option --privilege for this command\./,
    );
    expect(document.querySelector('[data-mark="problem"]')?.textContent).toBe('--privilege');
    expect(runs(app)).toEqual([]);
  });

  it('reads a command typed over a compose file as such, and an edited compose file as one', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Open compose file…' }));
    expect(await screen.findByText('/srv/projects/shop/compose.yaml')).toBeTruthy();
    fireEvent.change(field(), { target: { value: 'hello what is going on' } });
    expect(await screen.findByText(/is another program: the Simulator takes docker commands/)).toBeTruthy();
    const compose = { kind: 'compose', text: 'services:\n  a:\n', file: '/srv/compose.yaml' } as const;
    expect(readInput('hello what is going on', compose).kind).toBe('command');
    expect(readInput('ervices:\n  a:\n', compose)).toMatchObject({
      kind: 'compose',
      file: '/srv/compose.yaml',
    });
  });

  it('suggests publishing ports in place of the host’s network only', async () => {
    const app = await open();
    await type(app, 'docker run --pid=host alpine');
    expect(await screen.findByText('No setting allows this. Leave the option out.')).toBeTruthy();
    const { t } = startI18n();
    expect(ruleAlternative(t, 'host-namespace', '--network=host')).toMatch(/Publish ports with -p/);
  });

  it('clears the last verdict if the text is not a command', async () => {
    const app = await open();
    await type(app, pictureCommand);
    await screen.findByRole('heading', { name: /^Denied/ });
    await app.user.click(screen.getByRole('button', { name: 'Clear' }));
    await type(app, 'podman run alpine');
    expect(await screen.findByText(/is another program/)).toBeTruthy();
    expect(screen.queryByRole('heading', { name: /^Denied/ })).toBeNull();
  });

  it('accepts a compose file, service by service; shows the position of a syntax error', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Open compose file…' }));
    expect(await screen.findByRole('heading', { name: 'Denied: 1 of 2 services' })).toBeTruthy();
    expect(screen.getByText('/srv/projects/shop/compose.yaml')).toBeTruthy();
    expect(
      within(screen.getByRole('region', { name: 'Service agent' })).getAllByRole('listitem'),
    ).toHaveLength(3);
    expect(
      [...document.querySelectorAll('[data-mark]')].map((mark) => [
        mark.textContent,
        mark.getAttribute('data-mark'),
      ]),
    ).toEqual([
      ['web', 'rewrite'],
      ['agent', 'deny'],
      ['pid: host', 'deny'],
      ['/:/host:ro', 'deny'],
    ]);
    await app.user.click(screen.getByRole('button', { name: 'Clear' }));
    await type(app, 'services:\n  a: [');
    expect(await screen.findByText(/^Line \d, column/)).toBeTruthy();
    expect(document.querySelector('[data-mark="problem"]')?.textContent).toBe('a: [');
    // The window's text first; the parser's own is marked as English.
    expect(screen.getByText(/or a bracket is not closed/).querySelector('[lang="en"]')?.textContent).toMatch(
      /sequence/,
    );
  });

  it('shows that ECI is off, the engine stopped, audit mode on or the Docker client missing', async () => {
    await type(await open('off'), pictureCommand);
    expect(await screen.findByRole('heading', { name: 'Allowed: ECI is off' })).toBeTruthy();
    await type(await open('stopped'), pictureCommand);
    expect(await screen.findByText('Not reachable: its objects were assumed to be absent')).toBeTruthy();
    await type(await open('audit'), 'docker run --pid=host alpine');
    expect(await screen.findByRole('heading', { name: 'Let through, and logged' })).toBeTruthy();
    await type(await open(), 'docker run no-docker');
    expect(await screen.findByText(/Nothing can be simulated without the Docker command line/)).toBeTruthy();
  });

  it("quotes what a client gets in the language of refusals, with the window's beside it", async () => {
    const denial = deny('host-namespace', '--pid=host');
    const audit = states['audit']?.() ?? appState();
    const app = await renderApp(
      { ...audit, preferences: { ...audit.preferences, language: 'zh-CN' } },
      'simulator',
      {
        'simulate:run': (input) => {
          const made = simulate(input, { eci: true, ready: true, audit: true });
          return made.ok
            ? ok({
                ...made.value,
                explanation: {
                  ...made.value.explanation,
                  requests: made.value.explanation.requests.map((request) => ({
                    ...request,
                    findings: [
                      {
                        ...denial,
                        sentences: {},
                        outcome: 'would-deny' as const,
                        message: refusalText(denial),
                      },
                    ],
                  })),
                },
              })
            : made;
        },
      },
    );
    try {
      const textbox = screen.getByRole('textbox', { name: /^(Docker 命令|Compose 文件)/ });
      await app.user.clear(textbox);
      await app.user.click(textbox);
      await app.user.paste('docker run --pid=host alpine');
      await app.user.keyboard('{Enter}');
      const quoted = await screen.findByText(refusalText(denial));
      expect(quoted.lang).toBe('en');
      expect(screen.getByText(/^中文译文：enhanced container isolation: 已拒绝/)).toBeTruthy();
    } finally {
      await act(async () => {
        await showLanguage('en');
      });
    }
  });

  it('has examples, and can stop a slow simulation', async () => {
    const app = await open('protected', { 'simulate:run': () => new Promise(() => undefined) });
    await app.user.click(screen.getByRole('button', { name: /A privileged container/ }));
    await app.user.click(await screen.findByRole('button', { name: 'Stop' }));
    expect(screen.getByText(/^Stopped/)).toBeTruthy();
    expect(app.bridge.calls.at(-1)?.name).toBe('simulate:cancel');
  });
});
