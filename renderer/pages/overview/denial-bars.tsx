import { BarChart } from '@mui/x-charts/BarChart';
import { color } from '../../theme/tokens.ts';

export interface DenialDay {
  readonly day: string;
  readonly label: string;
  readonly denied: number;
  readonly wouldDeny: number;
}

/**
 * The bars alone; their numbers are beside them as a table. Today's has the accent colour; requests that
 * audit mode allowed are stacked on top in a lighter colour.
 */
export default function DenialBars({ days }: { readonly days: readonly DenialDay[] }) {
  const last = days.length - 1;
  const of = (value: (day: DenialDay, index: number) => number) => days.map(value);
  return (
    <BarChart
      height={128}
      hideLegend
      skipAnimation
      disableKeyboardNavigation
      axisHighlight={{ x: 'none', y: 'none' }}
      margin={{ top: 12, bottom: 0, left: 0, right: 24 }}
      borderRadius={2}
      slots={{ tooltip: () => null }}
      grid={{ horizontal: true }}
      xAxis={[
        {
          scaleType: 'band',
          data: days.map(({ day }) => day),
          categoryGapRatio: 0.38,
          height: 24,
          disableLine: true,
          disableTicks: true,
          tickLabelInterval: (_value, index) => index === 1 || index === 7 || index === last,
          valueFormatter: (day: string) => days.find((one) => one.day === day)?.label ?? day,
        },
      ]}
      yAxis={[{ width: 32, min: 0, tickMinStep: 1, tickNumber: 2, disableLine: true, disableTicks: true }]}
      series={[
        { data: of((day, index) => (index === last ? 0 : day.denied)), stack: 'day', color: color.chartBar },
        { data: of((day, index) => (index === last ? day.denied : 0)), stack: 'day', color: color.accent },
        { data: of((day) => day.wouldDeny), stack: 'day', color: color.control },
      ]}
      sx={{
        '& .MuiChartsAxis-tickLabel': { fontSize: '11px !important', fill: `${color.text3} !important` },
        '& .MuiChartsGrid-line': { stroke: color.border },
      }}
    />
  );
}
