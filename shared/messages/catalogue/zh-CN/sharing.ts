import type { sharing as english } from '../en/sharing.ts';
import type { Translated } from '../translated.ts';

export const sharing: Translated<typeof english> = {
  'sharing.directory-unusable': '无法使用目录 {{directory}}。',
  'sharing.check-rights': '请检查目录及其权限；它必须属于 root。',
};
