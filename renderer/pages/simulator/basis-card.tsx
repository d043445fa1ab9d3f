import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { useApp } from '../../state/context.tsx';
import { applying } from '../../state/lock.ts';
import { Card, CardBody, Facts } from '../../components/card.tsx';
import { Mono, withCode } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';

/** The basis of the decision: its time, the settings, the queries to the engine; and the missing facts. */
export function BasisCard({
  simulation,
  sudo,
  compose,
}: {
  readonly simulation: Simulation;
  readonly sudo: boolean;
  readonly compose: boolean;
}) {
  const { t } = useTranslation();
  const { isRoot, run } = useApp();
  const { ago, number, list } = useFormats();
  const { explanation } = simulation;
  return (
    <Card title={t('simulator.basis.title')}>
      <CardBody>
        <Facts
          items={[
            ...circumstances(t, simulation, {
              ago: ago(simulation.at),
              ms: number(simulation.durationMs),
              by: isRoot ? 'root' : sudo ? 'sudo' : 'you',
              beingApplied: applying({ run }) && run?.toVersion === simulation.version,
            }),
            ...queriedFacts(t, simulation, list),
            ...(compose && explanation.clientOutput !== ''
              ? [
                  {
                    label: t('simulator.compose.warnings'),
                    value: (
                      <Box
                        component="pre"
                        lang="en"
                        sx={{ margin: 0, font: 'inherit', whiteSpace: 'pre-wrap' }}
                      >
                        {explanation.clientOutput}
                      </Box>
                    ),
                  },
                ]
              : []),
            ...(explanation.leftOut.length > 0
              ? [{ label: t('simulator.basis.leftOut'), value: <Mono>{explanation.leftOut.join(' ')}</Mono> }]
              : []),
          ]}
        />
        {explanation.notes.length > 0 && (
          <Box
            component="ul"
            sx={{
              margin: '12px 0 0',
              padding: '0 0 0 18px',
              fontSize: 12,
              lineHeight: '18px',
              color: color.text2,
              maxWidth: 720,
            }}
          >
            {explanation.notes.map((note) => (
              <li key={note}>{withCode(t(`simulator.basis.note.${note}`))}</li>
            ))}
          </Box>
        )}
      </CardBody>
    </Card>
  );
}

interface Item {
  readonly label: string;
  readonly value: ReactNode;
}

/** Time, settings and user of the decision. */
const circumstances = (
  t: TFunction,
  simulation: Simulation,
  {
    ago,
    ms,
    by,
    beingApplied,
  }: {
    readonly ago: string;
    readonly ms: string;
    readonly by: 'root' | 'sudo' | 'you';
    /** The settings of the file, which are not applied yet. */
    readonly beingApplied: boolean;
  },
): readonly Item[] => [
  { label: t('simulator.basis.at'), value: t('simulator.basis.atValue', { ago, ms }) },
  {
    label: t('simulator.basis.settings'),
    value:
      simulation.against === 'applied'
        ? t(`simulator.basis.settings${beingApplied ? 'Applying' : 'Applied'}`, {
            version: simulation.version,
          })
        : t('simulator.basis.settingsDraft'),
  },
  {
    label: t('simulator.basis.engine'),
    value: simulation.explanation.engine
      ? t('simulator.basis.engineQueried')
      : t('simulator.basis.engineAbsent'),
  },
  {
    label: t('simulator.basis.user'),
    value: withCode(
      by === 'root'
        ? t('simulator.basis.userRoot')
        : by === 'sudo'
          ? t('simulator.basis.sudo')
          : t('simulator.basis.userYou'),
    ),
  },
];

/** Queries to the engine, and missing facts. */
function queriedFacts(
  t: TFunction,
  { explanation }: Simulation,
  list: (names: readonly string[]) => string,
): readonly Item[] {
  const facts = explanation.facts.map((fact) => ({
    key: `${fact.kind} ${fact.name}`,
    text: `${t(`simulator.basis.kind.${fact.kind}`)} ${
      fact.found === null
        ? t('simulator.basis.absent', { name: fact.name })
        : t('simulator.basis.there', { name: fact.name, found: fact.found })
    }`,
  }));
  return [
    ...(explanation.engine
      ? [
          {
            label: t('simulator.basis.facts'),
            value: facts.length === 0 ? t('simulator.basis.nothing') : <Lines lines={facts} />,
          },
        ]
      : []),
    ...(explanation.missingFacts.length > 0
      ? [
          {
            label: t('simulator.basis.missing'),
            value: <Mono>{list(explanation.missingFacts)}</Mono>,
          },
        ]
      : []),
  ];
}

function Lines({ lines }: { readonly lines: readonly { readonly key: string; readonly text: string }[] }) {
  return (
    <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {lines.map(({ key, text }) => (
        <Box component="li" key={key} sx={{ overflowWrap: 'anywhere' }}>
          {text}
        </Box>
      ))}
    </Box>
  );
}
