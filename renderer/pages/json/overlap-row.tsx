import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { describeChange, valueLabel } from '../../components/describe-change.ts';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { MergeOverlap, MergeSide } from '../../../shared/settings/index.ts';

const longest = 160;

/** One overlap: the original value, the file's, the draft's, and which one to use. */
export function OverlapRow({
  overlap,
  choice,
  onChoose,
}: {
  readonly overlap: MergeOverlap;
  readonly choice: MergeSide | null;
  readonly onChoose: (side: MergeSide) => void;
}) {
  const { t } = useTranslation();
  const description = describeChange(t, {
    pointer: overlap.pointer.replace(/\/-$/, '/0'),
    kind: 'changed',
    before: overlap.theirs,
    after: overlap.mine,
    page: 'other',
    needs: 'nothing',
  });
  const values = [
    ['base', overlap.base],
    ['theirs', overlap.theirs],
    ['mine', overlap.mine],
  ] as const;
  return (
    <Box
      data-row
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: 2,
        padding: '10px 16px',
        '[data-row] + &': { borderTop: `1px solid ${color.border}` },
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Box sx={{ fontWeight: 600, color: color.text, overflowWrap: 'anywhere' }}>
          {description.isKnownKey ? description.setting : <Mono>{description.setting}</Mono>}
        </Box>
        <Box
          component="dl"
          sx={{
            display: 'grid',
            gridTemplateColumns: 'auto minmax(0, 1fr)',
            columnGap: 2,
            rowGap: '2px',
            margin: '4px 0 0',
            fontSize: 12,
            lineHeight: '18px',
          }}
        >
          {values.map(([side, value]) => (
            <Box key={side} sx={{ display: 'contents' }}>
              <Box component="dt" sx={{ color: color.text3 }}>
                {t(`settingsState.conflict.value.${side}`)}
              </Box>
              <Box component="dd" sx={{ margin: 0, color: color.text, overflowWrap: 'anywhere' }}>
                <ValueText pointer={overlap.pointer} value={value} />
              </Box>
            </Box>
          ))}
        </Box>
      </Box>
      <ToggleButtonGroup
        exclusive
        value={choice}
        aria-label={t('settingsState.conflict.choose', { setting: description.setting })}
        onChange={(_, next: MergeSide | null) => {
          if (next !== null) onChoose(next);
        }}
      >
        <ToggleButton value="theirs">{t('settingsState.conflict.pickTheirs')}</ToggleButton>
        <ToggleButton value="mine">{t('settingsState.conflict.pickMine')}</ToggleButton>
      </ToggleButtonGroup>
    </Box>
  );
}

/** A value by its label; one without a label as JSON, shortened. Undefined is a missing one. */
function ValueText({ pointer, value }: { readonly pointer: string; readonly value: unknown }) {
  const { t } = useTranslation();
  if (value === undefined)
    return (
      <Box component="span" sx={{ color: color.text3 }}>
        {t('review.changes.missing')}
      </Box>
    );
  const label = valueLabel(t, pointer, value);
  if (label !== null) return label;
  const text = JSON.stringify(value);
  return <Mono>{text.length > longest ? `${text.slice(0, longest)}…` : text}</Mono>;
}
