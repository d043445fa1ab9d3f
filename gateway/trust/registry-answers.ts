import pLimit from 'p-limit';
import { message } from '../../shared/messages/message.ts';
import { registryProblem } from '../../shared/settings/registry-problem.ts';
import { queryKey, type RegistryResult, type RegistryQuery } from '../../shared/policy/image-trust-facts.ts';
import type { KnownDigests } from './known-digests.ts';
import type { RegistryClient, RegistryResponse } from './registry-client.ts';

/** How old an answer may be that lets something in. */
export const freshMs = 10 * 60_000;
/**
 * How old one may be that keeps something out: after a pull nobody waits for long. Also the pace at which a
 * registry is asked the same.
 */
export const recheckMs = 10_000;

const maxCached = 5000;
/** Questions under way at once to one registry; a slow one does not hold up the others. */
const maxAtOnce = 4;

/**
 * Caches registry answers: the same question is asked once at a time, and not again while the answer is
 * fresh; the last served digest is used while a registry is unreachable.
 */
export class RegistryAnswers {
  private readonly cache = new Map<string, { readonly answer: RegistryResponse; readonly at: number }>();
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

  /** Results for all questions, none older than `maxAgeMs` where the registry is reachable. */
  async askAll(
    questions: readonly RegistryQuery[],
    maxAgeMs: number,
    persist = true,
  ): Promise<Map<string, RegistryResult>> {
    const answers = new Map<string, RegistryResult>();
    await Promise.all(
      questions.map(async (question) => {
        answers.set(queryKey(question), await this.ask(question, maxAgeMs, persist));
      }),
    );
    return answers;
  }

  /**
   * `keep`: remember on disk what is served. Not where anybody chooses the names: they would push out the
   * others.
   */
  async ask(question: RegistryQuery, maxAgeMs: number, persist = true): Promise<RegistryResult> {
    const key = queryKey(question);
    if (!this.isFresh(key, maxAgeMs)) {
      let asking = this.pending.get(key);
      if (asking === undefined) {
        asking = this.limited(question.domain, () => this.fetch(key, question, persist)).finally(() => {
          this.pending.delete(key);
        });
        this.pending.set(key, asking);
      }
      await asking;
    }
    return this.current(key);
  }

  private isFresh(key: string, maxAgeMs: number): boolean {
    const found = this.cache.get(key);
    if (found === undefined) return false;
    const age = this.now() - found.at;
    // After the clock was set back nothing is fresh.
    return age >= 0 && age < (found.answer.kind === 'served' ? maxAgeMs : Math.min(maxAgeMs, recheckMs));
  }

  private async fetch(key: string, question: RegistryQuery, persist: boolean): Promise<void> {
    await this.lastKnown.load();
    const answer = await this.client.ask(question, (digest) => this.lastKnown.childrenOf(digest));
    this.cache.delete(key);
    this.cache.set(key, { answer, at: this.now() });
    if (this.cache.size > maxCached) this.cache.delete(this.cache.keys().next().value ?? '');
    if (answer.kind === 'served' && persist)
      await this.lastKnown.set(key, { digest: answer.digest, children: answer.children, at: this.now() });
    if (answer.kind === 'absent') await this.lastKnown.remove(key);
  }

  private async current(key: string): Promise<RegistryResult> {
    const found = this.cache.get(key);
    if (found === undefined)
      return { kind: 'unavailable', ...registryProblem(message('registry.not-asked')) };
    const ageMs = Math.max(0, this.now() - found.at);
    const { answer } = found;
    if (answer.kind === 'served') return { ...answer, ageMs, lastKnown: null };
    if (answer.kind === 'absent') return { ...answer, ageMs };
    const last = await this.lastKnown.get(key);
    return last === null
      ? answer
      : {
          kind: 'served',
          digest: last.digest,
          children: last.children,
          ageMs: Math.max(0, this.now() - last.at),
          lastKnown: answer.why,
          ...(answer.sentence === undefined ? {} : { lastKnownSentence: answer.sentence }),
        };
  }

  private limited(domain: string, work: () => Promise<void>): Promise<void> {
    let limit = this.limits.get(domain);
    if (limit === undefined) {
      for (const [name, idle] of this.limits)
        if (idle.activeCount + idle.pendingCount === 0) this.limits.delete(name);
      this.limits.set(domain, (limit = pLimit(maxAtOnce)));
    }
    return limit(work);
  }
}
