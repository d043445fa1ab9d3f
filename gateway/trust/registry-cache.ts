import pLimit from 'p-limit';
import { message } from '../../shared/messages/message.ts';
import { registryProblem } from '../../shared/settings/registry-problem.ts';
import { queryKey, type RegistryResult, type RegistryQuery } from '../../shared/policy/image-trust-facts.ts';
import type { KnownDigests } from './known-digests.ts';
import type { RegistryClient, RegistryResponse } from './registry-client.ts';

/** Maximum age of a positive result (an image is allowed), ms. */
export const freshMs = 10 * 60_000;
/**
 * Maximum age of a negative result, ms: short, so that nobody waits long after a pull. Also the minimum
 * interval between two identical queries.
 */
export const recheckMs = 10_000;

const maxCached = 5000;
/** Concurrent queries per registry; a slow registry does not hold up the others. */
const maxConcurrentQueries = 4;

/**
 * Caches registry responses: identical concurrent queries are merged, and a query is not repeated while its
 * result is fresh. While a registry is unreachable, the last served digest is used.
 */
export class RegistryCache {
  private readonly cache = new Map<string, { readonly response: RegistryResponse; readonly at: number }>();
  private readonly pending = new Map<string, Promise<void>>();
  private readonly limits = new Map<string, ReturnType<typeof pLimit>>();
  private readonly client: RegistryClient;
  private readonly lastKnown: KnownDigests;
  private readonly now: () => number;

  constructor(client: RegistryClient, lastKnown: KnownDigests, now: () => number) {
    this.client = client;
    this.lastKnown = lastKnown;
    this.now = now;
  }

  /** The results of all queries, none older than `maxAgeMs` where the registry is reachable. */
  async queryAll(
    queries: readonly RegistryQuery[],
    maxAgeMs: number,
    persist = true,
  ): Promise<Map<string, RegistryResult>> {
    const results = new Map<string, RegistryResult>();
    await Promise.all(
      queries.map(async (query) => {
        results.set(queryKey(query), await this.query(query, maxAgeMs, persist));
      }),
    );
    return results;
  }

  /**
   * `persist`: record the served digest on disk. False for names that clients choose freely, which would
   * evict the others.
   */
  async query(query: RegistryQuery, maxAgeMs: number, persist = true): Promise<RegistryResult> {
    const key = queryKey(query);
    if (!this.isFresh(key, maxAgeMs)) {
      let request = this.pending.get(key);
      if (request === undefined) {
        request = this.limited(query.domain, () => this.fetch(key, query, persist)).finally(() => {
          this.pending.delete(key);
        });
        this.pending.set(key, request);
      }
      await request;
    }
    return this.current(key);
  }

  private isFresh(key: string, maxAgeMs: number): boolean {
    const found = this.cache.get(key);
    if (found === undefined) return false;
    const age = this.now() - found.at;
    // After the clock was set back nothing is fresh.
    return age >= 0 && age < (found.response.kind === 'served' ? maxAgeMs : Math.min(maxAgeMs, recheckMs));
  }

  private async fetch(key: string, query: RegistryQuery, persist: boolean): Promise<void> {
    await this.lastKnown.load();
    const response = await this.client.query(query, (digest) => this.lastKnown.childrenOf(digest));
    this.cache.delete(key);
    this.cache.set(key, { response, at: this.now() });
    if (this.cache.size > maxCached) this.cache.delete(this.cache.keys().next().value ?? '');
    if (response.kind === 'served' && persist)
      await this.lastKnown.set(key, { digest: response.digest, children: response.children, at: this.now() });
    if (response.kind === 'absent') await this.lastKnown.remove(key);
  }

  private async current(key: string): Promise<RegistryResult> {
    const found = this.cache.get(key);
    if (found === undefined)
      return { kind: 'unavailable', ...registryProblem(message('registry.not-queried')) };
    const ageMs = Math.max(0, this.now() - found.at);
    const { response } = found;
    if (response.kind === 'served') return { ...response, ageMs, lastKnown: null };
    if (response.kind === 'absent') return { ...response, ageMs };
    const last = await this.lastKnown.get(key);
    return last === null
      ? response
      : {
          kind: 'served',
          digest: last.digest,
          children: last.children,
          ageMs: Math.max(0, this.now() - last.at),
          lastKnown: response.why,
          ...(response.sentence === undefined ? {} : { lastKnownSentence: response.sentence }),
        };
  }

  private limited(domain: string, work: () => Promise<void>): Promise<void> {
    let limit = this.limits.get(domain);
    if (limit === undefined) {
      for (const [name, idle] of this.limits)
        if (idle.activeCount + idle.pendingCount === 0) this.limits.delete(name);
      this.limits.set(domain, (limit = pLimit(maxConcurrentQueries)));
    }
    return limit(work);
  }
}
