import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { Card } from '../../components/card.tsx';
import { color, stacked } from '../../theme/tokens.ts';
import { examples } from './examples.ts';

/** Example commands. */
export function ExamplesCard({ onChoose }: { readonly onChoose: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <Card title={t('simulator.empty.title')}>
      <Typography sx={{ padding: '12px 16px 4px', color: color.text2 }}>
        {t('simulator.empty.body')}
      </Typography>
      <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: '4px 4px 12px' }}>
        {examples.map(({ name, text }) => (
          <li key={name}>
            <Button
              variant="text"
              onClick={() => {
                onChoose(text);
              }}
              sx={{
                display: 'grid',
                gridTemplateColumns: '220px minmax(0, 1fr)',
                gap: 2,
                textAlign: 'left',
                justifyContent: 'start',
                width: '100%',
                height: 'auto',
                minHeight: 32,
                paddingBlock: '6px',
                whiteSpace: 'normal',
                [stacked]: { gridTemplateColumns: 'minmax(0, 1fr)', rowGap: 0 },
              }}
            >
              <span>{t(`simulator.empty.example.${name}`)}</span>
              <Box
                component="span"
                className="mono"
                sx={{
                  fontSize: 12,
                  color: color.text2,
                  fontWeight: 400,
                  overflowWrap: 'anywhere',
                }}
              >
                {text.split('\n')[0]}
                {text.includes('\n') && ' …'}
              </Box>
            </Button>
          </li>
        ))}
      </Box>
    </Card>
  );
}
