import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { navigate } from '../state/router.ts';
import { pageOfSetting } from '../../shared/pages/setting-page.ts';

interface SettingPlacesProps {
  /** JSON pointers. */
  readonly settings: readonly string[];
}

/** The pages with these settings, each once, with the first of its settings. */
const placesOf = (settings: readonly string[]) =>
  settings
    .map((pointer) => ({ pointer, page: pageOfSetting(pointer) }))
    .filter(({ page }, index, all) => all.findIndex((one) => one.page === page) === index);

/** Buttons that open the pages with these settings. */
export function SettingButtons({ settings }: SettingPlacesProps) {
  const { t } = useTranslation();
  return placesOf(settings).map(({ page, pointer }) => (
    <Button
      key={page}
      size="small"
      onClick={() => {
        navigate(page, { pointer });
      }}
    >
      {t('recreate.openPage', { page: t(`frame.page.${page}`) })}
    </Button>
  ));
}

/** The same as links. */
export function SettingLinks({ settings, tab }: SettingPlacesProps & { readonly tab?: 0 | -1 | undefined }) {
  const { t } = useTranslation();
  return placesOf(settings).map(({ page, pointer }) => (
    <Link
      key={page}
      component="button"
      type="button"
      {...(tab === undefined ? {} : { tabIndex: tab })}
      sx={{
        fontSize: 12,
        lineHeight: 'inherit',
        '& + &': { marginLeft: 1 },
        ...(tab === undefined ? { marginTop: '4px' } : {}),
      }}
      onClick={() => {
        navigate(page, { pointer });
      }}
    >
      {t('recreate.openPage', { page: t(`frame.page.${page}`) })}
    </Link>
  ));
}
