import pLimit from 'p-limit';
import type { EngineFacts } from './engine-facts.ts';

/**
 * Concurrent queries to the engine for one client request: each may be about a container that blocks it.
 */
const maxConcurrentQueries = 8;

/**
 * Facts for one client request, in which a name refers to the same object at every look-up. Otherwise the
 * caller could pass one check with its own object and the next one with another's: it may rename objects, and
 * names take precedence over id prefixes.
 */
export function perRequestCache(facts: EngineFacts): EngineFacts {
  const containers: QueryCache<EngineFacts['container']> = new Map();
  const volumes: QueryCache<EngineFacts['volume']> = new Map();
  const networks: QueryCache<EngineFacts['network']> = new Map();
  const limit = pLimit(maxConcurrentQueries);
  return {
    ...facts,
    container: (reference) => cached(containers, reference, (name) => limit(() => facts.container(name))),
    volume: (name) => cached(volumes, name, (reference) => limit(() => facts.volume(reference))),
    network: (reference) => cached(networks, reference, (name) => limit(() => facts.network(name))),
    createVolume: (name, labels) => {
      volumes.delete(name);
      return facts.createVolume(name, labels);
    },
  };
}

type QueryCache<Query extends (name: string) => unknown> = Map<string, ReturnType<Query>>;

function cached<Result>(cache: Map<string, Result>, name: string, query: (name: string) => Result): Result {
  const result = cache.get(name) ?? query(name);
  cache.set(name, result);
  return result;
}
