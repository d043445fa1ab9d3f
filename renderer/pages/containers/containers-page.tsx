import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useRequest } from '../../state/actions.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp } from '../../state/context.tsx';
import { applying } from '../../state/lock.ts';
import { useMissing } from '../../state/missing.ts';
import { protectionOf } from '../../components/protection.ts';
import { navigate, useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RefreshIcon, SearchIcon } from '../../theme/icons.ts';
import { FooterBar, Page } from '../../components/page.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { sentences } from '../../i18n/lists.ts';
import { color } from '../../theme/tokens.ts';
import { isRunning, type Container } from '../../../shared/containers/protection.ts';
import { ContainerTable } from './container-table.tsx';
import { RecreateDialog } from './recreate-dialog.tsx';
import { RecreateReport } from './recreate-report.tsx';
import { RemovalReport } from './removal-report.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { emptySelection, keepExisting, type Selection } from './selection.ts';

type Show = 'all' | 'unprotected' | 'protected';
const isShow = (value: unknown): value is Show =>
  value === 'all' || value === 'unprotected' || value === 'protected';
/** A scan older than this is renewed when the page is opened, ms. */
const freshFor = 60_000;
const none: readonly Container[] = [];

export default function ContainersPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  const now = useNow();
  const { params } = useRoute();
  const protection = protectionOf(app, now);
  const scan = useRequest('containers:scan');
  const remove = useRequest('containers:remove');
  const [show, setShow] = useState<Show>(isShow(params['show']) ? params['show'] : 'all');
  const [text, setText] = useState(params['find'] ?? '');
  const [selected, setSelected] = useState<Selection>(emptySelection);
  const [asking, setAsking] = useState<readonly Container[] | null>(null);
  const [recreating, setRecreating] = useState<readonly Container[] | null>(null);
  const recreate = useRequest('recreate:start');
  const acknowledge = useRequest('containers:acknowledge');

  const noRecreate = useMissing('recreate');
  const noRemoval = useMissing('apply');
  const noStart = useMissing('engine-control');
  const start = useRequest('engine:start');
  const ready = app.engine.phase === 'ready';
  const starting =
    app.busy.engine === 'starting' || app.engine.phase === 'starting' || app.engine.phase === 'restarting';
  const scanning = app.busy.scanning || scan.running;
  const canScan = ready && !scanning;
  const runScan = scan.run;
  const rescan = useCallback(() => {
    void runScan(undefined);
  }, [runScan]);
  useEffect(() => {
    if (params['scan'] === 'now') {
      navigate('containers');
      if (canScan) rescan();
    }
  }, [params, canScan, rescan]);
  const wantedShow = params['show'],
    wantedText = params['find'];
  useEffect(() => {
    // Once, when an address asks for it: what is chosen afterwards stays, whatever is scanned.
    if (isShow(wantedShow)) setShow(wantedShow);
    if (wantedText !== undefined) setText(wantedText);
  }, [wantedShow, wantedText]);
  useEffect(() => {
    // Opening the page looks again when the last look is old; the old list stays on screen meanwhile.
    if (ready && (app.scan === null || Date.now() - Date.parse(app.scan.at) > freshFor)) rescan();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, at opening and when the engine comes up
  }, [ready]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F5' && canScan) {
        event.preventDefault();
        rescan();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [canScan, rescan]);

  const all = app.scan?.containers ?? none;
  const words = text.trim().toLowerCase();
  const matching = words === '' ? all : all.filter((c) => matches(c, words));
  const shown = matching
    .filter((c) => show === 'all' || c.protected === (show === 'protected'))
    .toSorted(byUrgency);
  const selection = keepExisting(selected, new Set(all.map((c) => c.id)));
  const chosen = all.filter((c) => selection.chosen.has(c.id));
  const count = {
    all: matching.length,
    unprotected: matching.filter((c) => !c.protected).length,
    protected: matching.filter((c) => c.protected).length,
  };
  const unprotectedCount = all.filter((c) => !c.protected).length;
  const underApply = applying(app);
  const removing =
    underApply ||
    (app.removal !== null && app.removal.activity !== 'ended') ||
    remove.running ||
    (app.recreation !== null && app.recreation.activity !== 'ended') ||
    recreate.running;
  const failure = scan.error ?? app.scanError;
  // Only what ECI does not hold yet, and only while it is on: else it would be made unprotected anew.
  const recreation = protection.eci && noRecreate === undefined;
  const recreatable = (these: readonly Container[]) => (recreation ? these.filter((c) => !c.protected) : []);

  return (
    <Page
      fill
      title={t('containers.title')}
      subtitle={
        app.scan === null
          ? t('containers.subtitle.unknown')
          : !protection.eci
            ? noRemoval === undefined
              ? t('containers.subtitle.off')
              : t('containers.subtitle.offHere')
            : all.length === 0
              ? t('containers.subtitle.empty')
              : unprotectedCount === 0
                ? t('containers.subtitle.none')
                : t('containers.subtitle.some', { count: unprotectedCount })
      }
      actions={
        <>
          {app.scan !== null && (
            <Typography
              variant="caption"
              component="span"
              role="status"
              sx={{ color: color.text3, marginRight: '4px' }}
            >
              {t('containers.scanned', { ago: formats.ago(app.scan.at) })}
            </Typography>
          )}
          <Button
            disabled={!canScan}
            onClick={rescan}
            startIcon={
              scanning ? <CircularProgress size={14} color="inherit" aria-hidden /> : <RefreshIcon />
            }
          >
            {scanning
              ? t('containers.scanning')
              : app.scan === null
                ? t('containers.first')
                : t('containers.scan')}
          </Button>
        </>
      }
      footer={
        chosen.length > 0 && (
          <FooterBar label={t('containers.bar.label')}>
            <Typography role="status" sx={{ fontWeight: 600 }}>
              {t('containers.bar.selected', { count: chosen.length })}
            </Typography>
            <Typography sx={{ color: color.text2, marginLeft: 1 }}>
              {sentences(t, [
                chosen.some(isRunning)
                  ? t('containers.bar.running', { count: chosen.filter(isRunning).length })
                  : '',
                t('containers.bar.volumes'),
              ])}
            </Typography>
            <Button
              variant="text"
              color="primary"
              sx={{ marginLeft: '4px' }}
              onClick={() => {
                setSelected(emptySelection);
              }}
            >
              {t('button.clear')}
            </Button>
            <Box sx={{ flex: 1 }} />
            {underApply && <LockedNote by={t('locked.applyRun')} />}
            {recreatable(chosen).length > 0 && (
              <Button
                variant="text"
                onClick={() => {
                  setSelected(emptySelection);
                  if (app.appeared !== null) void acknowledge.run(undefined);
                }}
              >
                {t('containers.bar.keep')}
              </Button>
            )}
            {noRemoval === undefined ? (
              <Button
                color="error"
                disabled={removing || !ready}
                onClick={() => {
                  setAsking(chosen);
                }}
              >
                {t('containers.bar.remove')}
              </Button>
            ) : (
              <Typography variant="caption" sx={{ color: color.text3 }}>
                {noRemoval}
              </Typography>
            )}
            {recreatable(chosen).length > 0 && (
              <Button
                variant="contained"
                color="primary"
                disabled={removing || !ready}
                onClick={() => {
                  setRecreating(recreatable(chosen));
                }}
              >
                {t('recreate.bar')}
              </Button>
            )}
          </FooterBar>
        )
      }
    >
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          justifyContent: 'space-between',
          gap: 2,
          marginBottom: 2,
          flexShrink: 0,
        }}
      >
        <ToggleButtonGroup
          exclusive
          value={show}
          aria-label={t('containers.show.label')}
          onChange={(_, value: unknown) => {
            if (isShow(value)) setShow(value);
          }}
        >
          {(['all', 'unprotected', 'protected'] as const).map((key) => (
            <ToggleButton key={key} value={key}>
              {t(`containers.show.${key}`)}
              {app.scan !== null && <span className="count">{formats.number(count[key])}</span>}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <OutlinedInput
          value={text}
          placeholder={t('containers.filter')}
          onChange={(event) => {
            setText(event.target.value);
          }}
          sx={{ width: 264, flexShrink: 1 }}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              setText('');
            }
          }}
          inputProps={{ 'aria-label': t('containers.filter'), 'data-filter': true, type: 'search' }}
          startAdornment={
            <InputAdornment position="start">
              <SearchIcon />
            </InputAdornment>
          }
        />
      </Box>
      {app.recreation !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <RecreateReport
            run={app.recreation}
            onRetry={
              removing || !ready
                ? undefined
                : (ids) => {
                    const these = recreatable(all.filter(({ id }) => ids.includes(id)));
                    if (these.length > 0) setRecreating(these);
                  }
            }
          />
        </Box>
      )}
      {recreate.error !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel
            error={recreate.error}
            action={
              <Button size="small" onClick={recreate.clear}>
                {t('recreate.dismiss')}
              </Button>
            }
          />
        </Box>
      )}
      {remove.error !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel
            error={remove.error}
            action={
              <Button size="small" onClick={remove.clear}>
                {t('containers.report.close')}
              </Button>
            }
          />
        </Box>
      )}
      {app.removal !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <RemovalReport
            run={app.removal}
            onRetry={
              removing || !ready
                ? undefined
                : (ids) => {
                    setAsking(all.filter(({ id }) => ids.includes(id)));
                  }
            }
          />
        </Box>
      )}
      {start.error !== null && !ready && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel error={start.error} />
        </Box>
      )}
      {failure !== null && ready && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel
            error={failure}
            action={
              <Button disabled={!canScan} onClick={rescan}>
                {t('button.tryAgain')}
              </Button>
            }
          />
          {app.scan !== null && (
            <Typography variant="caption" component="div" sx={{ color: color.warn, marginTop: 1 }}>
              {t('containers.old', { time: formats.time(app.scan.at) })}
            </Typography>
          )}
        </Box>
      )}
      {app.scan === null ? (
        ready ? (
          failure === null && (
            <Card>
              <LoadingRows rows={6} />
            </Card>
          )
        ) : (
          <Card>
            <EmptyState
              action={
                !starting &&
                noStart === undefined && (
                  <Button
                    disabled={app.busy.engine !== null || start.running}
                    onClick={() => {
                      void start.run(undefined);
                    }}
                  >
                    {t('button.startEngine')}
                  </Button>
                )
              }
            >
              {starting
                ? t('containers.empty.starting')
                : t(
                    app.engine.phase === 'unreachable'
                      ? 'containers.empty.unreachable'
                      : 'containers.empty.stopped',
                  )}
            </EmptyState>
          </Card>
        )
      ) : shown.length === 0 ? (
        <Card>
          <EmptyState
            action={
              words !== '' ? (
                <Button
                  onClick={() => {
                    setText('');
                  }}
                >
                  {t('containers.empty.clear')}
                </Button>
              ) : show !== 'all' && all.length > 0 ? (
                <Button
                  onClick={() => {
                    setShow('all');
                  }}
                >
                  {t('containers.empty.showAll')}
                </Button>
              ) : undefined
            }
          >
            {words !== ''
              ? t('containers.empty.filtered', { text: text.trim() })
              : show === 'protected' && all.length > 0
                ? t('containers.empty.noneProtected')
                : show === 'unprotected' && all.length > 0
                  ? t('containers.empty.noneUnprotected')
                  : protection.eci
                    ? t('containers.empty.none')
                    : t('containers.empty.noneOff')}
          </EmptyState>
        </Card>
      ) : (
        <ContainerTable
          containers={shown}
          eci={protection.eci}
          selection={selection}
          onSelect={setSelected}
          recreation={recreation}
          onRecreate={
            !removing && ready
              ? (one) => {
                  setRecreating([one]);
                }
              : undefined
          }
          onRemove={noRemoval === undefined && !removing && ready ? setAsking : undefined}
        />
      )}
      {recreating !== null && (
        <RecreateDialog
          containers={recreating}
          onCancel={() => {
            setRecreating(null);
          }}
          onStart={(request) => {
            setRecreating(null);
            setSelected(emptySelection);
            void recreate.run(request);
          }}
        />
      )}
      {asking !== null && (
        <RemoveDialog
          containers={asking}
          onCancel={() => {
            setAsking(null);
          }}
          onRemove={(these, how) => {
            setAsking(null);
            setSelected(emptySelection);
            void remove.run({ ids: these.map(({ id }) => id), ...how });
          }}
        />
      )}
    </Page>
  );
}

const names = new Intl.Collator('en', { numeric: true });

/** Unprotected first, then by name; what needs a decision is on top. */
function byUrgency(a: Container, b: Container): number {
  return Number(a.protected) - Number(b.protected) || names.compare(a.name, b.name);
}

function matches(container: Container, words: string): boolean {
  const text = [
    container.name,
    container.image,
    container.id,
    ...Object.entries(container.labels).map(([key, value]) => `${key}=${value}`),
  ]
    .join('\n')
    .toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
