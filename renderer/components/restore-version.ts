import { useRequest } from '../state/actions.ts';
import { useApp, useDraft } from '../state/context.tsx';
import { navigationFromHere } from '../state/router.ts';

/** Restores a version of the lost settings file: it becomes the draft, to be reviewed and applied. */
export function useRestoreVersion() {
  const { settings } = useApp();
  const draft = useDraft();
  const read = useRequest('history:read');
  const restore = async (version: number) => {
    const navigate = navigationFromHere();
    // An edited draft is not replaced without confirmation: History shows the version, and rolls back to it.
    if (draft.dirty && settings.draft !== '') {
      navigate('history', { version: String(version) });
      return;
    }
    const result = await read.run({ version });
    if (!result.ok || result.value.text === null) {
      navigate('history');
      return;
    }
    draft.setText(result.value.text);
    navigate('review');
  };
  return { restore, restoring: read.running };
}
