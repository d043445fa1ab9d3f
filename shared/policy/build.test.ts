import { describe, expect, it } from 'vitest';
import { refusalText } from './decision.ts';
import { buildLookups, decideBuild } from './build.ts';

const facts = {
  networks: new Map([
    ['own', { driver: 'bridge' }],
    ['alias', { driver: 'host' }],
    ['gone', null],
  ]),
  containers: new Map([
    ['mine', { id: 'a'.repeat(64), protected: true }],
    ['old', { id: 'b'.repeat(64), protected: false }],
    ['nobody', null],
  ]),
  defaultRuntime: 'bulkhead',
};
const decide = (parameters: Record<string, string>) =>
  decideBuild(
    Object.entries(parameters).map(([key, value]) => ({ key, value })),
    facts,
  );
const rule = (parameters: Record<string, string>) => {
  const decision = decide(parameters);
  return decision.outcome === 'deny' ? decision.rule : 'pass';
};

const version1 = { key: 'version', value: '1' };

describe('POST /build', () => {
  it.each(['', 'default', 'bridge', 'none', 'own'])('networkmode=%s passes', (networkmode) => {
    expect(rule({ networkmode })).toBe('pass');
  });
  it.each(['host', 'alias', 'gone', 'other', 'HOST'])('C: networkmode=%s is refused', (networkmode) => {
    expect(rule({ networkmode })).toBe('host-network-build');
  });

  it("A7: a build joins another container's network only if that is protected, by its id", () => {
    expect(decide({ networkmode: 'container:mine' })).toMatchObject({
      outcome: 'pass',
      parameters: [{ key: 'networkmode', value: `container:${'a'.repeat(64)}` }, version1],
    });
    for (const name of ['old', 'nobody', 'unrequested', ''])
      expect(rule({ networkmode: `container:${name}` })).toBe('foreign-namespace');
    expect(buildLookups([{ key: 'networkmode', value: 'container:mine' }])).toEqual({
      networks: [],
      containers: ['mine'],
    });
    expect(buildLookups([{ key: 'networkmode', value: 'own' }])).toEqual({
      networks: ['own'],
      containers: [],
    });
  });

  it.each([
    [{ cgroupparent: '/../x' }, 'cgroup-parent'],
    [{ cgroupparent: 'a/b' }, 'pass'],
    [{ cgroupparent: '/system.slice/x.service' }, 'cgroup-parent'],
    [{ cgroupparent: 'system.slice' }, 'pass'],
    [{ securityopt: '["seccomp=unconfined"]' }, 'security-option'],
    [{ isolation: 'hyperv' }, 'unmodelled-value'],
    [{ version: '3' }, 'unmodelled-value'],
    [{ version: '1' }, 'pass'],
    [{ remote: 'https://example.com/x.git#main:dir' }, 'pass'],
    [{ remote: 'client-session' }, 'pass'],
    [{ remote: 'github.com/a/b' }, 'pass'],
    [{ remote: 'file:///etc' }, 'build-source'],
    [{ remote: '/etc' }, 'build-source'],
    [{ remote: 'ext::sh -c id' }, 'build-source'],
    [{ outputs: '[{"Type":"local","Attrs":{}}]' }, 'pass'],
    [{ outputs: '[{"Type":"moby"}]' }, 'pass'],
    [{ outputs: '[{"Type":"engine-directory"}]' }, 'pass'],
    [{ outputs: '[{"type":"local"}]' }, 'pass'],
    [{ outputs: '[{"Type":"local","type":"x"}]' }, 'unreadable-body'],
    [{ outputs: '{' }, 'unreadable-body'],
    [{ outputs: '[{"Type":"local","Type":"x"}]' }, 'unreadable-body'],
  ])('%j: %s', (parameters, expected) => {
    expect(rule(parameters)).toBe(expected);
  });

  it('A1: outputs, which the classic builder ignores, are not sent to it', () => {
    expect(decide({ outputs: '[{"Type":"local","Attrs":{"dest":"/etc"}}]' })).toMatchObject({
      outcome: 'pass',
      parameters: [version1],
      changes: [{ rule: 'parameter-dropped', field: 'outputs' }],
    });
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ remote: 'file:///etc' }, 'remoteURL (file:///etc) could not be recognized as URL'],
    [{ remote: 'ext::sh -c id' }, 'remoteURL (ext::sh -c id) could not be recognized as URL'],
    [{ remote: 'HTTPS://host/x.git' }, 'remoteURL (HTTPS://host/x.git) could not be recognized as URL'],
    [{ remote: 'https://host/x.git\nssh://y' }, undefined],
    [{ remote: 'git@host:x.git' }, undefined],
    [{ remote: 'ssh://host/x.git' }, undefined],
    [{ remote: 'https://host/x.git#main:../../etc' }, undefined],
    [{ isolation: 'hyperv' }, 'unsupported isolation: "hyperv"'],
    [{ version: '3' }, 'invalid version "3"'],
    [{ version: '2' }, undefined],
    [{ outputs: '[' }, 'invalid outputs specified: unexpected end of JSON input'],
    [{ outputs: '[x]' }, "invalid outputs specified: invalid character 'x' looking for beginning of value"],
    [{ outputs: '{}' }, 'invalid outputs specified: json: cannot unmarshal object'],
    [{ outputs: '[{"Type":"local","Type":"x"}]' }, undefined],
    [{ outputs: '[] x' }, undefined],
    [{ securityopt: '["seccomp=unconfined"]' }, 'security options are not supported on linux'],
  ])('A1: %j gets the error of the engine: %s', (parameters, expected) => {
    const decision = decide(parameters);
    const error = decision.outcome === 'deny' ? decision.engineError?.message : '';
    expect(error?.slice(0, expected?.length)).toBe(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ remote: 'git@host:x.git' }, 'build-identity'],
    [{ remote: 'git@host/x' }, 'build-identity'],
    [{ remote: 'git@host:x.git', session: 's' }, 'build-identity'],
    [{ remote: 'ssh://git@host/x.git#main' }, 'build-identity'],
    [{ remote: 'builder@host:x.git' }, 'build-identity'],
    [{ remote: 'https://user@host/x.git' }, 'build-identity'],
    [{ remote: 'https://user:@host/x.git' }, 'build-identity'],
    [{ remote: 'https://:@host/x.git' }, 'build-identity'],
    [{ remote: 'https://user:password@host/x.git' }, 'pass'],
    [{ remote: 'https://host/@x.git' }, 'pass'],
    [{ remote: 'git+ssh://git@host/x.git' }, 'build-source'],
    [{ remote: 'ssh+git://git@host/x.git' }, 'build-source'],
    [{ remote: 'HTTPS://host/x.git' }, 'build-source'],
    [{ remote: 'fd::3' }, 'build-source'],
    [{ remote: '--upload-pack=id' }, 'build-source'],
    [{ remote: 'https://host/x.git\nssh://y' }, 'build-source'],
    [{ remote: 'https://host/x.git#main:../../etc' }, 'build-source'],
    [{ remote: 'https://host/x.git#--output=x' }, 'build-source'],
    [{ remote: 'git://host/x.git' }, 'pass'],
  ])("an engine's identity is not used for a context: %j: %s", (parameters, expected) => {
    expect(rule(parameters)).toBe(expected);
  });

  it('refuses BuildKit without rules for what it fetches, and names the alternative', () => {
    const versions = (...values: string[]) =>
      decideBuild(
        values.map((value) => ({ key: 'version', value })),
        facts,
      );
    for (const decision of [versions('2'), versions('1', '2'), versions('2', '1'), versions('', '2')]) {
      expect(decision.outcome === 'deny' && refusalText(decision)).toBe(
        'enhanced container isolation: a build by BuildKit over POST /build?version=2 is blocked: ' +
          'BuildKit takes no rules there for what a build fetches inside the engine ' +
          '(use docker buildx build, which docker build is since Docker 23, or leave version out for the ' +
          'classic builder); no setting allows it',
      );
    }
  });

  it('A6: refuses steps that the default runtime would not isolate, and names who can mend that', () => {
    const withRuntime = (defaultRuntime: string | null) => decideBuild([], { ...facts, defaultRuntime });
    expect(['bulkhead', 'sysbox-runc', null].map((name) => withRuntime(name).outcome)).toEqual([
      'pass',
      'pass',
      'pass',
    ]);
    const decision = withRuntime('runc');
    expect(decision.outcome === 'deny' && refusalText(decision)).toBe(
      "enhanced container isolation: a build by the classic builder with the engine's default runtime, " +
        "runc, is blocked: steps of the classic builder run with the engine's default runtime, which must " +
        'isolate them (use docker buildx build, which docker build is since Docker 23, or have the ' +
        'administrator apply the settings again, which makes the isolation runtime the default; A6); ' +
        'no setting allows it',
    );
  });

  it("the classic builder is requested explicitly, whatever the engine's default", () => {
    const classic = {
      outcome: 'pass',
      parameters: [
        { key: 't', value: 'a' },
        { key: 'version', value: '1' },
      ],
      changes: [],
    };
    expect(decide({ t: 'a' })).toEqual(classic);
    expect(decide({ t: 'a', version: '1' })).toEqual(classic);
    expect(decide({ version: '', t: 'a' })).toEqual(classic);
  });

  it('the refusal names the alternative, and repeats no password', () => {
    const decision = decide({ remote: 'ssh://git:secret@host/x.git' });
    expect(decision.outcome === 'deny' && refusalText(decision)).toBe(
      'enhanced container isolation: the build context ssh://git:…@host/x.git is blocked: where a build ' +
        "needs an identity, it gets the client's own over its session, never the engine's (build with " +
        'BuildKit, and forward an SSH agent to it: docker buildx build --ssh default); no setting allows it',
    );
  });

  it('removes undocumented parameters, keeps repeated ones and their order', () => {
    const parameters = [
      { key: 't', value: 'a' },
      { key: 'registryconfig', value: '{}' },
      { key: 't', value: 'b' },
      { key: 'extrahosts', value: 'x:1.2.3.4' },
      { key: 'NetworkMode', value: 'host' },
    ];
    const decision = decideBuild(parameters, facts);
    expect(decision).toMatchObject({
      outcome: 'pass',
      parameters: [parameters[0], parameters[2], parameters[3], version1],
    });
    expect(
      decision.outcome === 'pass' ? decision.changes.map(({ rule: code, field }) => [code, field]) : [],
    ).toEqual([
      ['parameter-dropped', 'registryconfig'],
      ['parameter-dropped', 'NetworkMode'],
    ]);
  });
});
