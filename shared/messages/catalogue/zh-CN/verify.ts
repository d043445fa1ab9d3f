import type { verify as english } from '../en/verify.ts';
import type { Translated } from '../translated.ts';

export const verify: Translated<typeof english> = {
  'verify.probe-image-could-not-be-made': '无法制作探测镜像',
  'verify.probe-program-is-missing': '缺少探测程序',
  'verify.another-verification-is-under-way': '正在进行另一次验证',
  'verify.wait-until-it-has-ended': '请等待其结束。',
};
