import type { ImageTrust } from '../trust/image-verdict.ts';
import type { GatewayCounters } from './counters.ts';

/** Image trust whose verdicts are counted. */
export function countedTrust(counters: GatewayCounters, trust: ImageTrust): ImageTrust {
  return {
    decide: async (image, socket) => {
      const verdict = await trust.decide(image, socket);
      counters.countTrustDecision(verdict.trusted ? 'trusted' : verdict.reason);
      return verdict;
    },
    close: () => {
      trust.close();
    },
  };
}
