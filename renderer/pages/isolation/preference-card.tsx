import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft } from '../../state/context.tsx';
import { Card, CardBody } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { translateText } from '../../i18n/translate.ts';
import { color } from '../../theme/tokens.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

/**
 * Users' own preferences, for what the administrator left unlocked; not part of the draft. A preference
 * without effect, because it is locked, is shown as such.
 */
export function PreferenceCard() {
  const { t } = useTranslation();
  const { settings, isRoot } = useApp();
  const { applied } = useDraft();
  const prefer = useRequest('settings:prefer');
  const { preference } = settings;
  if (preference === null || !applied.settings.ok) return null;
  const { eci, blockDockerLoad } = applied.settings.value;
  // A preference can only turn isolation off: there is no choice while it is off.
  const eciShown = (eci.value && !eci.locked) || preference.outcomes.eci === 'locked';
  const loadShown = !blockDockerLoad.locked || preference.outcomes.blockDockerLoad === 'locked';
  if (!settings.exists || (!eciShown && !loadShown && preference.problem === null)) return null;
  const lock = (locked: boolean) =>
    locked
      ? t('isolation.preference.administrator')
      : preference.writable
        ? undefined
        : t('isolation.preference.readOnly');
  return (
    <Card
      title={
        <Box component="span" sx={{ whiteSpace: 'nowrap' }}>
          {t(isRoot ? 'isolation.preference.titleUsers' : 'isolation.preference.title')}
        </Box>
      }
      actions={
        <Box component="span" sx={{ color: color.text3, paddingBlock: '6px', lineHeight: '16px' }}>
          {t(isRoot ? 'isolation.preference.whoUsers' : 'isolation.preference.who')}
        </Box>
      }
      busy={prefer.running}
    >
      {eciShown && (
        <EciRow
          preference={preference}
          lockedBy={lock(eci.locked)}
          onChange={(value) => {
            void prefer.run({ setting: 'eci', value });
          }}
        />
      )}
      {loadShown && (
        <LoadRow
          preference={preference}
          applied={blockDockerLoad.value}
          lockedBy={lock(blockDockerLoad.locked)}
          onChange={(value) => {
            void prefer.run({ setting: 'blockDockerLoad', value });
          }}
        />
      )}
      {preference.problem !== null && (
        <CardBody>
          <Notice
            tone="warn"
            title={t('isolation.preference.problem', {
              why: translateText(preference.problem, preference.sentence),
            })}
          />
        </CardBody>
      )}
      {prefer.error !== null && (
        <CardBody>
          <ErrorPanel error={prefer.error} title={t('isolation.preference.failed')} />
        </CardBody>
      )}
    </Card>
  );
}

type Preference = NonNullable<AppState['settings']['preference']>;

interface RowProps<Value> {
  readonly preference: Preference;
  readonly lockedBy: string | undefined;
  /** Null: the administrator's value. */
  readonly onChange: (value: Value | null) => void;
}

/** A preference is not a change of the draft. */
const notOfDraft = { edited: false, onUndo: () => undefined, width: 232 };

/** Whether the user turns isolation off. */
function EciRow({ preference, lockedBy, onChange }: RowProps<false>) {
  const { t } = useTranslation();
  const by = preference.by ?? t('isolation.preference.somebody');
  return (
    <ChoiceRow
      {...notOfDraft}
      name={t('isolation.preference.eci.name')}
      lockedBy={lockedBy}
      description={
        preference.outcomes.eci === 'in-force'
          ? t('isolation.preference.eci.isOff', { by })
          : preference.outcomes.eci === 'locked'
            ? t('isolation.preference.eci.ignored', { by })
            : t('isolation.preference.eci.isAdmin')
      }
      value={preference.outcomes.eci === 'in-force' ? 'off' : 'admin'}
      options={[
        { value: 'admin', label: t('isolation.preference.eci.admin') },
        { value: 'off', label: t('isolation.preference.eci.off') },
      ]}
      onChange={(value) => {
        onChange(value === 'off' ? false : null);
      }}
    />
  );
}

/** Whether `docker load` is blocked for the user. `applied`: by the administrator's settings. */
function LoadRow({
  preference,
  applied,
  lockedBy,
  onChange,
}: RowProps<boolean> & { readonly applied: boolean }) {
  const { t } = useTranslation();
  const by = preference.by ?? t('isolation.preference.somebody');
  const own = preference.outcomes.blockDockerLoad === 'locked' ? null : preference.blockDockerLoad;
  return (
    <ChoiceRow
      {...notOfDraft}
      name={t('isolation.preference.load.name')}
      lockedBy={lockedBy}
      description={
        own === null
          ? t(`isolation.preference.load.isAdmin_${applied ? 'true' : 'false'}`)
          : t(`isolation.preference.load.isOwn_${own ? 'true' : 'false'}`, { by })
      }
      value={own === null ? 'admin' : own ? 'on' : 'off'}
      options={(['admin', 'on', 'off'] as const).map((value) => ({
        value,
        label: t(`isolation.preference.load.${value}`),
      }))}
      onChange={(value) => {
        onChange(value === 'admin' ? null : value === 'on');
      }}
    />
  );
}
