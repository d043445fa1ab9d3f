import { setMaxListeners } from 'node:events';
import type { HostConfig } from 'dockerode';
import { anyAborted } from '../base/any-aborted.ts';
import { probeErrorText, type EvidenceText } from './evidence.ts';
import type { Observation, Refusal } from './judge.ts';
import { requestRefused, runProbe, type ProbeRequest, type ProbeResult } from './probe-container.ts';
import type { VerifyOptions } from './verify-options.ts';

/** Where mounts for the probe are in its container. */
export const inside = { shared: '/shared', readOnly: '/read-only', socket: '/var/run/docker.sock' } as const;

/** Runs probes in containers of one image, and turns their failures into observations. */
export interface ProbeRunner {
  readonly signal: AbortSignal;
  readonly image: string;
  probe(request: Omit<ProbeRequest, 'image'>): Promise<Observation<ProbeResult>>;
  refusal(requested: EvidenceText, host: Partial<HostConfig>): Promise<Refusal>;
  observe<T>(work: () => Promise<T>): Promise<Observation<T>>;
}

/** Creates the runner of a verification; the given signal, if any, ends every probe. */
export function createProbeRunner(
  { docker, signal: callers }: Pick<VerifyOptions, 'docker' | 'signal'>,
  image: string,
): ProbeRunner {
  const signal = anyAborted(...(callers === undefined ? [] : [callers]));
  // Each of the concurrent probes listens: more than the number above which Node warns of a leak.
  setMaxListeners(0, signal);
  const observe = async <T>(work: () => Promise<T>): Promise<Observation<T>> => {
    try {
      return { value: await work() };
    } catch (error) {
      return { error: probeErrorText(error) };
    }
  };
  return {
    signal,
    image,
    observe,
    probe: (request) => observe(() => runProbe(docker, { image, ...request }, signal)),
    refusal: async (requested, host) => ({
      request: requested,
      answer: await observe(() => requestRefused(docker, { image, host }, signal)),
    }),
  };
}
