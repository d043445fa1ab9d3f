import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { VirtualRows } from '../../components/virtual-rows.tsx';
import { color, fontMono, stacked } from '../../theme/tokens.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';

type Part = IpcOutput<'app:licences'>[number];
const rowHeight = 32;
const heightOf = () => rowHeight;

/** Components of the app with their licences; loaded on demand. */
export function LicencesCard() {
  const { t } = useTranslation();
  const { run, running, error } = useRequest('app:licences');
  const [parts, setParts] = useState<readonly Part[] | null>(null);
  const [chosen, setChosen] = useState<Part | null>(null);
  const toggle = async () => {
    setChosen(null);
    if (parts !== null) {
      setParts(null);
      return;
    }
    const result = await run(undefined);
    if (result.ok) setParts(result.value);
  };
  return (
    <Card title={t('preferences.licences.title')}>
      {error !== null && (
        <CardBody>
          <ErrorPanel error={error} />
        </CardBody>
      )}
      <Row>
        <RowText primary={t('preferences.licences.own')} secondary={t('preferences.licences.text')} />
        <Button
          disabled={running}
          aria-expanded={parts !== null}
          onClick={() => {
            void toggle();
          }}
        >
          {parts === null ? t('preferences.licences.show') : t('preferences.licences.hide')}
        </Button>
      </Row>
      {parts !== null && (
        <PartsList
          parts={parts}
          onRead={(part) => {
            setChosen(chosen === part ? null : part);
          }}
        />
      )}
      {chosen !== null && <LicenceText part={chosen} />}
    </Card>
  );
}

function PartsList({
  parts,
  onRead,
}: {
  readonly parts: readonly Part[];
  readonly onRead: (part: Part) => void;
}) {
  const { t } = useTranslation();
  return (
    <Box
      role="list"
      aria-label={t('preferences.licences.title')}
      sx={{ borderTop: `1px solid ${color.border}` }}
    >
      <VirtualRows
        count={parts.length}
        heightOf={heightOf}
        maxHeight={288}
        rowKey={(index) => `${parts[index]?.name ?? ''}@${parts[index]?.version ?? ''}`}
        render={(index) => {
          const part = parts[index];
          return part === undefined ? null : <PartRow part={part} first={index === 0} onRead={onRead} />;
        }}
      />
    </Box>
  );
}

/** A component of the app with its licence, and a button that shows its text. */
function PartRow({
  part,
  first,
  onRead,
}: {
  readonly part: Part;
  readonly first: boolean;
  readonly onRead: (part: Part) => void;
}) {
  const { t } = useTranslation();
  return (
    <Box
      role="listitem"
      sx={{
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) 96px minmax(0, 160px) 88px',
        [stacked]: { gridTemplateColumns: 'minmax(0, 1fr) 56px 56px auto', columnGap: 1, fontSize: 12 },
        columnGap: 2,
        alignItems: 'center',
        height: rowHeight,
        padding: '0 16px',
        borderTop: first ? 0 : `1px solid ${color.border}`,
        boxSizing: 'border-box',
      }}
    >
      <Box
        component="span"
        sx={{
          fontWeight: 500,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
        }}
      >
        {part.name}
      </Box>
      <Box component="span" sx={{ color: color.text2 }}>
        {part.version}
      </Box>
      <Box component="span" sx={{ color: color.text2 }}>
        {part.licence}
      </Box>
      {part.text === '' ? (
        <span />
      ) : (
        <Button
          size="small"
          variant="text"
          color="primary"
          aria-label={t('preferences.licences.readOf', { name: part.name })}
          onClick={() => {
            onRead(part);
          }}
        >
          {t('preferences.licences.read')}
        </Button>
      )}
    </Box>
  );
}

function LicenceText({ part }: { readonly part: Part }) {
  const { t } = useTranslation();
  return (
    <Box
      component="pre"
      aria-label={t('preferences.licences.textOf', { name: part.name })}
      tabIndex={0}
      role="region"
      sx={{
        margin: 0,
        padding: 2,
        borderTop: `1px solid ${color.border}`,
        background: color.subtle,
        fontFamily: fontMono,
        fontSize: 11,
        lineHeight: '16px',
        color: color.text2,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        maxHeight: 288,
        overflow: 'auto',
        '&:focus-visible': { outlineOffset: -2 },
      }}
    >
      {part.text}
    </Box>
  );
}
