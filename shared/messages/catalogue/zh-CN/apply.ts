import type { apply as english } from '../en/apply.ts';
import type { Translated } from '../translated.ts';

export const apply: Translated<typeof english> = {
  'apply.applying-hit-defect': '应用时遇到程序缺陷',
  'apply.apply-was-cancelled': '应用已取消',
  'apply.nothing-of-it-is-left-draft-is': '没有留下任何更改；草稿已保留。',
  'apply.backup-could-not-be-written': '无法写入备份',
  'apply.nothing-was-changed-make-room-or-give': '没有更改任何内容。请释放空间或授予写入权限，然后重试。',
  'apply.text-being-applied-is-gone-from-backup': '备份中已没有正在应用的文本',
  'apply.backup-cannot-be-read': '无法读取备份',
  'apply.backup-of-cannot-be-read': '无法读取 {{file}} 的备份',
  'apply.clean-up-after-applying-hit-defect': '应用后的清理遇到程序缺陷',
  'apply.look-at-list-of-containers': '请查看容器列表。',
  'apply.recording-version-hit-defect': '记录版本时遇到程序缺陷',
  'apply.interrupted-apply-could-not-be-rolled-back': '无法回滚被中断的应用',
  'apply.files-as-they-were-are-in': '原来的文件位于 {{backupDir}}。',
  'apply.apply-was-interrupted': '应用被中断',
  'apply.its-process-ended-during': '其进程在“{{step}}”期间结束',
  'apply.draft-is-kept-plan-and-apply-it': '草稿已保留：请重新计划并应用。',
  'apply.rolling-back-hit-defect': '回滚时遇到程序缺陷',
  'apply.settings-file-was-changed-by-another-program': '设置文件在此期间被其他程序更改',
  'apply.look-at-what-changed-then-plan-again': '请查看更改内容，然后重新计划。',
  'apply.protection-could-not-be-shown-from-inside': '未能在真实容器内证实防护',
  'apply.no-probe-ran': '没有运行任何探测',
  'apply.see-log-bulkhead-verify-runs-same-probes': '请查看日志；bulkhead verify 会运行相同的探测。',
  'apply.there-is-no-draft-yet-and-nothing': '尚无草稿，也没有已应用的设置。',
  'apply.under-these-settings-gateway-refuses-to-recreate':
    '按照这些设置，网关拒绝重新创建 {{list}}。请更改随其列出的设置，或保持该容器不变。',
  'apply.and-more': '{{first}}（另有 {{more}} 个）',
  'apply.draft-is-what-is-applied-already': '草稿与已应用的内容相同。',
  'apply.bulkhead-is-never-written-for-docker-desktop':
    '不会为 Docker Desktop 写入“bulkhead”：那里没有程序读取它。请移除。',
  'apply.no-isolation-backend-can-run-on-this': '没有可在此计算机上运行的隔离后端。',
  'apply.what-it-does-could-not-be-verified': '无法从此处验证其效果：{{found}}。',
  'apply.isolation-cannot-run-on-this-machine': '隔离无法在此计算机上运行：{{code}}：{{found}}。',
};
