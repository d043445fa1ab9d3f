import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { color } from '../theme/tokens.ts';
import { Row, RowText } from './card.tsx';
import { EditedMark, UndoChange } from './edited-mark.tsx';
import { LockedNote, withLock } from './setting-row.tsx';

/**
 * One setting with a few named values: name, explanation of the selected value, the control; marked and with
 * Undo if it differs from the applied settings.
 */
export function ChoiceRow<T extends string>({
  name,
  description,
  value,
  options,
  onChange,
  edited,
  onUndo,
  lockedBy,
  unavailable,
  pointer,
  width = 176,
}: {
  readonly name: string;
  readonly description: ReactNode;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly edited: boolean;
  readonly onUndo: () => void;
  /** The file or administrator that locks it, shown; the row is not clickable then. */
  readonly lockedBy: string | undefined;
  /** Why it does not exist here: no control, disabled text. */
  readonly unavailable?: string | undefined;
  /** Its JSON pointer, for links to it. */
  readonly pointer?: string;
  readonly width?: number;
}) {
  const { t } = useTranslation();
  const locked = lockedBy !== undefined;
  return (
    <Row edited={edited} pointer={pointer}>
      <RowText
        primary={
          unavailable === undefined ? (
            name
          ) : (
            <Box component="span" sx={{ color: color.text3 }}>
              {name}
            </Box>
          )
        }
        secondary={unavailable ?? description}
      />
      {edited && <EditedMark />}
      {edited && !locked && <UndoChange name={name} onUndo={onUndo} />}
      {locked && unavailable === undefined && <LockedNote by={lockedBy} />}
      {unavailable === undefined && (
        <Select
          value={value}
          disabled={locked}
          sx={{
            width,
            flexShrink: 0,
            height: 28,
            minHeight: 28,
            '& .MuiSelect-select': { paddingBlock: '3px' },
          }}
          inputProps={{ 'aria-label': withLock(t, name, lockedBy) }}
          onChange={(event) => {
            const next = options.find((option) => option.value === event.target.value);
            if (next !== undefined && !locked) onChange(next.value);
          }}
        >
          {options.map((option) => (
            <MenuItem key={option.value} value={option.value}>
              {option.label}
            </MenuItem>
          ))}
        </Select>
      )}
    </Row>
  );
}
