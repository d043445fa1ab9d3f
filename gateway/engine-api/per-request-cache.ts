import pLimit from 'p-limit';
import type { EngineFacts } from './engine-facts.ts';

/**
 * Questions about what one request names that wait for the engine at once: each may be about a container that
 * holds it up.
 */
const maxQuestions = 8;

/**
 * The facts of one request: a name means the same at every look. Otherwise what was the caller's own at one
 * look (it may rename what it has, and names come before the beginnings of ids) would be another's at the
 * next.
 */
export function perRequestCache(facts: EngineFacts): EngineFacts {
  const containers: Known<EngineFacts['container']> = new Map();
  const volumes: Known<EngineFacts['volume']> = new Map();
  const networks: Known<EngineFacts['network']> = new Map();
  const limit = pLimit(maxQuestions);
  return {
    ...facts,
    container: (reference) => once(containers, reference, (name) => limit(() => facts.container(name))),
    volume: (name) => once(volumes, name, (reference) => limit(() => facts.volume(reference))),
    network: (reference) => once(networks, reference, (name) => limit(() => facts.network(name))),
    createVolume: (name, labels) => {
      volumes.delete(name);
      return facts.createVolume(name, labels);
    },
  };
}

type Known<Ask extends (name: string) => unknown> = Map<string, ReturnType<Ask>>;

function once<Answer>(known: Map<string, Answer>, name: string, ask: (name: string) => Answer): Answer {
  const answer = known.get(name) ?? ask(name);
  known.set(name, answer);
  return answer;
}
