import { describe, expect, it } from 'vitest';
import { editSettings } from '../settings/edit.ts';
import { effectiveSettings, type EffectiveSettings } from '../settings/effective.ts';
import { parsePointer } from '../settings/pointer.ts';
import { decideBindSource } from '../policy/bind-source.ts';
import { decideCommand, governingList } from '../policy/commands.ts';
import type { Denial } from '../policy/decision.ts';
import type { StoredAuditEntry } from './entry.ts';
import { allowanceFor } from './proposals.ts';
import { listAllowing } from './command-proposals.ts';
import type { Allowance, Proposal, ProposalContext } from './proposal.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const images = [
  {
    id: `sha256:${'1'.repeat(64)}`,
    tags: ['ghcr.io/acme/runner:2.1'],
    digests: [`ghcr.io/acme/runner@${digest}`, `elsewhere.example/runner@sha256:${'b'.repeat(64)}`],
  },
];
const shares = {
  platform: 'linux',
  home: '/home/sam',
  tmp: '/tmp',
  engineDirectories: ['/var/lib/bulkhead'],
};

const read = (text: string): EffectiveSettings => {
  const result = effectiveSettings(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const context = (text: string): ProposalContext => ({ settings: read(text), images, shares });
const entry = (more: Partial<StoredAuditEntry>): StoredAuditEntry => ({
  id: 'a-1',
  time: '2026-11-10T10:00:00Z',
  outcome: 'deny',
  rule: 'socket-mount',
  setting: null,
  message: '',
  client: { uid: 1000, pid: 1 },
  method: 'POST',
  target: '/containers/create',
  ...more,
});
const of = (denial: Denial, more: Partial<StoredAuditEntry> = {}): StoredAuditEntry =>
  entry({
    rule: denial.rule,
    setting: denial.setting,
    what: denial.what,
    ...(denial.subject === undefined ? {} : { subject: denial.subject }),
    ...more,
  });
const proposals = (allowance: Allowance): readonly Proposal[] => {
  if (allowance.kind !== 'proposals') throw new Error(allowance.kind);
  return allowance.proposals;
};
/** The text after a proposal's edits. */
function applied(text: string, proposal: Proposal | undefined): string {
  return (proposal?.edits ?? []).reduce((now, edit) => {
    const path = parsePointer(edit.pointer);
    const result = path.ok ? editSettings(now, path.value, edit.value) : path;
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  }, text);
}
const withImages = (list: readonly string[], more = {}) =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { value: true, dockerSocketMount: { imageList: { images: list, ...more } } },
  });

describe('a socket mount that was refused', () => {
  const refused = entry({
    setting: '/enhancedContainerIsolation/dockerSocketMount/imageList',
    subject: { image: 'ghcr.io/acme/runner:2.1' },
  });

  it('can be allowed for the exact image, the tag, or any tag; the narrowest first', () => {
    const made = proposals(allowanceFor(refused, context(withImages(['docker:cli']))));
    expect(made.map(({ code, reach }) => [code, reach])).toEqual([
      ['image-digest', 'narrow'],
      ['image-tag', 'wide'],
      ['image-any-tag', 'wide'],
    ]);
    expect(
      made.map((proposal) => read(applied(withImages(['docker:cli']), proposal)).socket.images.at(-1)),
    ).toEqual([`ghcr.io/acme/runner@${digest}`, 'ghcr.io/acme/runner:2.1', 'ghcr.io/acme/runner:*']);
  });
  it('starts the list where there is none, also in an empty document', () => {
    for (const text of ['', '{ "configurationFileVersion": 2 }']) {
      expect(read(applied(text, proposals(allowanceFor(refused, context(text)))[0])).socket.images).toEqual([
        `ghcr.io/acme/runner@${digest}`,
      ]);
    }
  });
  it('of an image nobody has here names no digest; what is listed already is not proposed again', () => {
    const unknown = entry({ ...refused, subject: { image: 'testcontainers/ryuk' } });
    expect(
      proposals(allowanceFor(unknown, context(withImages([])))).map(({ edits }) => edits[0]?.value),
    ).toEqual(['testcontainers/ryuk:latest', 'testcontainers/ryuk:*']);
    expect(
      proposals(allowanceFor(unknown, context(withImages(['testcontainers/ryuk'])))).map(({ code }) => code),
    ).toEqual(['image-any-tag']);
    expect(allowanceFor(unknown, context(withImages(['testcontainers/ryuk:*'])))).toEqual({
      kind: 'by-hand',
    });
    expect(
      proposals(
        allowanceFor(unknown, context(withImages(['testcontainers/ryuk:*'], { allowDerivedImages: false }))),
      ).map(({ code }) => code),
    ).toEqual(['derived-images']);
  });
  it('of an image named by its id is proposed by its name', () => {
    expect(
      proposals(
        allowanceFor(entry({ ...refused, subject: { image: '1'.repeat(64) } }), context(withImages([]))),
      ).map(({ edits }) => edits[0]?.value),
    ).toContain('ghcr.io/acme/runner:2.1');
    expect(
      allowanceFor(entry({ ...refused, subject: { image: '2'.repeat(64) } }), context(withImages([]))),
    ).toEqual({ kind: 'by-hand' });
  });
});

describe('a command that was blocked', () => {
  const document = (commandList: unknown, perImageCommandLists?: unknown) =>
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: true, dockerSocketMount: { commandList } },
      bulkhead: { perImageCommandLists },
    });
  const mount = { image: 'docker:cli', allowedBy: 'docker:cli', governing: [] };
  const endpoints: Readonly<Record<string, string>> = {
    push: 'POST',
    pull: 'POST',
    rm: 'DELETE',
    images: 'GET',
  };
  const decide = (text: string, command: string) =>
    decideCommand(
      { method: endpoints[command] ?? 'POST', commands: [command], alsoUsedBy: [] },
      governingList(read(text).socket, mount),
      mount,
    );

  it.each([
    ['deny', ['push', 'rm'], 'push'],
    ['deny', ['image*'], 'push'],
    ['deny', ['image*', 'push', 'pull'], 'push'],
    ['allow', ['ps'], 'rm'],
    ['allow', [], 'images'],
    ['deny', ['image push', 'rm'], 'push'],
  ] as const)(
    'is let through by every proposal under %s %j, and nothing else is',
    (type, commands, command) => {
      const text = document({ type, commands });
      const denial = decide(text, command);
      if (denial === null) throw new Error('not denied');
      const made = proposals(allowanceFor(of(denial), context(text)));
      expect(made.map(({ code }) => code)).toEqual(['command-for-image', 'command']);
      for (const proposal of made) {
        expect(decide(applied(text, proposal), command)).toBeNull();
        for (const other of ['push', 'pull', 'rm', 'images'].filter((name) => name !== command))
          expect(decide(applied(text, proposal), other)?.rule).toBe(decide(text, other)?.rule);
      }
    },
  );
  it('is let through in the list of the image where that one counts', () => {
    const text = document({ type: 'deny', commands: [] }, [
      { image: 'alpine:3', type: 'deny', commands: ['rm'] },
      { image: 'docker:cli', type: 'allow', commands: ['ps'] },
    ]);
    const denial = decide(text, 'push');
    if (denial === null) throw new Error('not denied');
    const [proposal, ...others] = proposals(allowanceFor(of(denial), context(text)));
    expect(others).toEqual([]);
    expect(proposal?.edits[0]?.pointer).toBe('/bulkhead/perImageCommandLists/1/commands');
    expect(decide(applied(text, proposal), 'push')).toBeNull();
  });
  it('by an entry that names nothing is let through without that entry', () => {
    const text = document({ type: 'deny', commands: ['pussh', 'rm'] });
    const denial = decide(text, 'pull');
    if (denial === null) throw new Error('not denied');
    const [proposal] = proposals(allowanceFor(of(denial), context(text)));
    expect(proposal).toMatchObject({ code: 'unlisted-entry', edits: [{ value: ['rm'] }] });
    expect(decide(applied(text, proposal), 'pull')).toBeNull();
  });
  it('is allowed already once the draft lets it through', () => {
    const denial = decide(document({ type: 'deny', commands: ['push'] }), 'push');
    if (denial === null) throw new Error('not denied');
    expect(allowanceFor(of(denial), context(document({ type: 'deny', commands: [] })))).toEqual({
      kind: 'allowed-already',
    });
  });
  it('keeps the other commands of a group, each once', () => {
    expect(listAllowing({ type: 'deny', commands: ['volume*', 'volume rm', 'push'] }, 'volume ls')).toEqual([
      'volume create',
      'volume inspect',
      'volume prune',
      'volume update',
      'volume rm',
      'push',
    ]);
    expect(listAllowing({ type: 'deny', commands: [] }, 'push')).toBeNull();
  });
});

describe('a directory that is not shared', () => {
  const refused = (path: string) => of(deniedBind(path));
  function deniedBind(real: string): Denial {
    const decision = decideBindSource(
      {
        requested: '/asked/for',
        real,
        exists: true,
        isEngineSocket: false,
        isDockerSocket: false,
        socketMount: null,
        containsEngineSocket: false,
        insideEngineDirectory: false,
        containsEngineDirectory: false,
        share: null,
      },
      { image: 'x' },
    );
    if (decision.outcome !== 'deny') throw new Error('not denied');
    return decision;
  }
  const list = JSON.stringify({
    configurationFileVersion: 2,
    filesharingAllowedDirectories: [{ path: '$HOME' }],
  });

  it('is proposed where it really is, then its parent', () => {
    const made = proposals(allowanceFor(refused('/srv/projects/app'), context(list)));
    expect(made.map(({ code, reach, params }) => [code, reach, params['path']])).toEqual([
      ['share', 'narrow', '/srv/projects/app'],
      ['share-parent', 'wide', '/srv/projects'],
    ]);
    expect(read(applied(list, made[0])).fileSharing).toEqual({
      kind: 'list',
      directories: [
        { path: '$HOME', sharedByDefault: false },
        { path: '/srv/projects/app', sharedByDefault: false },
      ],
    });
  });
  it('marks what is dangerous, and never proposes a dangerous parent', () => {
    expect(
      proposals(allowanceFor(refused('/etc/ssl'), context(list))).map(({ reach, danger, params }) => [
        reach,
        danger,
        params['path'],
      ]),
    ).toEqual([['dangerous', 'system-configuration', '/etc/ssl']]);
    expect(
      proposals(allowanceFor(refused('/srv'), context(list))).map(({ params }) => params['path']),
    ).toEqual(['/srv']);
  });
  it('keeps $HOME and $TMP where the list was missing', () => {
    const made = proposals(allowanceFor(refused('/srv/data'), context('')));
    expect(read(applied('', made[0])).fileSharing).toEqual({
      kind: 'list',
      directories: [
        { path: '$HOME', sharedByDefault: true },
        { path: '$TMP', sharedByDefault: true },
        { path: '/srv/data', sharedByDefault: false },
      ],
    });
  });
  it('is allowed already in a shared one', () => {
    expect(allowanceFor(refused('/home/sam/app'), context(list))).toEqual({ kind: 'allowed-already' });
    expect(allowanceFor(refused('/home/samuel'), context(list)).kind).toBe('proposals');
  });
});

describe('other rules', () => {
  const bulkhead = (own: unknown, more = {}) =>
    JSON.stringify({ configurationFileVersion: 2, bulkhead: own, ...more });

  it('of a switch propose the switch', () => {
    const load = bulkhead({}, { blockDockerLoad: { locked: true, value: true } });
    expect(
      read(
        applied(
          load,
          proposals(
            allowanceFor(entry({ rule: 'docker-load', setting: '/blockDockerLoad' }), context(load)),
          )[0],
        ),
      ).blockDockerLoad,
    ).toEqual({ locked: true, value: false });
    const existing = entry({ rule: 'container-unprotected', setting: '/bulkhead/existingContainers' });
    expect(proposals(allowanceFor(existing, context(''))).map(({ code, reach }) => [code, reach])).toEqual([
      ['existing-warn', 'dangerous'],
    ]);
    expect(allowanceFor(existing, context(bulkhead({ existingContainers: 'warn' })))).toEqual({
      kind: 'allowed-already',
    });
    const own = entry({ rule: 'not-own', setting: '/bulkhead/socketMounts/scope' });
    expect(
      read(
        applied(
          bulkhead({ socketMounts: { scope: 'own' } }),
          proposals(allowanceFor(own, context(bulkhead({ socketMounts: { scope: 'own' } }))))[0],
        ),
      ).socket.scope,
    ).toBe('all');
    const listed = bulkhead({ perImageCommandLists: [{ image: 'docker:cli', scope: 'own' }] });
    expect(
      read(
        applied(
          listed,
          proposals(
            allowanceFor(
              entry({ rule: 'not-own', setting: '/bulkhead/perImageCommandLists/0' }),
              context(listed),
            ),
          )[0],
        ),
      ).socket.perImage[0]?.scope,
    ).toBe('all');
  });
  it('of hidden environments propose the narrower choice first, by where the client came in', () => {
    const text = bulkhead({ hideEnvironment: 'always' });
    const codes = (origin: StoredAuditEntry['origin']) =>
      proposals(
        allowanceFor(
          entry({ rule: 'environment-hidden', setting: '/bulkhead/hideEnvironment', origin }),
          context(text),
        ),
      ).map(({ code }) => code);
    expect(codes({ kind: 'clients' })).toEqual(['environment-sockets', 'environment-never']);
    expect(codes({ kind: 'socket-mount' })).toEqual(['environment-never']);
  });
  it('that no setting changes are marked so; what was allowed needs nothing', () => {
    expect(allowanceFor(entry({ rule: 'host-namespace' }), context(''))).toEqual({ kind: 'no-setting' });
    expect(allowanceFor(entry({ rule: 'host-namespace', outcome: 'would-deny' }), context(''))).toEqual({
      kind: 'no-setting',
    });
    expect(allowanceFor(entry({ rule: 'runtime-forced', outcome: 'rewrite' }), context(''))).toEqual({
      kind: 'not-refused',
    });
  });
  it('of a setting or a subject this version does not know are for a person', () => {
    expect(allowanceFor(entry({ setting: '/some/new/setting' }), context(''))).toEqual({ kind: 'by-hand' });
    expect(
      allowanceFor(
        entry({ rule: 'bind-not-shared', setting: '/filesharingAllowedDirectories' }),
        context(''),
      ),
    ).toEqual({ kind: 'by-hand' });
    expect(
      allowanceFor(
        entry({
          rule: 'command-blocked',
          setting: '/bulkhead/perImageCommandLists/7',
          subject: { command: 'push' },
        }),
        context(''),
      ),
    ).toEqual({ kind: 'by-hand' });
  });
});
