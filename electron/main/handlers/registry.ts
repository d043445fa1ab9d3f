import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { EntryAnswers } from '../../../gateway/trust/entry-answers.ts';
import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/register.ts';
import type { HandlerContext } from './index.ts';

type Area = Pick<Handlers, 'registry:resolve'>;

/** What registries serve for entries of the image list: the gateway's own client, as the user who runs the app. */
export function registryHandlers({ session }: HandlerContext): Area {
  let opened: { readonly root: string; readonly answers: EntryAnswers } | undefined;
  const answersOf = async (): Promise<EntryAnswers> => {
    const { paths } = (await session).target;
    if (opened?.root === paths.root) return opened.answers;
    const { createEntryAnswers } = await import('../../../gateway/trust/entry-answers.ts');
    // Root asks the engine itself; who may use Docker, through the gateway like any client.
    const direct = await access(paths.engineSocket, constants.R_OK | constants.W_OK).then(() => true, () => false);
    opened?.answers.close();
    opened = { root: paths.root, answers: createEntryAnswers({ engineSocket: direct ? paths.engineSocket : paths.clientSocket, knownDigests: path.join(paths.root, 'registry-digests.json') }) };
    return opened.answers;
  };
  return {
    'registry:resolve': async ({ references, again }) => ok(await (await answersOf()).ask(references, again)),
  };
}
