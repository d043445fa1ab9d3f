import type { errors as english } from '../en/errors.ts';
import type { Translation } from '../translation.ts';

/** What failed, by error code. Why and what to do come with the error itself. */
export const errors: Translation<typeof english> = {
  'settings.syntax': '设置文件不是有效的 JSON', 'settings.unreadable': '无法读取设置文件', 'settings.unwritable': '无法写入设置文件',
  'settings.conflict': '设置文件已被其他程序更改', 'settings.draft-changed': '草稿已不是审阅过的内容', 'settings.findings': '这些设置不能用作策略', 'settings.too-large': '设置文件过大',
  'settings.locked': '管理员已为所有人设定此项',
  'settings.pointer': '在文档中找不到此设置', 'settings.version-unknown': '无法识别此设置版本',
  'daemon-json.invalid': '引擎的 daemon.json 无效', 'daemon-json.conflict': '引擎的 daemon.json 与这些设置相矛盾', 'daemon-json.unwritable': '无法写入引擎的 daemon.json',
  'engine.not-installed': '未安装 Docker Engine', 'engine.unreachable': '引擎没有响应', 'engine.start-failed': '引擎未能启动', 'engine.stop-failed': '引擎未能停止',
  'engine.not-ready': '引擎尚未就绪', 'engine.root-invalid': '无法使用引擎的目录', 'engine.already-running': '引擎已在运行', 'engine.request-failed': '引擎拒绝了请求',
  'engine.changed': '期间已打开另一个引擎',
  'isolation.requirement-missing': '此计算机缺少 ECI 所需的条件', 'isolation.install-failed': '无法安装隔离运行时', 'isolation.planner-failed': '隔离规划器出错',
  'apply.in-progress': '正在应用设置', 'apply.cancelled': '应用已停止', 'apply.nothing-to-apply': '没有可应用的更改', 'apply.rolled-back': '应用失败，已回滚',
  'apply.rollback-failed': '回滚失败', 'apply.not-confirmed': '应用未得到确认',
  'verify.failed': '验证失败', 'verify.no-image': '没有可用于验证的镜像',
  'containers.not-found': '容器已不存在', 'containers.running': '容器正在运行', 'containers.remove-failed': '无法移除容器', 'containers.recreate-failed': '无法重新创建容器', 'containers.recreate-blocked': '无法按原样重新创建此容器', 'containers.not-healthy': '新容器未能保持正常运行',
  'rights.not-root': '需要管理员权限', 'ipc.bad-payload': '应用发送的请求被拒绝', 'ipc.bad-sender': '请求来自不允许的来源',
  'input.unusable': '无法使用此输入', internal: 'Bulkhead 内部出错',
  why: '原因', copyWhy: '复制原因',
};
