import { allowedEntries, entryQueries } from '../../shared/policy/image-trust.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { recheckMs, type RegistryCache } from './registry-cache.ts';

const firstRefreshMs = 1000;
const refreshMs = 30 * 60_000;
/** How often it is checked whether a refresh is due, ms. */
const checkMs = 60_000;
/** Maximum number of queries of one refresh. */
const maxQueries = 200;

/**
 * Queries the registries for the listed images ahead of time: shortly after the start, and every 30 minutes.
 * `settings` returns null where nothing is to be queried now: then it is done once that has changed.
 */
export function refreshDigests(
  settings: () => EffectiveSettings['socket'] | null,
  registries: RegistryCache,
  log: (line: string) => void,
): { close(): void } {
  let closed = false;
  let refreshed = -Infinity;
  const refresh = async (): Promise<void> => {
    const now = performance.now();
    const socket = now - refreshed < refreshMs ? null : settings();
    if (socket === null) return;
    refreshed = now;
    // Per-image lists too: their images are queried even where the image list is `*` (B7).
    const images = [...socket.images, ...socket.perImage.map(({ image }) => image)];
    for (const query of entryQueries(allowedEntries(images)).slice(0, maxQueries)) {
      if (closed) return;
      await registries.query(query, recheckMs);
    }
  };
  const refreshAndLog = (): void => {
    refresh().catch((error: unknown) => {
      log(`registry digests were not refreshed: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const first = setTimeout(refreshAndLog, firstRefreshMs).unref();
  const timer = setInterval(refreshAndLog, checkMs).unref();
  return {
    close: () => {
      closed = true;
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
