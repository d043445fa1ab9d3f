import type { verify as english } from '../en/verify.ts';
import type { Translated } from '../translated.ts';

export const verify: Translated<typeof english> = {
  'verify.probe-image-could-not-be-made': '无法制作探测镜像',
  'verify.probe-program-is-missing': '缺少探测程序',
  'verify.another-verification-is-under-way': '正在进行另一次验证',
  'verify.wait-until-it-has-ended': '请等待其结束。',
  'verify.build-probe-on-linux':
    '请在 Linux 上构建：sh runtime/build.sh all（需要 gcc，以及用于另一种架构的交叉编译器）。',
};
