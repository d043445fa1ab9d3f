import path from 'node:path';
import type { EntryAnswers } from '../../../gateway/trust/entry-answers.ts';
import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { Session } from '../../session/session.ts';

type Area = Pick<Handlers, 'registry:resolve'>;

/**
 * What registries serve for entries of the image list: the gateway's own client, as the user who runs the
 * app.
 */
export function registryHandlers(): Area {
  let opened: { readonly engine: string; readonly answers: EntryAnswers } | undefined;
  const lookupsOf = async ({ state, target: { paths } }: Session): Promise<EntryAnswers> => {
    const { socket } = state.get().engine;
    const engine = `${paths.root} ${socket}`;
    if (opened?.engine === engine) return opened.answers;
    const [{ createEntryAnswers }, { engineToAsk }] = await Promise.all([
      import('../../../gateway/trust/entry-answers.ts'),
      import('../../../gateway/explain/engine-to-ask.ts'),
    ]);
    const engineSocket = (await engineToAsk({ ...paths, clientSocket: socket })) ?? socket;
    opened?.answers.close();
    opened = {
      engine,
      answers: createEntryAnswers({
        engineSocket,
        knownDigests: path.join(paths.root, 'registry-digests.json'),
      }),
    };
    return opened.answers;
  };
  return {
    'registry:resolve': async ({ references, again }, s) => {
      const answers = await lookupsOf(s);
      return ok(await answers.ask(references, again));
    },
  };
}
