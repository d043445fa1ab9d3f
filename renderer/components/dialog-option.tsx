import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { color } from '../theme/tokens.ts';
import { withCode } from './mono.tsx';

/** An option in a dialog, with an explanation below it. */
export function DialogOption({
  checked,
  onChange,
  label,
  note,
}: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  readonly note: string;
}) {
  return (
    <FormControlLabel
      sx={{ alignItems: 'flex-start', marginLeft: '-4px', marginRight: 0, gap: '4px' }}
      control={
        <Checkbox
          checked={checked}
          onChange={(_, value) => {
            onChange(value);
          }}
        />
      }
      label={
        <Box sx={{ paddingTop: '3px', fontSize: 13, lineHeight: '20px', overflowWrap: 'anywhere' }}>
          {label}{' '}
          <Box
            component="span"
            sx={{ color: color.text3, display: 'block', fontSize: 12, lineHeight: '16px' }}
          >
            {withCode(note)}
          </Box>
        </Box>
      }
    />
  );
}
