import type { containers as english } from '../en/containers.ts';
import type { Translated } from '../translated.ts';

export const containers: Translated<typeof english> = {
  'containers.it-is-gone-since-it-was-chosen': '选择之后它已不存在',
  'containers.new-container-is-gone-again': '新容器已不存在',
  'containers.new-container-is-of-another-image': '新容器使用了另一个镜像',
  'containers.instead-of': '是 {{image}}，而不是 {{imageId}}',
  'containers.tag-was-moved-just-now-try-again': '标签刚刚被更改：请重试。',
  'containers.new-container-would-not-be-protected': '新容器将不受保护',
  'containers.its-runtime-is': '其运行时为 {{runtime}}',
  'containers.nothing-is-changed-change-setting-it-names':
    '没有更改任何内容。请更改其中提到的设置，或更改容器的请求。',
  'containers.more-than-one-id-begins-so': '有多个 ID 以此开头',
  'containers.what-is-to-be-recreated-could-not': '无法检查待重新创建的容器',
  'containers.engine-did-not-do-what-was-asked': '引擎没有完成请求的操作',
  'containers.image-is-gone-again': '镜像 {{commitTo}} 已不存在',
  'containers.new-container-runs-but-not-in-user': '新容器正在运行，但没有独立的用户命名空间',
  'containers.it-was-cancelled': '已取消',
  'containers.everything-is-as-it-was': '一切保持原状。',
  'containers.container-could-not-be-inspected': '无法检查容器 {{reference}}',
  'containers.going-back-did-not-work-out-altogether': '未能完全恢复',
  'containers.look-at-docker-ps-bulkhead-containers-recreate':
    '请查看 docker ps -a；bulkhead containers recreate 会首先再次尝试恢复。',
  'containers.engine-events-could-not-be-followed': '无法跟踪引擎的事件',
  'containers.new-container-is-gone': '新容器已不存在',
  'containers.mend-what-it-complains-about-then-recreate': '请解决其报告的问题，然后重新创建。',
  'containers.engine-events-ended-while-new-container-was': '新容器启动期间，引擎的事件流中断',
  'containers.this-user-may-not-recreate-containers': '此用户不得重新创建容器',
  'containers.way-back-goes-over-engine-own-socket': '恢复需要使用引擎自身的套接字，而它属于 root',
  'containers.run-same-command-with-sudo': '请使用 sudo 运行同一命令。',
  'containers.recreating-hit-defect': '重新创建时遇到程序缺陷',
  'containers.run-it-again-it-first-settles-what': '请再次运行：会先处理已开始的部分。',
  'containers.plan-says-what-is-in-way-bulkhead':
    '计划会说明阻碍因素：bulkhead containers recreate --dry-run。',
  'containers.interrupted-recreation-cannot-be-settled-its-journal': '无法处理被中断的重新创建：其日志已损坏',
  'containers.look-at-docker-ps-put-right-what':
    '请查看 docker ps -a，更正有问题之处，然后删除 {{recreateJournalPath}}。',
};
