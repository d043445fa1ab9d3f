import { PieChart } from '@mui/x-charts/PieChart';
import { color } from '../../theme/tokens.ts';
import type { countByProtection } from '../../../shared/containers/protection.ts';

/** The ring alone; its text and legend are beside it. */
export default function ContainerDonut({
  counts,
  eci,
}: {
  readonly counts: ReturnType<typeof countByProtection>;
  readonly eci: boolean;
}) {
  return (
    <PieChart
      width={112}
      height={112}
      hideLegend
      skipAnimation
      disableKeyboardNavigation
      margin={{ top: 4, bottom: 4, left: 4, right: 4 }}
      slots={{ tooltip: () => null }}
      series={[
        {
          innerRadius: 40,
          outerRadius: 51,
          cornerRadius: 2,
          paddingAngle: Object.values(counts).filter((count) => count > 0).length > 1 ? 3 : 0,
          highlightScope: { highlight: 'none', fade: 'none' },
          data: [
            { id: 'protected', value: counts.protected, color: color.chartOk },
            {
              id: 'unprotected',
              value: counts.unprotected,
              color: eci ? color.chartDanger : color.chartBar,
            },
            { id: 'replaced', value: counts.replaced, color: color.chartBar },
          ],
        },
      ]}
    />
  );
}
