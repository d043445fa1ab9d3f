import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useRequest } from '../../state/actions.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { engineTitle, openEngineTitle, rootsOf } from '../../components/engine-title.ts';
import type { AppError } from '../../../shared/result.ts';
import type { DiscoveredTarget } from '../../../shared/targets/target.ts';

/**
 * The engine of this window, and of the next start: the same choice as in the switcher at the top of the
 * navigation.
 */
export function EngineCard() {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const { target, engine } = app;
  const { run, error } = useRequest('targets:list');
  const [targets, setTargets] = useState<readonly DiscoveredTarget[]>([]);
  const [refused, setRefused] = useState<AppError | null>(null);
  useEffect(() => {
    let unmounted = false;
    void run(undefined).then((result) => {
      if (!unmounted && result.ok) setTargets(result.value);
    });
    return () => {
      unmounted = true;
    };
  }, [run, target.id]);

  const others = targets.filter((one) => one.id !== target.id);
  const roots = rootsOf(targets);
  const choose = async (id: string) => {
    if (id === target.id) return;
    const result = await store.switchTarget(id);
    setRefused(result.ok ? null : result.error);
  };
  const problem = refused ?? error;
  return (
    <Card title={t('preferences.engine.title')}>
      {problem !== null && (
        <CardBody>
          <ErrorPanel error={problem} />
        </CardBody>
      )}
      <Row>
        <RowText primary={t('preferences.engine.name')} secondary={t('preferences.engine.text')} />
        <Select
          value={target.id}
          inputProps={{ 'aria-label': t('preferences.engine.name') }}
          sx={{ width: 400, maxWidth: '50%' }}
          onChange={(event) => {
            void choose(event.target.value);
          }}
        >
          <MenuItem value={target.id}>
            {`${openEngineTitle(t, app, roots)} · ${engine.root ?? engine.socket}`}
          </MenuItem>
          {others.map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {`${engineTitle(t, one, roots)} · ${one.place}`}
            </MenuItem>
          ))}
        </Select>
      </Row>
    </Card>
  );
}
