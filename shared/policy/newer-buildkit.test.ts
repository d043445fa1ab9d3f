import { describe, expect, it } from 'vitest';
import { decideBuildMessage, type BuildMessage } from './build-solve.ts';
import { bridgeSolveRequest, resolveSourceRequest, solveRequest } from './buildkit-messages.ts';
import { refusalText } from './decision.ts';
import { op } from './llb-messages.ts';
import { messageOf, messagesOf, readMessage, textOf, type MessageShape } from './protobuf.ts';
import { encoded, type PlainMessage } from './protobuf-plain.ts';

// What BuildKit 0.26 to 0.32 and buildx 0.30 to 0.37 added, each decided on purpose. From their published
// messages; not run on a real one.

const graph = (...steps: PlainMessage[]) => ({ def: steps.map((step) => encoded(op, step)) });
const decided = (kind: BuildMessage, shape: MessageShape, plain: PlainMessage) => {
  const bytes = encoded(shape, plain);
  const decision = decideBuildMessage(kind, bytes, false);
  return decision.outcome === 'deny' ? decision.rule : Buffer.from(decision.bytes).equals(bytes);
};
const unchanged = true;

describe('fields of newer builds', () => {
  it.each<[string, BuildMessage, MessageShape, PlainMessage]>([
    [
      'buildx build --resource (0.35)',
      'bridge-solve',
      bridgeSolveRequest,
      {
        Definition: {
          ...graph({ exec: { meta: { args: ['sh'] } } }),
          metadata: {
            'sha256:1': {
              linux_resources: {
                memory: 1,
                memorySwap: -1,
                cpuShares: 2n ** 64n - 1n,
                cpuPeriod: 100_000,
                cpuQuota: 50_000,
                cpusetCpus: '0-3',
                cpusetMems: '0',
              },
            },
          },
        },
      },
    ],
    [
      'a step that passes results of others on (0.31)',
      'solve',
      solveRequest,
      {
        Definition: graph(
          { source: { identifier: 'docker-image://x' } },
          { inputs: [{ digest: 'sha256:1' }], passthrough: { id: 'x', outputs: [0, 1] } },
        ),
      },
    ],
    ['the version that results are compatible with', 'solve', solveRequest, { CompatibilityVersion: 20 }],
    ["a policy of the client's (0.31)", 'solve', solveRequest, { SourcePolicySession: 's' }],
    [
      'what such a policy wants to know about a git source',
      'resolve-source',
      resolveSourceRequest,
      { Source: { identifier: 'git://host/x' }, Git: { ReturnObject: true } },
    ],
    [
      '… and about an image',
      'resolve-source',
      resolveSourceRequest,
      {
        Source: { identifier: 'docker-image://x' },
        Image: { NoConfig: true, AttestationChain: true },
      },
    ],
    [
      '… if it wants nothing',
      'resolve-source',
      resolveSourceRequest,
      { Source: { identifier: 'docker-image://x' }, Git: {}, Image: {} },
    ],
  ])('%s: forwarded unchanged', (_name, kind, shape, plain) => {
    expect(decided(kind, shape, plain)).toBe(unchanged);
  });

  it('limits of a step do not hide what it asks for', () => {
    const Definition = {
      ...graph({ passthrough: { id: 'x', outputs: [0] } }, { exec: { network: 1 } }),
      metadata: { 'sha256:1': { linux_resources: { memory: 1 } } },
    };
    expect(decided('solve', solveRequest, { Definition })).toBe('host-network-build');
  });

  it('steps behind a proxy of the daemon (0.31) are refused by name', () => {
    const decision = decideBuildMessage('solve', encoded(solveRequest, { ProxyNetwork: true }));
    expect(decision.outcome === 'deny' && refusalText(decision)).toContain(
      'a build whose steps reach the network through BuildKit\'s proxy (the policy has "exec.proxy")',
    );
    expect(decided('solve', solveRequest, { ProxyNetwork: false })).toBe(unchanged);
  });

  it('GHSA-hw3h-2gp9-cxpv: git sources from a bundle are refused, also inside the daemon', () => {
    const bundle = {
      'git.bundle': `docker-image+blob://registry/x@sha256:${'0'.repeat(64)}`,
      'git.checksum': '0'.repeat(40),
    };
    const source = { identifier: 'git://host/x', attrs: bundle };
    expect(decided('solve', solveRequest, { Definition: graph({ source }) })).toBe('build-source');
    expect(decided('resolve-source', resolveSourceRequest, { Source: source })).toBe('build-source');
    const policy = {
      rules: [{ action: 2, selector: { identifier: 'git://*' }, updates: { attrs: bundle } }],
    };
    expect(decided('solve', solveRequest, { SourcePolicy: policy })).toBe('build-source');
    expect(
      decided('solve', solveRequest, {
        Definition: graph({ source: { identifier: 'git://host/x', attrs: { 'git.bundle': '' } } }),
      }),
    ).toBe(unchanged);
    const enforced = decideBuildMessage('solve', encoded(solveRequest, { Ref: 'r' }));
    const read = enforced.outcome === 'pass' ? readMessage(solveRequest, enforced.bytes) : null;
    const rules = messagesOf(read?.ok === true ? messageOf(read.message, 'SourcePolicy') : null, 'rules');
    const constraints = rules.flatMap((rule) => messagesOf(messageOf(rule, 'selector'), 'constraints'));
    expect(
      constraints.map((constraint) => [textOf(constraint, 'key'), textOf(constraint, 'value')]),
    ).toContainEqual(['git.bundle', '.']);
  });

  it('numbers of 64 bits without a sign are read in full', () => {
    const bytes = encoded(op, { exec: { meta: { args: ['sh'] } } });
    const plain = {
      Definition: {
        def: [bytes],
        metadata: { k: { linux_resources: { cpuShares: 2n ** 63n, memory: -1 } } },
      },
    };
    const read = readMessage(solveRequest, encoded(solveRequest, plain));
    const entry = read.ok ? messagesOf(messageOf(read.message, 'Definition'), 'metadata')[0] : null;
    const resources = messageOf(messageOf(entry ?? null, 'value'), 'linux_resources');
    expect(resources?.values).toEqual(
      new Map([
        ['memory', [-1n]],
        ['cpuShares', [2n ** 63n]],
      ]),
    );
  });
});
