import { useEffect, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { Against } from '../../components/basis-toggle.tsx';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { AppError } from '../../../shared/result.ts';
import { expandShare } from '../../../shared/settings/index.ts';
import type { Resolved } from './resolved.ts';

/** The gateway's decision on one path; `resolved`: what the path resolves to now. */
export interface MountDecision {
  readonly path: string;
  readonly against: Against;
  readonly mount: IpcOutput<'paths:would-mount'>;
  readonly resolved: Resolved | null;
}
/** `null`: not requested, or pending. `stale`: the decision belongs to the text typed before. */
export interface MountDecisionState {
  readonly decision: MountDecision | null;
  readonly stale: boolean;
  readonly error: AppError | null;
}

/** Debounce before the decision is requested, ms. */
const pause = 200;

/**
 * Decides whether `written` could be mounted, again whenever the settings change. Only the decision on the
 * latest input is returned.
 */
export function useMountDecision(written: string, against: Against): MountDecisionState {
  const store = useStore();
  const app = useApp();
  const draft = useSnapshotPart((snapshot) => snapshot.draft);
  const path = expandShare(written.trim(), { home: app.home, tmp: app.tmp }) ?? '';
  // Without the file, the policy in force changes with the gateway's.
  const text =
    against === 'draft' ? draft : `${app.settings.applied} ${app.settings.policyFacts.recorded?.hash ?? ''}`;
  const question = JSON.stringify([path, against, text]);
  const [received, setReceived] = useState<{
    readonly question: string;
    readonly decision: MountDecision | null;
    readonly error: AppError | null;
  } | null>(null);
  useEffect(() => {
    if (path === '') {
      setReceived(null);
      return;
    }
    let latest = true;
    const fetchDecision = async () => {
      // Main uses its own copy of the draft: send it first.
      const flushed = against === 'draft' ? await store.flush() : null;
      if (!latest) return;
      if (flushed?.ok === false) {
        setReceived({ question, decision: null, error: flushed.error });
        return;
      }
      const [mount, resolved] = await Promise.all([
        store.request('paths:would-mount', { path, against }),
        store.request('paths:resolve', { paths: [path] }),
      ]);
      if (!latest) return;
      setReceived(
        mount.ok
          ? {
              question,
              decision: {
                path,
                against,
                mount: mount.value,
                resolved: resolved.ok ? (resolved.value[0] ?? null) : null,
              },
              error: null,
            }
          : { question, decision: null, error: mount.error },
      );
    };
    const timer = setTimeout(() => {
      void fetchDecision();
    }, pause);
    return () => {
      latest = false;
      clearTimeout(timer);
    };
  }, [store, path, against, question]);
  return {
    decision: received?.decision ?? null,
    stale: received?.question !== question,
    error: received?.error ?? null,
  };
}
