import { describe, expect, it } from 'vitest';
import { decideBindSource } from '../policy/bind-source.ts';
import type { Denial } from '../policy/decision.ts';
import type { StoredAuditEntry } from './entry.ts';
import { allowanceFor } from './proposals.ts';
import { of, proposals, context, read, applied, entry } from './proposals-fixture.ts';

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
        isDefaultDevice: false,
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

  it('is proposed at its real path, then its parent', () => {
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
  it('keeps $HOME and $TMP if the list was missing', () => {
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
  it('is allowed already inside a shared one', () => {
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
  it("of hidden environments propose the narrower choice first, by the client's socket", () => {
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
  it('of an unknown setting or subject are left to the administrator', () => {
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
