import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { Card, Row, RowText } from '../../components/card.tsx';
import { SupportDialog } from './support-dialog.tsx';

/** Opens the dialog that creates a support bundle. */
export function SupportCard() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const close = useCallback(() => {
    setOpen(false);
  }, []);
  return (
    <Card title={t('preferences.support.title')}>
      <Row>
        <RowText primary={t('preferences.support.name')} secondary={t('preferences.support.text')} />
        <Button
          aria-haspopup="dialog"
          sx={{ flexShrink: 0 }}
          onClick={() => {
            setOpen(true);
          }}
        >
          {t('preferences.support.create')}
        </Button>
      </Row>
      {open && <SupportDialog onClose={close} />}
    </Card>
  );
}
