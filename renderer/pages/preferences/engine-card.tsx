import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useRequest } from '../../state/actions.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import type { AppError } from '../../../shared/result.ts';
import type { FoundTarget } from '../../../shared/targets/target.ts';

/**
 * Which engine the window works on, and so the next start: the same choice as the switcher's at the top of
 * the navigation.
 */
export function EngineCard() {
  const { t } = useTranslation();
  const store = useStore();
  const { target, engine } = useApp();
  const { run, error } = useRequest('targets:list');
  const [found, setFound] = useState<readonly FoundTarget[]>([]);
  const [refused, setRefused] = useState<AppError | null>(null);
  useEffect(() => {
    let gone = false;
    void run(undefined).then((answer) => {
      if (!gone && answer.ok) setFound(answer.value);
    });
    return () => {
      gone = true;
    };
  }, [run, target.id]);

  const others = found.filter((one) => one.id !== target.id);
  const label = (one: Pick<FoundTarget, 'name' | 'place'>, kind: FoundTarget['ref']['kind']) =>
    `${t(`frame.engine.kind.${kind}`, { name: one.name })} · ${one.place}`;
  const choose = async (id: string) => {
    if (id === target.id) return;
    const answer = await store.switchTarget(id);
    setRefused(answer.ok ? null : answer.error);
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
            {label({ name: engine.name, place: engine.root ?? engine.socket }, target.kind)}
          </MenuItem>
          {others.map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {label(one, one.ref.kind)}
            </MenuItem>
          ))}
        </Select>
      </Row>
    </Card>
  );
}
