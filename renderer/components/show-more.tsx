import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';

/** The first items of a long list, and a button for the next ones; null once all are shown. */
export function useShown<T>(
  list: readonly T[],
  atOnce: number,
): { readonly shown: readonly T[]; readonly more: ReactNode } {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(atOnce);
  const next = Math.min(atOnce, list.length - limit);
  return {
    shown: list.length > limit ? list.slice(0, limit) : list,
    more:
      next <= 0 ? null : (
        <Button
          size="small"
          variant="text"
          color="primary"
          onClick={() => {
            setLimit(limit + atOnce);
          }}
        >
          {t('list.showMore', { count: next, total: list.length })}
        </Button>
      ),
  };
}
