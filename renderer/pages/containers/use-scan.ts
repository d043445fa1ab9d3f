import { useCallback, useEffect } from 'react';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { navigate, useRoute } from '../../state/router.ts';
import type { AppError } from '../../../shared/result.ts';

/** An older scan is repeated when the page is opened, ms. */
const maxAgeMs = 60_000;

export interface Scan {
  readonly scanning: boolean;
  /** The engine is ready and no scan is in progress. */
  readonly canScan: boolean;
  readonly rescan: () => void;
  /** Why the last scan failed, if so. */
  readonly error: AppError | null;
}

/**
 * Scans of the containers: when the page is opened, by F5, by an address with `scan=now`, and by `rescan`.
 */
export function useScan(): Scan {
  const app = useApp();
  const { params } = useRoute();
  const scan = useRequest('containers:scan');
  const ready = app.engine.phase === 'ready';
  const scanning = app.busy.scanning || scan.running;
  const canScan = ready && !scanning;
  const runScan = scan.run;
  const rescan = useCallback(() => {
    void runScan(undefined);
  }, [runScan]);
  useEffect(() => {
    if (params['scan'] === 'now') {
      navigate('containers');
      if (canScan) rescan();
    }
  }, [params, canScan, rescan]);
  useEffect(() => {
    // Opening the page scans again if the last scan is old; the old list stays on screen meanwhile.
    if (ready && (app.scan === null || Date.now() - Date.parse(app.scan.at) > maxAgeMs)) rescan();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, at opening and when the engine comes up
  }, [ready]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F5' && canScan) {
        event.preventDefault();
        rescan();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [canScan, rescan]);
  return { scanning, canScan, rescan, error: scan.error ?? app.scanError };
}
