import path from 'node:path';
import { asUser } from '../engine/base/as-user.ts';
import {
  contextName,
  dockerConfigDirectory,
  removeContexts,
  selectContext,
  storeContext,
} from '../engine/base/docker-context.ts';
import { effectiveCaller } from '../engine/base/docker-client-as.ts';
import { defaultRoot } from '../engine/base/root-paths.ts';
import { progress } from './output.ts';
import { text } from './text.ts';

interface ContextOptions {
  readonly root: string;
  readonly socket: string;
  /** Select the context, too. */
  readonly select: boolean;
  readonly sessionUser?: string | undefined;
}

/**
 * Creates a docker context for an engine for the user who starts it, and prints how it is used. The engine
 * does not depend on it: a failure is only printed.
 */
export async function offerContext({ root, socket, select, sessionUser }: ContextOptions): Promise<void> {
  const name = contextName(root, defaultRoot);
  await inDockerConfiguration(sessionUser, (config) => {
    removeContexts(config, null);
    if (storeContext(config, { name, root, socket }) === 'foreign') {
      progress(text('cli-status.context-foreign', { name }));
      return;
    }
    if (select) selectContext(config, name);
    progress(text(select ? 'cli-status.context-selected' : 'cli-status.context-stored', { name }));
  });
}

/** Removes the context of a stopped engine from the configuration of the user who stopped it. */
export async function withdrawContext(root: string, sessionUser: string | undefined): Promise<void> {
  await inDockerConfiguration(sessionUser, (config) => {
    for (const name of removeContexts(config, root)) progress(text('cli-status.context-retained', { name }));
  });
}

/**
 * Runs `work` on the docker CLI's directory of the user behind this process, with that user's rights: paths
 * in a home directory are under the user's control.
 */
async function inDockerConfiguration(
  sessionUser: string | undefined,
  work: (config: string) => void,
): Promise<void> {
  try {
    const user = await effectiveCaller(sessionUser);
    if (user.uid === process.getuid?.()) {
      work(dockerConfigDirectory());
      return;
    }
    const { home } = user;
    if (home === undefined) return;
    asUser(user, [user.gid], () => {
      work(path.join(home, '.docker'));
    });
  } catch (error) {
    progress(
      text('cli-status.context-failed', { reason: error instanceof Error ? error.message : String(error) }),
    );
  }
}
