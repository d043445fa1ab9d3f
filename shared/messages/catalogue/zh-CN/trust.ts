import type { trust as english } from '../en/trust.ts';
import type { Translated } from '../translated.ts';

export const trust: Translated<typeof english> = {
  'trust.not-listed': '允许的镜像中没有条目提到它',
  'trust.not-listed-nor-derived': '允许的镜像中没有条目提到它，它也不是基于此处某个允许的镜像构建',
  'trust.named-but-not-pulled': '它使用 {{entry}} 的名称，但并非从那里拉取：其内容在此计算机上创建或加载',
  'trust.pulled-elsewhere': '它使用 {{entry}} 的名称，但拉取自 {{source}}',
  'trust.more-entries': '另有 {{amount}} 个条目不匹配',
  'trust.and-next': '{{first}}；{{next}}',
  'trust.is-pinned': '本地镜像就是 {{entry}} 固定的 {{local}}',
  'trust.is-local': '{{reference}} 就是本地的 {{local}}',
  'trust.absent': '镜像仓库中没有 {{reference}}',
  'trust.absent-and-local-differs': '镜像仓库中没有 {{reference}}，因此不可能是本地的 {{local}}',
  'trust.image-is-missing': '引擎中没有镜像 {{image}}',
  'trust.missing-and-not-listed': '引擎中没有镜像 {{image}}，允许的镜像中也没有条目提到它',
  'trust.differs':
    '{{reference}} 在其镜像仓库中为 {{served}}，而本地镜像为 {{local}}：请重新拉取，或允许本地的内容',
  'trust.differed':
    '{{reference}} 在其镜像仓库中为 {{served}}（{{age}}前的情况，现在：{{problem}}），而本地镜像为 {{local}}：请重新拉取，或允许本地的内容',
  'trust.unanswered': '无法向镜像仓库查询 {{reference}}：{{problem}}',
  'trust.not-queried': '尚未查询',
  'trust.content-unreadable': '无法读取 {{digest}} 的组成',
  'trust.base-is-not-allowed': '它基于 {{base}} 构建，但{{problem}}',
  'trust.derived-is-in-registry':
    '它基于 {{base}} 构建，但镜像仓库中也有它：只有仅存在于此计算机的镜像才算基于允许的镜像构建；请允许它',
  'trust.derived-is-unknown':
    '它基于 {{base}} 构建，但只有不在任何镜像仓库中的镜像才算派生镜像；引擎的镜像存储不报告这一点，且无法查询镜像仓库：{{problem}}',
  'trust.age-day': '1 天',
  'trust.age-days': '{{amount}} 天',
  'trust.age-hour': '1 小时',
  'trust.age-hours': '{{amount}} 小时',
  'trust.age-minute': '1 分钟',
  'trust.age-minutes': '{{amount}} 分钟',
  'trust.age-second': '1 秒',
  'trust.age-seconds': '{{amount}} 秒',
  'trust.no-state-directory': '网关没有用于保存容器套接字的目录：启动时未使用 --state',
  'trust.cannot-check-images': '此网关无法检查镜像',
  'trust.too-many-at-once': '正在同时创建过多带套接字的容器；请稍后再试',
};
