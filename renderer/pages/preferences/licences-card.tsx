import { useCallback, useState } from 'react';
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
/** Of a licence below its row, px; a longer one scrolls. */
const textHeight = 288;

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
          chosen={chosen}
          onRead={(part) => {
            setChosen(chosen === part ? null : part);
          }}
        />
      )}
    </Card>
  );
}

function PartsList({
  parts,
  chosen,
  onRead,
}: {
  readonly parts: readonly Part[];
  /** The one whose licence is shown. */
  readonly chosen: Part | null;
  readonly onRead: (part: Part) => void;
}) {
  const { t } = useTranslation();
  const heightOf = useCallback(
    (index: number) => rowHeight + (parts[index] === chosen ? textHeight : 0),
    [parts, chosen],
  );
  return (
    <Box
      role="list"
      aria-label={t('preferences.licences.title')}
      sx={{ borderTop: `1px solid ${color.border}` }}
    >
      <VirtualRows
        count={parts.length}
        heightOf={heightOf}
        withinScroller
        rowKey={(index) => `${parts[index]?.name ?? ''}@${parts[index]?.version ?? ''}`}
        render={(index) => {
          const part = parts[index];
          return part === undefined ? null : (
            <Box role="listitem" sx={{ borderTop: index === 0 ? 0 : `1px solid ${color.border}` }}>
              <PartRow part={part} first={index === 0} onRead={onRead} />
              {part === chosen && <LicenceText part={part} />}
            </Box>
          );
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
      sx={{
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) 96px minmax(0, 160px) 88px',
        [stacked]: { gridTemplateColumns: 'minmax(0, 1fr) 56px 56px auto', columnGap: 1, fontSize: 12 },
        columnGap: 2,
        alignItems: 'center',
        height: first ? rowHeight : rowHeight - 1,
        padding: '0 16px',
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
        boxSizing: 'border-box',
        height: textHeight,
        overflow: 'auto',
        '&:focus-visible': { outlineOffset: -2 },
      }}
    >
      {part.text}
    </Box>
  );
}
