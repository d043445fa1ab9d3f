import { PieChart } from '@mui/x-charts/PieChart';
import { color } from '../../theme/tokens.ts';

/** The ring alone; its text and legend are beside it. */
export default function ContainerDonut({
  protectedCount,
  unprotectedCount,
  eci,
}: {
  readonly protectedCount: number;
  readonly unprotectedCount: number;
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
          paddingAngle: protectedCount > 0 && unprotectedCount > 0 ? 3 : 0,
          highlightScope: { highlight: 'none', fade: 'none' },
          data: [
            { id: 'protected', value: protectedCount, color: color.chartOk },
            { id: 'unprotected', value: unprotectedCount, color: eci ? color.chartDanger : color.chartBar },
          ],
        },
      ]}
    />
  );
}
