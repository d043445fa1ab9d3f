import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { statusText, useStatusAge } from '../../components/container-status.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RefreshIcon, ShieldIcon, UnprotectedIcon } from '../../theme/icons.ts';
import { Mono } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';

const maxRows = 6;

/** What runs on the engine now, scanned when the step opens. */
export function ScanStep() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { scan, scanError, busy } = useApp();
  const { run } = useRequest('containers:scan');
  useEffect(() => {
    void run(undefined);
  }, [run]);
  const containers = scan?.containers ?? [];
  return (
    <>
      {scanError !== null && <ErrorPanel error={scanError} />}
      <Card
        busy={busy.scanning}
        title={
          scan === null ? t('welcome.scan.looking') : t('welcome.scan.found', { count: containers.length })
        }
        actions={
          <>
            {scan !== null && <span>{t('welcome.scan.age', { age: formats.ago(scan.at) })}</span>}
            <Button
              size="small"
              variant="text"
              startIcon={<RefreshIcon />}
              disabled={busy.scanning}
              onClick={() => {
                void run(undefined);
              }}
            >
              {t('welcome.scan.again')}
            </Button>
          </>
        }
      >
        {scan === null && scanError === null && <LoadingRows rows={3} />}
        {scan !== null && containers.length === 0 && <EmptyState>{t('welcome.scan.empty')}</EmptyState>}
        {containers.slice(0, maxRows).map((container) => (
          <ContainerRow key={container.id} container={container} />
        ))}
        {containers.length > maxRows && (
          <Row dense>
            <Box component="span" sx={{ color: color.text2 }}>
              {t('welcome.scan.more', { count: containers.length - maxRows })}
            </Box>
          </Row>
        )}
      </Card>
      {containers.length > 0 && (
        <Card>
          <Row>
            <UnprotectedIcon sx={{ fontSize: 20, color: color.warn, flexShrink: 0 }} aria-hidden />
            <RowText
              primary={t('welcome.scan.existing', { count: containers.length })}
              secondary={t('welcome.scan.choose')}
            />
          </Row>
        </Card>
      )}
    </>
  );
}

const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

function ContainerRow({ container }: { readonly container: Container }) {
  const { t } = useTranslation();
  const age = useStatusAge(container);
  return (
    <Row dense>
      <ShieldIcon sx={{ fontSize: 18, color: color.neutral, flexShrink: 0 }} aria-hidden />
      <Box component="span" sx={{ flex: '0 1 auto', minWidth: 0, fontWeight: 600, ...oneLine }}>
        {container.name}
      </Box>
      <Box component="span" sx={{ flex: 1, minWidth: 0, color: color.text3, ...oneLine }}>
        <Mono size={11.5} nowrap>
          {container.image}
        </Mono>
      </Box>
      <Box component="span" sx={{ color: color.text2, fontSize: 12, whiteSpace: 'nowrap' }}>
        {statusText(t, container, age)}
      </Box>
    </Row>
  );
}
