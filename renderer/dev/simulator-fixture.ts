import type { Simulation, SimulationInput } from '../../shared/explain/simulation.ts';
import type { Explanation, ExplainedRequest, Finding } from '../../shared/explain/explanation.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { minutesAgo } from './settings-fixture.ts';

/** Canned results of the Simulator for the invented states: in the real format, without a decision. */

const runtime: Finding = {
  outcome: 'rewrite',
  rule: 'runtime-forced',
  spec: 'A6',
  setting: null,
  what: 'HostConfig.Runtime',
  message: 'HostConfig.Runtime: "" became "bulkhead" (every container runs with the isolation runtime)',
  part: { field: 'HostConfig.Runtime', value: '' },
};
const etc: Finding = {
  outcome: 'deny',
  rule: 'bind-not-shared',
  spec: 'A8',
  setting: '/filesharingAllowedDirectories',
  what: 'bind mount of /etc',
  message:
    'enhanced container isolation: bind mount of /etc is blocked: the directory is not shared with ' +
    'containers (A8); an administrator can allow it by listing the directory in ' +
    'filesharingAllowedDirectories',
  subject: { path: '/etc' },
  part: { field: 'HostConfig.Binds', value: '/etc:/x' },
};
const socket: Finding = {
  outcome: 'rewrite',
  rule: 'own-socket',
  spec: 'B2',
  setting: null,
  what: 'HostConfig.Binds',
  message: 'HostConfig.Binds: a socket of its own',
  part: { field: 'HostConfig.Binds', value: '/var/run/docker.sock:/var/run/docker.sock' },
};
const pid: Finding = {
  outcome: 'deny',
  rule: 'host-namespace',
  spec: 'A7',
  setting: null,
  what: '--pid=host',
  message:
    'enhanced container isolation: --pid=host is blocked: a container may not share a namespace with the ' +
    'host (A7); no setting allows it',
  part: { field: 'HostConfig.PidMode', value: 'host' },
};

const explanation = (more: Partial<Explanation>): Explanation => ({
  eci: true,
  mode: 'enforce',
  outcome: 'allow',
  requests: [],
  missingFacts: [],
  facts: [],
  images: [],
  engine: true,
  clientOutput: '',
  notes: ['later-requests'],
  leftOut: [],
  ...more,
});
const create = (more: Partial<ExplainedRequest>): ExplainedRequest => ({
  method: 'POST',
  target: '/v1.45/containers/create',
  outcome: 'rewrite',
  findings: [runtime],
  refusal: null,
  kind: 'container',
  ...more,
});

export const pictureCommand =
  'docker run --privileged -v /etc:/x -v /var/run/docker.sock:/var/run/docker.sock docker:cli';

type SimulationResult = Pick<Simulation, 'explanation' | 'without'>;

function composeSimulation(): SimulationResult {
  return {
    without: null,
    explanation: explanation({
      outcome: 'deny',
      notes: ['compose-environment'],
      clientOutput: '',
      requests: [
        create({ service: 'web', image: 'nginx' }),
        create({
          service: 'agent',
          image: 'alpine',
          outcome: 'deny',
          findings: [
            pid,
            {
              ...etc,
              what: 'bind mount of /',
              message: etc.message.replace('of /etc', 'of /'),
              subject: { path: '/' },
              part: { field: 'HostConfig.Binds', value: '/:/host:ro' },
            },
            runtime,
          ],
          refusal: pid.message,
        }),
      ],
    }),
  };
}

function bindSimulation(text: string): SimulationResult {
  return {
    without: { text: text.replace(' -v /etc:/x', ''), left: ['-v /etc:/x'], outcome: 'rewrite' },
    explanation: explanation({
      outcome: 'deny',
      clientOutput: `docker: Error response from daemon: ${etc.message}.\nSee 'docker run --help'.`,
      facts: [{ kind: 'image', name: 'docker:cli', found: 'sha256:4f2a5b7d1f6a' }],
      images: [
        {
          image: 'docker:cli',
          trusted: true,
          allowedBy: 'docker:cli',
          commands: { type: 'deny', names: ['push', 'image*'] },
          imageId: 'sha256:4f2a5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c691c7',
          reason: '',
          detail: '',
        },
      ],
      requests: [
        create({
          image: 'docker:cli',
          outcome: 'deny',
          findings: [runtime, etc, socket],
          refusal: etc.message,
          passed: [{ field: 'HostConfig.Privileged', value: 'true' }],
        }),
      ],
    }),
  };
}

function hostPidSimulation(text: string): SimulationResult {
  return {
    without: { text: text.replace(' --pid=host', ''), left: ['--pid=host'], outcome: 'rewrite' },
    explanation: explanation({
      outcome: 'deny',
      clientOutput: `docker: Error response from daemon: ${pid.message}.`,
      requests: [
        create({ image: 'alpine', outcome: 'deny', findings: [pid, runtime], refusal: pid.message }),
      ],
    }),
  };
}

function simulationOf(input: SimulationInput): SimulationResult {
  if (input.kind === 'compose') return composeSimulation();
  if (input.text.includes('/etc:/x')) return bindSimulation(input.text);
  if (input.text.includes('--pid=host')) return hostPidSimulation(input.text);
  return {
    without: null,
    explanation: explanation({
      outcome: 'rewrite',
      requests: [
        create({
          image: 'alpine',
          passed: input.text.includes('--privileged')
            ? [{ field: 'HostConfig.Privileged', value: 'true' }]
            : [],
        }),
      ],
    }),
  };
}

/** `off`, `stopped`, `audit` and a missing client, for the state of that name. */
export function simulate(
  input: SimulationInput,
  state: { readonly eci: boolean; readonly ready: boolean; readonly audit: boolean },
): Result<Simulation> {
  if (input.text.includes('no-docker'))
    return fail('engine.not-installed', 'the Docker command line is not installed', {
      hint: 'Install it: apt-get install docker-cli.',
    });
  const made = simulationOf(input);
  let explanation: Explanation = {
    ...made.explanation,
    ...(state.ready ? {} : { engine: false, facts: [], missingFacts: ['image alpine'] }),
  };
  if (!state.eci)
    explanation = {
      ...explanation,
      eci: false,
      outcome: 'allow',
      requests: explanation.requests.map((request) => ({
        ...request,
        outcome: 'allow' as const,
        findings: [],
        refusal: null,
      })),
      clientOutput: '',
    };
  if (state.audit && explanation.outcome === 'deny') {
    const softer = explanation.requests.map((request) => ({
      ...request,
      outcome: request.outcome === 'deny' ? ('would-deny' as const) : request.outcome,
      refusal: null,
      findings: request.findings.map((finding) => ({
        ...finding,
        outcome: finding.outcome === 'deny' ? ('would-deny' as const) : finding.outcome,
      })),
    }));
    explanation = {
      ...explanation,
      mode: 'audit',
      outcome: 'would-deny',
      clientOutput: '',
      requests: softer,
    };
  }
  return ok({
    at: minutesAgo(0),
    durationMs: 140,
    against: input.against,
    version: 11,
    explanation: explanation,
    without: state.eci ? made.without : null,
  });
}
