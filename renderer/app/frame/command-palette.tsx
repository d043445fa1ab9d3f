import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Dialog from '@mui/material/Dialog';
import { useAfterPaint } from '../../components/after-paint.ts';
import type { PaletteContent } from './palette-content.tsx';

/** Ctrl K: pages, settings, containers and commands by name. Opens once its content is loaded. */
export function CommandPalette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const Content = usePaletteContent(open);
  return (
    <Dialog
      open={open && Content !== null}
      onClose={onClose}
      aria-label={t('frame.searchLabel')}
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
      slotProps={{ paper: { sx: { width: 560, maxWidth: 'calc(100% - 32px)', marginTop: '6px' } } }}
    >
      {open && Content !== null && <Content onClose={onClose} />}
    </Dialog>
  );
}

/** Loads the content after the window's first paint, or again when it is to open; null until then. */
function usePaletteContent(open: boolean): typeof PaletteContent | null {
  const painted = useAfterPaint();
  const [content, setContent] = useState<typeof PaletteContent | null>(null);
  useEffect(() => {
    if (!painted || content !== null) return undefined;
    let current = true;
    import('./palette-content.tsx').then(
      (loaded) => {
        if (current) setContent(() => loaded.PaletteContent);
      },
      (error: unknown) => {
        console.error('the palette could not be loaded', error);
      },
    );
    return () => {
      current = false;
    };
  }, [painted, open, content]);
  return content;
}
