import { useMemo } from 'react';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { ShareContext } from '../../shared/settings/index.ts';
import { useApp } from './context.tsx';

/** What the decision about a shared directory depends on, beside the settings: the same as the linter's. */
export const shareContext = ({ platform, home, packageInstalled, engine }: Machine): ShareContext => ({
  platform,
  home,
  packageInstalled,
  socketPath: engine.socket,
  ...(engine.root === null ? {} : { engineDirectories: [engine.root] }),
});

interface Machine extends Pick<AppState, 'platform' | 'home' | 'packageInstalled'> {
  readonly engine: Pick<AppState['engine'], 'socket' | 'root'>;
}

/** The context for proposals, which also need the directory for temporary files. Stable while it is equal. */
export function useProposalShares(): ShareContext & { readonly tmp?: string } {
  const { platform, home, tmp, packageInstalled, engine } = useApp();
  const { socket, root } = engine;
  return useMemo(
    () => ({ ...shareContext({ platform, home, packageInstalled, engine: { socket, root } }), tmp }),
    [platform, home, tmp, packageInstalled, socket, root],
  );
}
