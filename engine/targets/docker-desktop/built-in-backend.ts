import { message } from '../../../shared/messages/message.ts';
import type Docker from 'dockerode';
import { requirement, type Requirement } from '../../../shared/isolation/requirements.ts';
import { ok } from '../../../shared/result.ts';
import { exists } from '../../base/files.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { probeHint, probeProgram } from '../../verify/probe-image.ts';

/**
 * ECI is turned on only if its effect can be verified afterwards: without the probe for the engine's
 * architecture, Docker Desktop would be restarted twice for a roll back. An engine that doesn't respond is
 * assumed to have this machine's architecture.
 */
export async function probeRequirement(docker: Docker, directory: string): Promise<Requirement> {
  const architecture = await docker.version().then(
    ({ Arch }) => Arch,
    () => (process.arch === 'x64' ? 'amd64' : process.arch),
  );
  const file = probeProgram(directory, architecture);
  const met = await exists(file);
  const found = met ? file : message('isolation.program-missing', { built: file });
  return requirement('probe-built', met, found, probeHint);
}

/** Docker Desktop includes its isolation runtime: there is nothing to install, to register or to try. */
export function builtInBackend(runtimeName: string): IsolationBackend {
  return {
    id: 'sysbox',
    runtimeName,
    report: () => Promise.resolve({ id: 'sysbox', available: true, requirements: [] }),
    install: () => Promise.resolve(ok(undefined)),
    runtimePath: () => '',
    engineEnvironment: () => ({}),
    needsPlanner: false,
  };
}
