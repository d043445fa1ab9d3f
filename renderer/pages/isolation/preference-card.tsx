import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft } from '../../state/context.tsx';
import { Card, CardBody } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { translateText } from '../../i18n/translate.ts';
import { color } from '../../theme/tokens.ts';

/**
 * What users may set for themselves because the administrator left it open; nothing of the draft. A
 * preference that does not count, because it is locked, is shown as that.
 */
export function PreferenceCard() {
  const { t } = useTranslation();
  const { settings } = useApp();
  const { applied } = useDraft();
  const prefer = useRequest('settings:prefer');
  const { preference } = settings;
  if (preference === null || !applied.settings.ok) return null;
  const { eci, blockDockerLoad } = applied.settings.value;
  // A preference can leave isolation, not turn it on: where it is off there is nothing to choose.
  const eciShown = (eci.value && !eci.locked) || preference.outcomes.eci === 'locked';
  const loadShown = !blockDockerLoad.locked || preference.outcomes.blockDockerLoad === 'locked';
  if (!settings.exists || (!eciShown && !loadShown && preference.problem === null)) return null;
  const by = preference.by ?? t('isolation.preference.somebody');
  const lock = (locked: boolean) =>
    locked
      ? t('isolation.preference.administrator')
      : preference.writable
        ? undefined
        : t('isolation.preference.readOnly');
  const same = { edited: false, onUndo: () => undefined, width: 232 };
  return (
    <Card
      title={t('isolation.preference.title')}
      actions={
        <Box component="span" sx={{ color: color.text3 }}>
          {t('isolation.preference.who')}
        </Box>
      }
      busy={prefer.running}
    >
      {eciShown && (
        <ChoiceRow
          {...same}
          name={t('isolation.preference.eci.name')}
          lockedBy={lock(eci.locked)}
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
            void prefer.run({ setting: 'eci', value: value === 'off' ? false : null });
          }}
        />
      )}
      {loadShown && (
        <ChoiceRow
          {...same}
          name={t('isolation.preference.load.name')}
          lockedBy={lock(blockDockerLoad.locked)}
          description={
            preference.outcomes.blockDockerLoad === 'in-force'
              ? t(
                  `isolation.preference.load.isOwn_${preference.blockDockerLoad === true ? 'true' : 'false'}`,
                  { by },
                )
              : t(`isolation.preference.load.isAdmin_${blockDockerLoad.value ? 'true' : 'false'}`)
          }
          value={
            preference.blockDockerLoad === null || preference.outcomes.blockDockerLoad === 'locked'
              ? 'admin'
              : preference.blockDockerLoad
                ? 'on'
                : 'off'
          }
          options={(['admin', 'on', 'off'] as const).map((value) => ({
            value,
            label: t(`isolation.preference.load.${value}`),
          }))}
          onChange={(value) => {
            void prefer.run({ setting: 'blockDockerLoad', value: value === 'admin' ? null : value === 'on' });
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
