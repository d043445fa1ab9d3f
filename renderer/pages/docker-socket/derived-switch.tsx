import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Switch from '@mui/material/Switch';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { withCode } from '../../components/mono.tsx';
import { settingAnchor } from '../../components/linked-setting.ts';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { useDraft, useStore } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import { derivedPointer, writeDerived } from './document.ts';

/** Whether images that are built from an allowed one are allowed, too. */
export function DerivedSwitch({
  on,
  lockedBy,
}: {
  readonly on: boolean;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const edited = draft.isEdited(derivedPointer);
  return (
    <>
      {lockedBy !== undefined && <LockedNote by={lockedBy} />}
      {edited && <EditedMark />}
      {edited && lockedBy === undefined && (
        <UndoChange
          name={t('socket.images.derivedName')}
          onUndo={() => {
            writeDerived(store, draft, draft.appliedValue(derivedPointer) !== false);
          }}
        />
      )}
      <Box
        component="label"
        htmlFor="derived-images"
        sx={{
          color: lockedBy !== undefined ? color.text3 : color.text2,
          fontSize: 12,
          textAlign: 'right',
          marginLeft: lockedBy !== undefined ? 1 : 0,
        }}
      >
        {withCode(t('socket.images.derived'))}
      </Box>
      <Switch
        {...settingAnchor(derivedPointer)}
        id="derived-images"
        checked={on}
        disabled={lockedBy !== undefined}
        onChange={(_, next) => {
          writeDerived(store, draft, next);
        }}
        slotProps={{
          input: { role: 'switch', 'aria-label': withLock(t, t('socket.images.derivedName'), lockedBy) },
        }}
      />
    </>
  );
}
