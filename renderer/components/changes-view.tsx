import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { color } from '../theme/tokens.ts';
import type { SettingsChange } from '../../shared/settings/changes.ts';
import { CardBody } from './card.tsx';
import { defaultSettings, effectiveSettings } from '../../shared/settings/effective.ts';
import { describeChange, type CommandListTypes } from './describe-change.ts';
import { DiffView } from './diff-view.tsx';
import { Mono, PathText } from './mono.tsx';
import type { ChangesMode } from '../state/snapshot.ts';
import { smallToggle } from './small-toggle.ts';
import { useShown } from './show-more.tsx';

const atOnce = 60;

/** As sentences, or line by line. */
export function ChangesModeToggle({
  mode,
  onChange,
}: {
  readonly mode: ChangesMode;
  readonly onChange: (mode: ChangesMode) => void;
}) {
  const { t } = useTranslation();
  return (
    <ToggleButtonGroup
      exclusive
      value={mode}
      aria-label={t('review.changes.view')}
      sx={smallToggle}
      onChange={(_, next: ChangesMode | null) => {
        if (next !== null) onChange(next);
      }}
    >
      <ToggleButton value="summary">{t('review.changes.summary')}</ToggleButton>
      <ToggleButton value="json">{t('review.changes.json')}</ToggleButton>
    </ToggleButtonGroup>
  );
}

/** The difference of two settings texts. `changes` are theirs. */
export function ChangesView({
  before,
  after,
  changes,
  mode,
  label,
  maxHeight,
  empty,
}: {
  readonly before: string;
  readonly after: string;
  readonly changes: readonly SettingsChange[];
  readonly mode: ChangesMode;
  readonly label: string;
  readonly maxHeight?: number;
  /** Shown if both texts are equal. */
  readonly empty?: string;
}) {
  const { t } = useTranslation();
  const count = changes.length;
  const { shown, more } = useShown(changes, atOnce);
  const types = useMemo(
    () => ({ before: commandListType(before), after: commandListType(after) }),
    [before, after],
  );
  if (before === after && empty !== undefined)
    return (
      <CardBody>
        <Box sx={{ color: color.text2 }}>{empty}</Box>
      </CardBody>
    );
  if (mode === 'json')
    return (
      <DiffView
        before={before}
        after={after}
        label={label}
        {...(maxHeight === undefined ? {} : { maxHeight })}
      />
    );
  if (count === 0)
    return (
      <CardBody>
        <Box sx={{ color: color.text2 }}>{t('review.changes.formattingOnly')}</Box>
      </CardBody>
    );
  return (
    <Box component="ul" aria-label={label} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {shown.map((change) => (
        <ChangeRow key={`${change.kind}${change.pointer}`} change={change} types={types} />
      ))}
      {more !== null && (
        <Box component="li" sx={{ padding: '4px 16px', borderTop: `1px solid ${color.border}` }}>
          {more}
        </Box>
      )}
    </Box>
  );
}

/** Whether a settings text's command list denies or allows; the default's type if the text is unusable. */
function commandListType(text: string): CommandListTypes['after'] {
  const settings = effectiveSettings(text);
  return (settings.ok ? settings.value : defaultSettings).socket.commands.type;
}

function ChangeRow({ change, types }: { readonly change: SettingsChange; readonly types: CommandListTypes }) {
  const { t } = useTranslation();
  const description = describeChange(t, change, types);
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1.2fr)',
        gap: 2,
        padding: '8px 16px',
        '& + &': { borderTop: `1px solid ${color.border}` },
      }}
    >
      <Box sx={{ fontWeight: description.isKnownKey ? 500 : 400, color: color.text }}>
        {description.isKnownKey ? description.setting : <PathText path={description.setting} />}
      </Box>
      <Box sx={{ color: color.text, overflowWrap: 'anywhere' }}>
        {description.before === null && description.after !== null && (
          <Box component="span" sx={{ color: color.text3, marginRight: 1 }}>
            {t('review.changes.added')}
          </Box>
        )}
        <wbr />
        {description.after === null && description.before !== null && (
          <Box component="span" sx={{ color: color.text3, marginRight: 1 }}>
            {t('review.changes.removed')}
          </Box>
        )}
        <wbr />
        {description.before !== null && (
          <Box
            component={description.after === null ? 'span' : 'del'}
            sx={{ color: color.text3, textDecoration: description.after === null ? 'none' : 'line-through' }}
          >
            <Mono>{description.before}</Mono>
          </Box>
        )}
        {description.before !== null && description.after !== null && (
          <Box component="span" aria-hidden sx={{ color: color.text3, padding: '0 8px' }}>
            →
          </Box>
        )}
        {description.after !== null && <Mono>{description.after}</Mono>}
      </Box>
    </Box>
  );
}
