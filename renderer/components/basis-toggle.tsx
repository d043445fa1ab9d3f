import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import type { SimulationInput } from '../../shared/explain/simulation.ts';
import { smallToggle } from './small-toggle.ts';

/** The settings that a decision is made by: the applied ones, or the draft. */
export type Against = SimulationInput['against'];

const isAgainst = (value: unknown): value is Against => value === 'applied' || value === 'draft';

/** Chooses the settings used for a decision. `small`: it is in the head of a card. */
export function BasisToggle({
  value,
  label,
  applied,
  draft,
  small = false,
  onChange,
}: {
  readonly value: Against;
  readonly label: string;
  readonly applied: string;
  readonly draft: string;
  readonly small?: boolean;
  readonly onChange: (value: Against) => void;
}) {
  return (
    <ToggleButtonGroup
      exclusive
      value={value}
      aria-label={label}
      sx={small ? smallToggle : {}}
      onChange={(_, next: unknown) => {
        if (isAgainst(next)) onChange(next);
      }}
    >
      <ToggleButton value="applied">{applied}</ToggleButton>
      <ToggleButton value="draft">{draft}</ToggleButton>
    </ToggleButtonGroup>
  );
}
