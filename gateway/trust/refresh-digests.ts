import { allowedEntries, entryQueries } from '../../shared/policy/image-trust.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { recheckMs, type RegistryCache } from './registry-cache.ts';

const firstRefreshMs = 1000;
const refreshMs = 30 * 60_000;
/** Maximum number of queries of one refresh. */
const maxQueries = 200;

/**
 * Queries the registries for the listed images ahead of time: shortly after the start, and every 30 minutes.
 * `settings` returns null where nothing is to be queried.
 */
export function refreshDigests(
  settings: () => EffectiveSettings['socket'] | null,
  registries: RegistryCache,
  log: (line: string) => void,
): { close(): void } {
  let closed = false;
  const refresh = async (): Promise<void> => {
    const socket = settings();
    if (socket === null) return;
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
  const timer = setInterval(refreshAndLog, refreshMs).unref();
  return {
    close: () => {
      closed = true;
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
