import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import OutlinedInput from '@mui/material/OutlinedInput';
import Select from '@mui/material/Select';
import { useDraft } from '../../state/context.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import { comparableVersion, type Comparison, type ListedVersion } from './comparison.ts';

export interface CompareWithProps {
  readonly place: ListedVersion;
  readonly against: Comparison;
  readonly onAgainst: (next: Comparison) => void;
}

/** Number of newest versions in the list; any other is selected by its number. */
const listedVersions = 50;

/** Selects what a version is compared with: the previous one, the applied text, the draft, any version. */
export function CompareWith({ place, against, onAgainst }: CompareWithProps) {
  const { items, at } = place;
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const draft = useDraft();
  const previous = items[at + 1];
  const labels = {
    previous:
      previous === undefined
        ? t('history.previous')
        : t('history.previousVersion', { version: previous.version }),
    applied: t('history.appliedChoice'),
    draft: t('history.draftChoice'),
  };
  const unavailable = { previous: items[at]?.how === 'none', applied: false, draft: !draft.dirty };
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
      <Box component="span" aria-hidden sx={{ color: color.text2, whiteSpace: 'nowrap' }}>
        {t('history.against')}
      </Box>
      <Select
        value={String(against)}
        renderValue={() =>
          typeof against === 'number' ? t('history.version', { version: against }) : labels[against]
        }
        sx={{
          width: 208,
          flexShrink: 0,
          height: 28,
          minHeight: 28,
          '& .MuiSelect-select': { paddingBlock: '3px' },
        }}
        inputProps={{ 'aria-label': t('history.against') }}
        onChange={({ target: { value } }) => {
          const name = (['previous', 'applied', 'draft'] as const).find((one) => one === value);
          onAgainst(name ?? Number(value));
        }}
      >
        {(['previous', 'applied', 'draft'] as const).map((name) => (
          <MenuItem key={name} value={name} disabled={unavailable[name]}>
            {labels[name]}
          </MenuItem>
        ))}
        {items.map((item, index) =>
          index === at || (index >= listedVersions && item.version !== against) ? null : (
            <MenuItem
              key={item.version}
              value={String(item.version)}
              disabled={item.how === 'unreadable'}
              sx={{ display: 'flex', gap: 3, justifyContent: 'space-between' }}
            >
              <span>{t('history.version', { version: item.version })}</span>
              <Box component="span" sx={{ fontSize: 12, color: color.text3 }}>
                {item.how === 'unreadable'
                  ? t('history.unreadable')
                  : item.at === null
                    ? ''
                    : dateTime(item.at)}
              </Box>
            </MenuItem>
          ),
        )}
      </Select>
      {items.length > listedVersions && <VersionNumberField place={place} onVersion={onAgainst} />}
    </Box>
  );
}

/** A field for the number of a version, which Enter selects. */
function VersionNumberField({
  place,
  onVersion,
}: {
  readonly place: ListedVersion;
  readonly onVersion: (version: number) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [invalid, setInvalid] = useState(false);
  const id = useId();
  const choose = () => {
    const version = comparableVersion(place, text.trim())?.version;
    setInvalid(version === undefined);
    if (version === undefined) return;
    setText('');
    onVersion(version);
  };
  return (
    <>
      <OutlinedInput
        value={text}
        placeholder={t('history.number')}
        error={invalid}
        onChange={(event) => {
          setText(event.target.value);
          setInvalid(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && text.trim() !== '') choose();
        }}
        sx={{ width: 112, flexShrink: 0, height: 28, minHeight: 28, '& input': { paddingBlock: '3px' } }}
        inputProps={{
          'aria-label': t('history.numberLabel'),
          'aria-invalid': invalid,
          ...(invalid ? { 'aria-describedby': id } : {}),
          inputMode: 'numeric',
          autoComplete: 'off',
        }}
      />
      {invalid && (
        <Box
          component="span"
          id={id}
          role="alert"
          sx={{ fontSize: 12, lineHeight: '16px', color: color.danger }}
        >
          {t('history.notComparable', { version: text.trim() })}
        </Box>
      )}
    </>
  );
}
