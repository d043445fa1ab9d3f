import { useTranslation } from 'react-i18next';
import { EntryField, type EntryFieldProps } from '../../components/entry-field.tsx';
import type { ShareCheck } from './check-share.ts';

/** A field for a directory, with its validation beside it. */
export function PathField({
  check,
  ...field
}: Omit<EntryFieldProps, 'placeholder' | 'isInvalid' | 'inputProps' | 'widths'> & {
  readonly check: ShareCheck;
}) {
  const { t } = useTranslation();
  return (
    <EntryField
      {...field}
      placeholder={t('files.add.placeholder')}
      check={check}
      isInvalid={check.tone === 'danger' && !check.usable}
      widths={{ field: 280, check: 140 }}
    />
  );
}
