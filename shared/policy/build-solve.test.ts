import { describe, expect, it } from 'vitest';
import { decideBuildMessage, type BuildMessage } from './build-solve.ts';
import {
  bridgeSolveRequest,
  execMessage,
  newContainerRequest,
  resolveSourceRequest,
  returnRequest,
  solveRequest,
  warnRequest,
} from './buildkit-messages.ts';
import { reservedSelectors } from './build-policy.ts';
import { op } from './llb-messages.ts';
import {
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textEntriesOf,
  textOf,
  type MessageShape,
} from './protobuf.ts';
import { refusalText } from './decision.ts';
import { encoded, type PlainMessage } from './protobuf-plain.ts';

const bytes = encoded;
const step = (plain: PlainMessage) => bytes(op, plain);
const graph = (...steps: PlainMessage[]) => ({ def: steps.map(step) });

function decide(kind: BuildMessage, shape: MessageShape, plain: PlainMessage): string {
  const decision = decideBuildMessage(kind, bytes(shape, plain));
  return decision.outcome === 'deny' ? decision.rule : 'pass';
}
const solve = (plain: PlainMessage) => decide('solve', solveRequest, plain);
/** As BuildKit's clients create them. */
const container = 'k3v9x0q2m8w7c1z5t6r4y2u1p';
const bridge = (plain: PlainMessage) => decide('bridge-solve', bridgeSolveRequest, plain);

describe('a process that a client requests in a container of its build', () => {
  const decided = (plain: PlainMessage, token: string | null) =>
    decideBuildMessage('exec', bytes(execMessage, plain), true, token);
  const starts = (env: readonly string[]) => ({
    ProcessID: 'p',
    Init: { ContainerID: container, Meta: { args: ['sh'], env, cwd: '/' }, Fds: [0] },
  });

  it('gets the token of the build, whatever its own environment has', () => {
    const marked = bytes(execMessage, starts(['A=1', 'BULKHEAD_BUILD_TOKEN=t']));
    expect(decided(starts(['BULKHEAD_BUILD_TOKEN=guessed', 'A=1']), 't')).toEqual({
      outcome: 'pass',
      bytes: marked,
    });
    expect(decided(starts([]), 't')).toEqual({
      outcome: 'pass',
      bytes: bytes(execMessage, starts(['BULKHEAD_BUILD_TOKEN=t'])),
    });
  });

  it('stays unchanged if there is no planner, as do the other messages of the call', () => {
    expect(decided(starts(['A=1']), null)).toEqual({
      outcome: 'pass',
      bytes: bytes(execMessage, starts(['A=1'])),
    });
    const typed = { ProcessID: 'p', File: { Fd: 0, Data: Uint8Array.of(1) } };
    expect(decided(typed, 't')).toEqual({ outcome: 'pass', bytes: bytes(execMessage, typed) });
  });
});

describe('an ordinary build', () => {
  it('is allowed, and forwarded unchanged', () => {
    const request = bytes(solveRequest, {
      Ref: 'r',
      Session: 's',
      Frontend: 'dockerfile.v0',
      Internal: true,
      FrontendAttrs: {
        filename: 'Dockerfile',
        'build-arg:BUILDKIT_INLINE_CACHE': '1',
        'force-network-mode': 'none',
        'add-hosts': 'a=1.2.3.4',
        source: 'docker/dockerfile:1',
        'cgroup-parent': 'builds',
      },
      Cache: { Exports: [{ Type: 'inline' }], Imports: [{ Type: 'registry', Attrs: { ref: 'x' } }] },
      Exporters: [{ Type: 'moby', Attrs: { name: 'x' } }],
      FrontendInputs: { base: graph({ source: { identifier: 'docker-image://x' } }) },
    });
    expect(decideBuildMessage('solve', request, false)).toEqual({
      outcome: 'pass',
      bytes: request,
      ref: 'r',
    });
  });

  it('of every kind of step', () => {
    expect(
      solve({
        Definition: graph(
          { source: { identifier: 'local://context', attrs: { 'local.session': 'x' } } },
          {
            source: {
              identifier: 'git://github.com/a/b',
              attrs: { 'git.fullurl': 'https://github.com/a/b.git' },
            },
          },
          {
            exec: {
              meta: { args: ['sh'], cgroupParent: 'x', extraHosts: [{ Host: 'a', IP: '1.2.3.4' }] },
              mounts: [
                { dest: '/', mountType: 0 },
                { dest: '/c', mountType: 3, cacheOpt: { ID: 'x', sharing: 2 } },
              ],
              network: 2,
            },
          },
          {
            file: {
              actions: [
                { copy: { src: '/a', dest: '/b', owner: { user: { byID: 1 } } } },
                { symlink: { oldpath: 'a', newpath: 'b' } },
              ],
            },
          },
          { merge: { inputs: [{ input: 1 }] } },
          { diff: { lower: { input: 1 }, upper: { input: 2 } } },
        ),
      }),
    ).toBe('pass');
  });
});

describe('C: what a build may not have', () => {
  const host = { exec: { network: 1 } };
  const insecure = { exec: { security: 1 } };

  it.each<[string, PlainMessage, string]>([
    ['network.host', { Entitlements: ['network.host'] }, 'host-network-build'],
    ['security.insecure', { Entitlements: ['security.insecure'] }, 'build-entitlement'],
    ['another entitlement', { Entitlements: ['device=vendor.com/gpu'] }, 'build-entitlement'],
    ['one that is empty', { Entitlements: [''] }, 'build-entitlement'],
    ['the second of two', { Entitlements: ['network.none', 'network.host'] }, 'build-entitlement'],
    [
      'the network by a frontend option',
      { FrontendAttrs: { 'force-network-mode': 'host' } },
      'host-network-build',
    ],
    ['a network nobody knows', { FrontendAttrs: { 'force-network-mode': 'HOST' } }, 'unmodelled-value'],
    ['cgroups elsewhere', { FrontendAttrs: { 'cgroup-parent': '../../x' } }, 'cgroup-parent'],
    [
      "a step with the engine's network",
      { Definition: graph({ source: { identifier: 'docker-image://x' } }, host) },
      'host-network-build',
    ],
    ['a network mode to come', { Definition: graph({ exec: { network: 3 } }) }, 'unmodelled-value'],
    ['a privileged step', { Definition: graph(insecure) }, 'build-entitlement'],
    ['a security mode to come', { Definition: graph({ exec: { security: 7 } }) }, 'unmodelled-value'],
    [
      'a step in cgroups elsewhere',
      { Definition: graph({ exec: { meta: { cgroupParent: '/a/../b' } } }) },
      'cgroup-parent',
    ],
    [
      'a device',
      { Definition: graph({ exec: { cdiDevices: [{ name: 'vendor.com/gpu=0' }] } }) },
      'host-device',
    ],
    [
      'a mount of a new kind',
      { Definition: graph({ exec: { mounts: [{ mountType: 5 }] } }) },
      'unmodelled-value',
    ],
    ['a step in an input', { FrontendInputs: { a: graph(), b: graph(host) } }, 'host-network-build'],
    [
      'steps that are in a file',
      { Definition: graph({ build: { builder: -1, inputs: { 'buildkit.llb.definition': { input: 0 } } } }) },
      'build-source',
    ],
    [
      'a step where a file comes from',
      { Definition: { Source: { infos: [{ filename: 'x', definition: graph(insecure) }] } } },
      'build-entitlement',
    ],
    [
      'a directory of the engine as a git repository',
      {
        Definition: graph({
          source: { identifier: 'git://x', attrs: { 'git.fullurl': 'file:///root/project' } },
        }),
      },
      'build-source',
    ],
    [
      '… by path',
      { Definition: graph({ source: { identifier: 'git://x', attrs: { 'git.fullurl': '/root/project' } } }) },
      'build-source',
    ],
    [
      'a command as one',
      { Definition: graph({ source: { identifier: 'git://x', attrs: { 'git.fullurl': 'ext::sh -c id' } } }) },
      'build-source',
    ],
    [
      'an option as one',
      {
        Definition: graph({
          source: { identifier: 'git://x', attrs: { 'git.fullurl': '--upload-pack=id' } },
        }),
      },
      'build-source',
    ],
    [
      'a source of a new kind',
      { Definition: graph({ source: { identifier: 'file:///etc' } }) },
      'build-source',
    ],
    ['a source without a kind', { Definition: graph({ source: { identifier: '/etc' } }) }, 'build-source'],
    [
      "one that a policy puts in another's place",
      {
        SourcePolicy: {
          rules: [
            {
              action: 2,
              selector: { identifier: 'docker-image://x' },
              updates: { identifier: 'file:///etc' },
            },
          ],
        },
      },
      'build-source',
    ],
    [
      '… by an attribute',
      { SourcePolicy: { rules: [{ updates: { attrs: { 'git.fullurl': '/etc' } } }] } },
      'build-source',
    ],
    [
      'an output of a new kind',
      { Exporters: [{ Type: 'moby' }, { Type: 'engine-directory' }] },
      'unmodelled-value',
    ],
    ['… in the old field', { ExporterDeprecated: 'engine-directory' }, 'unmodelled-value'],
    ['a cache of a new kind', { Cache: { Imports: [{ Type: 'engine-directory' }] } }, 'unmodelled-value'],
  ])('%s', (_name, plain, rule) => {
    expect(solve(plain)).toBe(rule);
  });

  it('the calls of a client that drives its build itself are refused likewise', () => {
    expect(bridge({ FrontendOpt: { 'force-network-mode': 'host' } })).toBe('host-network-build');
    expect(bridge({ Definition: graph(host) })).toBe('host-network-build');
    expect(bridge({ FrontendInputs: { x: graph(insecure) } })).toBe('build-entitlement');
    expect(bridge({ CacheImports: [{ Type: 'engine-directory' }] })).toBe('unmodelled-value');
    expect(bridge({ SourcePolicies: [{ rules: [{ updates: { identifier: 'file:///etc' } }] }] })).toBe(
      'build-source',
    );
    expect(bridge({ Frontend: 'gateway.v0', FrontendOpt: { source: 'x' }, Evaluate: true })).toBe('pass');
    expect(decide('return', returnRequest, { result: { ref: { id: 'x', def: graph(host) } } })).toBe(
      'host-network-build',
    );
    expect(
      decide('return', returnRequest, {
        result: { refs: { refs: { 'linux/amd64': { id: 'x', def: graph(insecure) } } } },
      }),
    ).toBe('build-entitlement');
    expect(
      decide('return', returnRequest, { result: { ref: { id: 'x' }, metadata: { k: new Uint8Array(3) } } }),
    ).toBe('pass');
    expect(decide('warn', warnRequest, { info: { definition: graph(host) } })).toBe('host-network-build');
    expect(
      decide('resolve-source', resolveSourceRequest, {
        Source: { identifier: 'git://x', attrs: { 'git.fullurl': '/etc' } },
      }),
    ).toBe('build-source');
    expect(
      decide('resolve-source', resolveSourceRequest, { Source: { identifier: 'docker-image://x' } }),
    ).toBe('pass');
  });

  it("a container of the client's own gets nothing of the engine's", () => {
    expect(decide('new-container', newContainerRequest, { ContainerID: container, Network: 1 })).toBe(
      'host-network-build',
    );
    expect(
      decide('new-container', newContainerRequest, { ContainerID: container, Mounts: [{ mountType: 9 }] }),
    ).toBe('unmodelled-value');
    expect(
      decide('new-container', newContainerRequest, {
        ContainerID: container,
        Mounts: [{ dest: '/', resultID: 'r' }],
        Network: 2,
      }),
    ).toBe('pass');
    expect(decide('exec', execMessage, { Init: { ContainerID: container, Security: 1 } })).toBe(
      'build-entitlement',
    );
    expect(
      decide('exec', execMessage, { Init: { ContainerID: container, Meta: { cgroupParent: '/a/../b' } } }),
    ).toBe('cgroup-parent');
    expect(
      decide('exec', execMessage, {
        Init: { ContainerID: container, Meta: { args: ['sh'] }, Tty: true, Fds: [0, 1, 2] },
      }),
    ).toBe('pass');
    expect(decide('exec', execMessage, { ProcessID: 'p', File: { Fd: 0, Data: new Uint8Array([1]) } })).toBe(
      'pass',
    );
  });

  it.each([
    '',
    'c',
    '../../../../../../etc/x',
    '..',
    'a/b',
    `${container}/..`,
    `../${container}`,
    'hosts',
    'resolv.conf',
    'a'.repeat(64),
    'A'.repeat(25),
    `${container}\u0000`,
    `${container}\n`,
    `${'a'.repeat(24)}-`,
  ])(
    "CVE-2026-33747: a container of the client's own named %j, which BuildKit takes for a directory",
    (id) => {
      expect(
        decide('new-container', newContainerRequest, {
          ContainerID: id,
          Mounts: [{ dest: '/', resultID: 'r' }],
        }),
      ).toBe('unmodelled-value');
      expect(
        decide('exec', execMessage, { ProcessID: 'p', Init: { ContainerID: id, Meta: { args: ['sh'] } } }),
      ).toBe('unmodelled-value');
    },
  );

  const https = { 'git.fullurl': 'https://host/x.git' };
  it.each<[string, PlainMessage, string]>([
    [
      "git over ssh without the client's agent",
      { identifier: 'git://host/x', attrs: { 'git.fullurl': 'ssh://git@host/x.git' } },
      'build-identity',
    ],
    [
      '… with an agent that has no name',
      {
        identifier: 'git://host/x',
        attrs: { 'git.fullurl': 'ssh://git@host/x.git', 'git.mountsshsock': '' },
      },
      'build-identity',
    ],
    [
      '… in the form user@host:path',
      { identifier: 'git://host/x', attrs: { 'git.fullurl': 'git@host:x.git' } },
      'build-identity',
    ],
    ['… as the identifier alone says', { identifier: 'git://ssh://git@host/x.git' }, 'build-identity'],
    ['… in that form', { identifier: 'git://git@host:x.git#main' }, 'build-identity'],
    [
      "… with the client's agent",
      {
        identifier: 'git://host/x',
        attrs: {
          'git.fullurl': 'git@host:x.git',
          'git.mountsshsock': 'default',
          'git.knownsshhosts': 'host ssh-ed25519 A',
        },
      },
      'pass',
    ],
    ['git over https', { identifier: 'git://host/x#v1:sub/dir', attrs: https }, 'pass'],
    [
      "… with a secret of the client's",
      { identifier: 'git://host/x', attrs: { ...https, 'git.authtokensecret': 'GIT_AUTH_TOKEN' } },
      'pass',
    ],
    ['… as the identifier alone says', { identifier: 'git://host/x.git' }, 'pass'],
    [
      'git over a transport of its own',
      { identifier: 'git://host/x', attrs: { 'git.fullurl': 'git+ssh://host/x.git' } },
      'build-source',
    ],
    ["… a file of the engine's, as the identifier says", { identifier: 'git://file:///etc' }, 'build-source'],
    [
      '… an address with a space',
      { identifier: 'git://host/x', attrs: { 'git.fullurl': 'https://host/x --upload-pack=id' } },
      'build-source',
    ],
    [
      'CVE-2026-33748: a directory beside a repository',
      { identifier: 'git://host/x#main:../../../etc', attrs: https },
      'build-source',
    ],
    ['… encoded', { identifier: 'git://host/x#main:a/%2e%2e/..%2fetc', attrs: https }, 'build-source'],
    ['an option as a commit', { identifier: 'git://host/x#--upload-pack=id', attrs: https }, 'build-source'],
    [
      'a download',
      { identifier: 'https://user:password@host/x', attrs: { 'http.filename': 'x.tar' } },
      'pass',
    ],
    [
      '… to be written elsewhere',
      { identifier: 'https://host/x', attrs: { 'http.filename': '../../../../etc/cron.d/x' } },
      'build-source',
    ],
    [
      '… in place of its directory',
      { identifier: 'https://host/x', attrs: { 'http.filename': '..' } },
      'build-source',
    ],
  ])('%s', (_name, source, rule) => {
    expect(solve({ Definition: graph({ source }) })).toBe(rule);
    expect(decide('resolve-source', resolveSourceRequest, { Source: source })).toBe(rule);
    expect(
      solve({
        SourcePolicy: {
          rules: [{ action: 2, selector: { identifier: 'docker-image://x' }, updates: source }],
        },
      }),
    ).toBe(rule);
  });

  it("a policy that removes the client's agent, or builds an address from what it replaces", () => {
    const policy = (updates: PlainMessage) =>
      solve({
        SourcePolicy: { rules: [{ action: 2, selector: { identifier: 'docker-image://*' }, updates }] },
      });
    expect(policy({ attrs: { 'git.mountsshsock': '' } })).toBe('build-identity');
    expect(policy({ identifier: 'git://${1}', attrs: https })).toBe('build-source');
    expect(policy({ attrs: { 'git.mountsshsock': 'mine' } })).toBe('pass');
  });

  it('every build gets our rules after its own, for what is requested inside the daemon', () => {
    const own = { version: 1, rules: [{ action: 0, selector: { identifier: 'https://*' } }] };
    for (const plain of [{ Ref: 'r' }, { Ref: 'r', SourcePolicy: own }]) {
      const decision = decideBuildMessage('solve', bytes(solveRequest, plain));
      const read = decision.outcome === 'pass' ? readMessage(solveRequest, decision.bytes) : null;
      const policy = read?.ok === true ? messageOf(read.message, 'SourcePolicy') : null;
      const selectors = messagesOf(policy, 'rules').map((rule) =>
        textOf(messageOf(rule, 'selector'), 'identifier'),
      );
      expect(selectors).toEqual([...('SourcePolicy' in plain ? ['https://*'] : []), ...reservedSelectors]);
      expect(numberOf(policy, 'version')).toBe(1n);
    }
    expect(reservedSelectors.size).toBe(6);
  });

  it('our rules match ssh in upper and lower case: BuildKit itself writes schemes in lower case', () => {
    const overSsh = [...reservedSelectors].filter((identifier) => identifier.includes('ssh'));
    expect(overSsh).toHaveLength(1);
    // Go's flags for a group, which Node supports, too.
    for (const identifier of overSsh) {
      for (const source of [
        'git://ssh://git@host/x',
        'git://SSH://git@host/x',
        'git://Ssh://host/x',
        'git://git@host:x',
      ])
        expect(source).toMatch(new RegExp(identifier));
    }
  });

  it('a policy that would change the scope of our rules is refused', () => {
    for (const identifier of reservedSelectors) {
      const policy = {
        rules: [
          { action: 0, selector: { identifier, match_type: 2, constraints: [{ key: 'x', value: 'never' }] } },
        ],
      };
      expect(solve({ SourcePolicy: policy })).toBe('unmodelled-value');
      expect(bridge({ SourcePolicies: [policy] })).toBe('unmodelled-value');
    }
  });

  it('CVE-2026-33748: a directory outside the repository that is the context', () => {
    expect(
      solve({ Frontend: 'dockerfile.v0', FrontendAttrs: { context: 'https://host/x.git#main:../..' } }),
    ).toBe('build-source');
    expect(
      bridge({
        Frontend: 'dockerfile.v0',
        FrontendOpt: { 'context:lib': 'https://host/x.git#main:a/../..' },
      }),
    ).toBe('build-source');
    expect(
      solve({
        Frontend: 'dockerfile.v0',
        FrontendAttrs: { context: 'git@host:x.git#main:a/b', 'context:lib': 'docker-image://x' },
      }),
    ).toBe('pass');
  });

  it('a step that cannot be parsed', () => {
    expect(solve({ Definition: { def: [Uint8Array.of(0xff)] } })).toBe('unreadable-body');
    expect(solve({ Definition: { def: [Uint8Array.of(0x98, 0x06, 1)] } })).toBe('unmodelled-field');
  });

  it('B6: unknown fields are named', () => {
    const decision = decideBuildMessage('solve', Uint8Array.of(0xf8, 0x06, 1));
    expect(decision.outcome === 'deny' && refusalText(decision)).toBe(
      'enhanced container isolation: a build request with moby.buildkit.v1.SolveRequest, field 111 is ' +
        'blocked: the request has a field the gateway does not know, so it cannot tell what it does; no ' +
        'setting allows it',
    );
  });
});

describe('ids of sessions in the options of a build', () => {
  const optionsAfter = (plain: PlainMessage, enforced = true) => {
    const decision = decideBuildMessage('solve', bytes(solveRequest, plain), enforced);
    const read = decision.outcome === 'pass' ? readMessage(solveRequest, decision.bytes) : null;
    return read?.ok === true ? Object.fromEntries(textEntriesOf(read.message, 'FrontendAttrs')) : null;
  };
  const FrontendAttrs = { 'local-sessionid:context': 's1', 'local-sessionid:dockerfile': 's1', target: 'a' };

  it('are not recorded in the build history, where the engine only records the options', () => {
    expect(optionsAfter({ Ref: 'r', Session: 's', FrontendAttrs })).toEqual({ target: 'a' });
    expect(optionsAfter({ FrontendAttrs: { 'local-sessionid:context': 's1' } })).toEqual({});
  });

  it('stay where they are options of a frontend in the daemon, and in audit mode', () => {
    expect(optionsAfter({ Frontend: 'dockerfile.v0', FrontendAttrs })).toEqual(FrontendAttrs);
    expect(optionsAfter({ FrontendAttrs }, false)).toEqual(FrontendAttrs);
  });
});
