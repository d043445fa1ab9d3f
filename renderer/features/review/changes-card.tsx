import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useDraft } from '../../app/context.tsx';
import { Card, CardBody } from '../../components/card.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { SettingsChange } from '../../../shared/settings/changes.ts';
import { describeChange } from './describe-change.ts';

const atMost = 60;

/** What changes: in words, or line by line. */
export function ChangesCard() {
  const { t } = useTranslation();
  const draft = useDraft();
  const [view, setView] = useState<'summary' | 'json'>('json');
  const [all, setAll] = useState(false);
  const count = draft.changes.length;
  const shown = all ? draft.changes : draft.changes.slice(0, atMost);
  return (
    <Card title={count === 0 ? t('review.changes.formatting') : t('review.changes.count', { count })}
      actions={
        <ToggleButtonGroup exclusive value={view} aria-label={t('review.changes.view')} sx={{ height: 28, '& .MuiToggleButton-root': { height: 24 } }} onChange={(_, next: 'summary' | 'json' | null) => { if (next !== null) setView(next); }}>
          <ToggleButton value="summary">{t('review.changes.summary')}</ToggleButton>
          <ToggleButton value="json">{t('review.changes.json')}</ToggleButton>
        </ToggleButtonGroup>
      }>
      {view === 'json' ? <DiffView before={draft.applied.text} after={draft.text} label={t('review.changes.diff')} maxHeight={360} />
        : count === 0 ? <CardBody><Box sx={{ color: color.text2 }}>{t('review.changes.formattingOnly')}</Box></CardBody>
          : (
            <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {shown.map((change) => <ChangeRow key={`${change.kind}${change.pointer}`} change={change} />)}
              {shown.length < count && <Box component="li" sx={{ padding: '4px 16px', borderTop: `1px solid ${color.border}` }}><Button size="small" variant="text" color="primary" onClick={() => { setAll(true); }}>{t('review.changes.more', { count })}</Button></Box>}
            </Box>
          )}
    </Card>
  );
}

function ChangeRow({ change }: { readonly change: SettingsChange }) {
  const { t } = useTranslation();
  const words = describeChange(t, change);
  return (
    <Box component="li" sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1.2fr)', gap: 2, padding: '8px 16px', '& + &': { borderTop: `1px solid ${color.border}` } }}>
      <Box sx={{ fontWeight: words.known ? 500 : 400, color: color.text }}>{words.known ? words.setting : <Mono>{words.setting}</Mono>}</Box>
      <Box sx={{ color: color.text, overflowWrap: 'anywhere' }}>
        {words.before === null && words.after !== null && <Box component="span" sx={{ color: color.text3, marginRight: 1 }}>{t('review.changes.added')}</Box>}
        {words.after === null && words.before !== null && <Box component="span" sx={{ color: color.text3, marginRight: 1 }}>{t('review.changes.removed')}</Box>}
        {words.before !== null && <Box component={words.after === null ? 'span' : 'del'} sx={{ color: color.text3, textDecoration: words.after === null ? 'none' : 'line-through' }}><Mono>{words.before}</Mono></Box>}
        {words.before !== null && words.after !== null && <Box component="span" aria-hidden sx={{ color: color.text3, padding: '0 8px' }}>→</Box>}
        {words.after !== null && <Mono>{words.after}</Mono>}
      </Box>
    </Box>
  );
}
