import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { useStore } from '../../state/context.tsx';
import { withCode } from '../../components/mono.tsx';
import { SocketIcon } from '../../theme/icons.ts';
import type { NextStep, NextStepContext } from './next-step.ts';

/**
 * Next step: point Docker at this engine, while it has no containers: by its docker context, else by its
 * socket. Null if docker uses the engine already.
 */
export function useClientStep({ t, app, protection, canApply }: NextStepContext): NextStep | null {
  const store = useStore();
  const [copied, setCopied] = useState(false);
  const { engine } = app;
  const due =
    canApply &&
    engine.phase === 'ready' &&
    protection.eci &&
    app.target.capabilities.clientsNeedDockerHost &&
    app.scan?.containers.length === 0;
  const context = useDockerContext(due, app.target.id);
  if (!due || context === undefined || context?.selected === true) return null;
  const command =
    context === null ? `export DOCKER_HOST=unix://${engine.socket}` : `docker context use ${context.name}`;
  return {
    key: 'use',
    icon: SocketIcon,
    tone: 'neutral',
    title: t('overview.next.use'),
    why: withCode(
      context === null
        ? t('overview.next.useWhy', { command })
        : t('overview.next.useContextWhy', { command, name: context.name }),
    ),
    action: copied ? t('button.copied') : t('overview.next.useCopy'),
    run: () => {
      void store.request('clipboard:write', { text: command }).then((written) => {
        setCopied(written.ok);
      });
    },
  };
}

type DockerContext = IpcOutput<'engine:docker-context'>;

/** The user's docker context of the open engine; null for none, undefined while not known. */
function useDockerContext(due: boolean, target: string): DockerContext | undefined {
  const store = useStore();
  const [found, setFound] = useState<DockerContext>();
  useEffect(() => {
    if (!due) return;
    let unmounted = false;
    void store.request('engine:docker-context', undefined).then((result) => {
      if (!unmounted) setFound(result.ok ? result.value : null);
    });
    return () => {
      unmounted = true;
    };
  }, [due, store, target]);
  return due ? found : undefined;
}
