import { dialog, shell } from 'electron';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import { bundleFileName, listEntry, withManifest, type BundleEntry } from '../../../shared/support/bundle.ts';
import type { BundleHandle } from '../../session/elevated-bundle.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { sendEvent } from '../ipc/send.ts';
import type { HandlerContext } from './context.ts';

type SupportHandlers = Pick<Handlers, 'support:collect' | 'support:cancel' | 'support:save' | 'support:show'>;

/**
 * Support bundles. What only root can read is collected by the elevated command line, with secrets redacted,
 * and displayed; the file is then written with the rights of the app's user.
 */
export function supportHandlers({ elevation, window }: HandlerContext): SupportHandlers {
  /** Counts collections: one that is not the latest was cancelled. */
  let latest = 0;
  let current: BundleHandle | null = null;
  let collected: { readonly entries: readonly BundleEntry[]; readonly at: Date } | null = null;
  let savedFile: string | null = null;
  const cancel = () => {
    latest++;
    current?.cancel();
    current = null;
    collected = null;
  };
  return {
    'support:collect': async () => {
      cancel();
      const own = latest;
      const started = await elevation.collectBundle((progress) => {
        if (own === latest) sendEvent(window(), 'support', progress);
      });
      if (own !== latest) {
        if (started.ok) started.value.cancel();
        return ok(null);
      }
      if (!started.ok) return started;
      current = started.value;
      const result = await started.value.done;
      if (own !== latest) return ok(null);
      current = null;
      if (!result.ok || result.value === null) return result.ok ? ok(null) : result;
      collected = { entries: result.value, at: new Date() };
      return ok(result.value.map(listEntry));
    },
    'support:cancel': () => {
      cancel();
      return ok(undefined);
    },
    'support:save': async () => {
      const bundle = collected;
      if (bundle === null) return fail('input.unusable', message('app.support-bundle-missing'));
      const w = window();
      const options = {
        defaultPath: bundleFileName(bundle.at),
        filters: [{ name: 'tar.gz', extensions: ['tar.gz'] }],
      };
      const picked =
        w === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(w, options);
      if (picked.canceled || picked.filePath === '') return ok(null);
      const { replaceBundle } = await import('../../../engine/support-bundle/write.ts');
      const written = await replaceBundle(picked.filePath, withManifest(bundle.entries, bundle.at));
      if (!written.ok) return written;
      savedFile = picked.filePath;
      return ok({ path: savedFile, bytes: written.value });
    },
    'support:show': () => {
      if (savedFile !== null) shell.showItemInFolder(savedFile);
      return ok(undefined);
    },
  };
}
