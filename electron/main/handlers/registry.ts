import path from 'node:path';
import type { EntryLookups } from '../../../gateway/trust/entry-lookups.ts';
import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { Session } from '../../session/session.ts';

type RegistryHandlers = Pick<Handlers, 'registry:resolve'>;

/** What registries serve for entries of the image list: with the gateway's own client, as the app's user. */
export function registryHandlers(): RegistryHandlers {
  let opened: { readonly engine: string; readonly lookups: EntryLookups } | undefined;
  const lookupsOf = async ({ state, target: { paths } }: Session): Promise<EntryLookups> => {
    const { socket } = state.get().engine;
    const engine = `${paths.root} ${socket}`;
    if (opened?.engine === engine) return opened.lookups;
    const [{ createEntryLookups }, { findReachableEngine }] = await Promise.all([
      import('../../../gateway/trust/entry-lookups.ts'),
      import('../../../gateway/explain/reachable-engine.ts'),
    ]);
    const engineSocket = (await findReachableEngine({ ...paths, clientSocket: socket })) ?? socket;
    opened?.lookups.close();
    opened = {
      engine,
      lookups: createEntryLookups({
        engineSocket,
        knownDigests: path.join(paths.root, 'registry-digests.json'),
      }),
    };
    return opened.lookups;
  };
  return {
    'registry:resolve': async ({ references, again }, session) => {
      const lookups = await lookupsOf(session);
      return ok(await lookups.lookUp(references, again));
    },
  };
}
