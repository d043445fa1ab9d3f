import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Radio from '@mui/material/Radio';
import Typography from '@mui/material/Typography';
import { useApp, useDraft } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { Card, Row } from '../../components/card.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { AllowedIcon, DeniedIcon } from '../../theme/icons.ts';
import { Tag } from '../../components/mono.tsx';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { color, stacked } from '../../theme/tokens.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import {
  backendIds,
  chosenBackend,
  runtimeNameOf,
  type BackendId,
} from '../../../shared/isolation/backends.ts';
import type { BackendReport } from '../../../shared/isolation/requirements.ts';
import { translateText } from '../../i18n/translate.ts';

type Backend = EffectiveSettings['backend'];
const pointer = '/bulkhead/backend';
const defaultBackend = chosenBackend('auto');

/**
 * Selects the backend that runs containers. One that can't run here has no control, and shows what it lacks.
 */
export function BackendCard({ lockedBy }: { readonly lockedBy: string | undefined }) {
  const { t } = useTranslation();
  const missing = useUnavailableReason('choose-backend');
  const app = useApp();
  const draft = useDraft();
  const value: Backend = draft.draft.settings.ok ? draft.draft.settings.value.backend : 'auto';
  const edited = draft.isEdited(pointer);
  const report = (id: BackendReport['id']) => app.backends.find((backend) => backend.id === id);
  const inUse = (id: BackendId) =>
    app.engine.defaultRuntime === runtimeNameOf(id) ? { tag: t('isolation.backend.inUse') } : {};
  // Backends other than the default are listed only if the engine supports them, or the file names them.
  const shown = backendIds.filter((id) => id === defaultBackend || report(id) !== undefined || value === id);
  const choose = (next: Backend) => {
    draft.editOr(pointer, next, 'auto');
  };
  if (missing !== undefined) {
    return (
      <Card title={t('isolation.backend.title')}>
        <Row>
          <Typography variant="caption" sx={{ color: color.text3 }}>
            {app.target.capabilities.isolatedBy === 'product' ? t('target.isolatedBy') : missing}
          </Typography>
        </Row>
      </Card>
    );
  }
  return (
    <Card
      pointer={pointer}
      title={t('isolation.backend.title')}
      actions={
        <>
          {edited && <EditedMark />}
          {edited && lockedBy === undefined && (
            <UndoChange
              name={t('isolation.backend.title')}
              onUndo={() => {
                draft.revert(pointer);
              }}
            />
          )}
          {lockedBy !== undefined && <LockedNote by={lockedBy} />}
        </>
      }
    >
      <Box role="radiogroup" aria-label={t('isolation.backend.title')}>
        <Option
          id="auto"
          report={report(defaultBackend)}
          checked={value === 'auto'}
          lockedBy={lockedBy}
          onChoose={choose}
          tag={t('isolation.backend.recommended')}
          detailed={false}
        />
        {shown.map((id) => (
          <Option
            key={id}
            id={id}
            report={report(id)}
            checked={value === id}
            lockedBy={lockedBy}
            onChoose={choose}
            {...inUse(id)}
          />
        ))}
      </Box>
    </Card>
  );
}

function Option({
  id,
  report,
  checked,
  lockedBy,
  onChoose,
  tag,
  detailed = true,
}: {
  readonly id: Backend;
  readonly report: BackendReport | undefined;
  readonly checked: boolean;
  readonly lockedBy: string | undefined;
  readonly onChoose: (id: Backend) => void;
  readonly tag?: string;
  readonly detailed?: boolean;
}) {
  const { t } = useTranslation();
  const label = useId();
  const available = report?.available === true;
  // A backend in the file that can't run here stays visible as selected, so that another can be selected.
  const radio = available || checked;
  return (
    <Row>
      <Box sx={{ alignSelf: 'flex-start', width: 26, flexShrink: 0, marginLeft: '-4px', paddingTop: '6px' }}>
        {radio ? (
          <Radio
            name="backend"
            value={id}
            checked={checked}
            disabled={lockedBy !== undefined}
            onChange={() => {
              onChoose(id);
            }}
            slotProps={{
              input:
                lockedBy === undefined
                  ? { 'aria-labelledby': label }
                  : { 'aria-label': withLock(t, t(`isolation.backend.${id}.name`), lockedBy) },
            }}
          />
        ) : (
          <DeniedIcon sx={{ fontSize: 18, color: color.text3, margin: '4px' }} aria-hidden />
        )}
      </Box>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography
          component="div"
          id={label}
          sx={{ fontWeight: 600, color: available ? color.text : color.text3 }}
        >
          {t(`isolation.backend.${id}.name`)}
        </Typography>
        <Typography
          variant="caption"
          component="div"
          sx={{ color: available ? color.text2 : color.text3, marginTop: '2px' }}
        >
          {t(`isolation.backend.${id}.text`)}
        </Typography>
        {detailed && <RequirementsMet report={report} />}
      </Box>
      {tag !== undefined && available && <Tag>{tag}</Tag>}
    </Row>
  );
}

/** How many requirements a backend meets here, and on demand which. */
function RequirementsMet({ report }: { readonly report: BackendReport | undefined }) {
  const { t } = useTranslation();
  const anyAvailable = useApp().backends.some((backend) => backend.available);
  const missing = report?.requirements.filter((r) => !r.met) ?? [];
  const [open, setOpen] = useState(!anyAvailable && missing.length > 0);
  if (report === undefined)
    return (
      <Typography variant="caption" component="div" sx={{ color: color.text3 }}>
        {t('isolation.backend.unknown')}
      </Typography>
    );
  return (
    <>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          fontSize: 12,
          color: missing.length > 0 ? color.warn : color.text3,
          marginTop: '2px',
        }}
      >
        {missing.length > 0
          ? t('isolation.backend.missing', { count: missing.length })
          : t('isolation.backend.allMet', { count: report.requirements.length })}
        <Button
          size="small"
          variant="text"
          color="primary"
          sx={{ height: 22, padding: '0 6px', fontSize: 12 }}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? t('isolation.backend.hide') : t('isolation.backend.show')}
        </Button>
      </Box>
      {open && <Requirements report={report} />}
    </>
  );
}

function Requirements({ report }: { readonly report: BackendReport }) {
  const { t } = useTranslation();
  return (
    <Box
      component="ul"
      sx={{ listStyle: 'none', margin: '6px 0 4px', padding: 0, display: 'grid', gap: '4px' }}
    >
      {report.requirements.map((requirement) => (
        <Box
          component="li"
          key={requirement.code}
          sx={{
            display: 'grid',
            gridTemplateColumns: '16px 180px minmax(0, 1fr)',
            [stacked]: {
              gridTemplateColumns: '16px minmax(0, 1fr)',
              '& > div': { gridColumn: 2 },
            },
            gap: '8px',
            alignItems: 'start',
            fontSize: 12,
            lineHeight: '16px',
          }}
        >
          {requirement.met ? (
            <AllowedIcon titleAccess={t('isolation.backend.met')} sx={{ fontSize: 16, color: color.ok }} />
          ) : (
            <DeniedIcon
              titleAccess={t('isolation.backend.notMet')}
              sx={{ fontSize: 16, color: color.danger }}
            />
          )}
          <span>{t(`isolation.requirement.${requirement.code}`)}</span>
          <Box className="selectable" sx={{ color: color.text2, overflowWrap: 'anywhere' }}>
            {translateText(requirement.found, requirement.sentences?.found)}
            {!requirement.met && requirement.fix !== undefined && (
              <Box component="span" sx={{ display: 'block', color: color.text, fontWeight: 500 }}>
                {translateText(requirement.fix, requirement.sentences?.fix)}
              </Box>
            )}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
