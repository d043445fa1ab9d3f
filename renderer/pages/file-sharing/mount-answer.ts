import { useEffect, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { AppError } from '../../../shared/result.ts';
import { expandShare } from '../../../shared/settings/index.ts';
import type { Resolved } from './resolved.ts';

export type Against = 'applied' | 'draft';

/** The gateway's answer to one path; `found`: what is there now. */
export interface MountAnswer {
  readonly path: string;
  readonly mount: IpcOutput<'paths:would-mount'>;
  readonly found: Resolved | null;
}
/** `null`: not asked, or no answer yet. `old`: the answer belongs to what was typed before. */
export interface AskedMount {
  readonly answer: MountAnswer | null;
  readonly old: boolean;
  readonly error: AppError | null;
}

/** A pause in typing, ms, before the question is asked. */
const pause = 200;

/**
 * Asks whether `written` could be mounted, again whenever the settings asked about change. Only the answer to
 * the latest question is ever shown.
 */
export function useMountAnswer(written: string, against: Against): AskedMount {
  const store = useStore();
  const app = useApp();
  const draft = useSnapshotPart((snapshot) => snapshot.draft);
  const path = expandShare(written.trim(), { home: app.home, tmp: app.tmp }) ?? '';
  const text = against === 'draft' ? draft : app.settings.applied;
  const question = JSON.stringify([path, against, text]);
  const [got, setGot] = useState<{
    readonly question: string;
    readonly answer: MountAnswer | null;
    readonly error: AppError | null;
  } | null>(null);
  useEffect(() => {
    if (path === '') {
      setGot(null);
      return;
    }
    let latest = true;
    const ask = async () => {
      // The draft that is asked about is main's.
      const kept = against === 'draft' ? await store.flush() : null;
      if (!latest) return;
      if (kept?.ok === false) {
        setGot({ question, answer: null, error: kept.error });
        return;
      }
      const [mount, resolved] = await Promise.all([
        store.request('paths:would-mount', { path, against }),
        store.request('paths:resolve', { paths: [path] }),
      ]);
      if (!latest) return;
      setGot(
        mount.ok
          ? {
              question,
              answer: { path, mount: mount.value, found: resolved.ok ? (resolved.value[0] ?? null) : null },
              error: null,
            }
          : { question, answer: null, error: mount.error },
      );
    };
    const timer = setTimeout(() => {
      void ask();
    }, pause);
    return () => {
      latest = false;
      clearTimeout(timer);
    };
  }, [store, path, against, question]);
  return { answer: got?.answer ?? null, old: got?.question !== question, error: got?.error ?? null };
}
