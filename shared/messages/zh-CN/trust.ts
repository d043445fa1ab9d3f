import type { Sentences } from '../../translate/translate.ts';

/** Why an image may not have the Docker socket, and what registries answered. */
export const trust: Sentences = {
  'no entry of the image list names it': '镜像列表中没有条目提到它',
  'no entry of the image list names it, and it is not built from an allowed image that is here':
    '镜像列表中没有条目提到它，它也不是基于此处某个允许的镜像构建',
  'it has the name of {0}, but was not pulled from there: its content was made or loaded here; pull it from the registry':
    '它使用 {0} 的名称，但并非从那里拉取：其内容在本机创建或加载；请从镜像仓库拉取',
  'and {0} more entries that do not match': '另有 {0} 个条目不匹配',
  'the local image is the pinned {0} of {1}': '本地镜像就是 {1} 固定的 {0}',
  '{0} is the local {1}': '{0} 就是本地的 {1}',
  'the registry has no {0}': '镜像仓库中没有 {0}',
  'the registry has no {0}, so the local {1} cannot be it': '镜像仓库中没有 {0}，因此不可能是本地的 {1}',
  'the engine has no image {0}': '引擎中没有镜像 {0}',
  '{0} is {1} at its registry, the local image is {2}: pull it again, or list what it is':
    '{0} 在其镜像仓库中为 {1}，而本地镜像为 {2}：请重新拉取，或将本地的内容列入列表',
  '{0} is {1} at its registry, as it was {2} ago (now {3}), the local image is {4}: pull it again, or list what it is':
    '{0} 在其镜像仓库中为 {1}（{2}前的情况，现在：{3}），而本地镜像为 {4}：请重新拉取，或将本地的内容列入列表',
  '{0} days': '{0} 天',
  '{0} day': '{0} 天',
  '{0} hours': '{0} 小时',
  '{0} hour': '{0} 小时',
  '{0} minutes': '{0} 分钟',
  '{0} minute': '{0} 分钟',
  '{0} seconds': '{0} 秒',
  '{0} second': '{0} 秒',
  'it is built from {0}, but {1}': '它基于 {0} 构建，但{1}',
  'it is built from {0}, but a registry has it: only images that are nowhere but here count as built from an allowed one; list it':
    '它基于 {0} 构建，但镜像仓库中也有它：只有仅存在于本机的镜像才算基于允许的镜像构建；请将它列入列表',
  "it is built from {0}, but only images that no registry has count as that, and the engine's image store does not tell: {1}":
    '它基于 {0} 构建，但只有任何镜像仓库都没有的镜像才算如此，而引擎的镜像存储无法说明：{1}',
  'the registry could not be asked for {0}: {1}': '无法向镜像仓库查询 {0}：{1}',
  'it was not asked': '尚未查询',
  'the registry was not asked': '未查询镜像仓库',
  'what {0} consists of could not be read': '无法读取 {0} 的组成',
  'did not answer within {0} s': '在 {0} 秒内没有应答',
  'docker-credential-{0} answered nothing that can be read': 'docker-credential-{0} 的应答无法读取',
  'it wants a login: run docker login {0} as the user the gateway runs as':
    '需要登录：请以运行网关的用户执行 docker login {0}',
  'it wants an authorization of a kind that is not known': '需要未知类型的授权',
  'the token server it names may not be asked: it is not spoken to over TLS':
    '不得查询其指定的令牌服务器：未使用 TLS',
  'its token server {0} cannot be used: {1}': '无法使用其令牌服务器 {0}：{1}',
  'its token server wants a login': '其令牌服务器需要登录',
  'the stored credentials were refused: log in again': '保存的凭据被拒绝：请重新登录',
  'its token server limits the rate': '其令牌服务器限制了请求频率',
  'its token server {0} gave no token (HTTP {1})': '其令牌服务器 {0} 没有给出令牌 (HTTP {1})',
  'it limits the rate (429) and is asked again after {0}Z; a login raises the limit':
    '请求频率受限 (429)，将在 {0}Z 之后再次查询；登录可提高限额',
  'it limits the rate and is asked again after {0}Z': '请求频率受限，将在 {0}Z 之后再次查询',
  'it denies access (403)': '拒绝访问 (403)',
  'it redirects to a place that denies access (401)': '重定向到拒绝访问的位置 (401)',
  'it denies access (401): there is no such repository, or the login on this machine may not read it':
    '拒绝访问 (401)：没有此仓库，或本机的登录无权读取',
  'it denies access (401): {0}': '拒绝访问 (401)：{0}',
  'it answered HTTP {0}': '应答为 HTTP {0}',
  'what it answered is not an image manifest': '其应答不是镜像清单',
  'it has no address': '没有地址',
  'it redirects without end': '无休止地重定向',
  'it redirects to no address': '重定向没有地址',
  'it redirects to {0}//{1}, which is not followed': '重定向到 {0}//{1}，未跟随',
  'the answer is longer than {0} bytes': '应答超过 {0} 字节',
  'it did not answer within {0} s': '在 {0} 秒内没有应答',
  "its name could not be looked up ({0}); check the machine's DNS": '无法解析其名称 ({0})；请检查本机的 DNS',
  'what it answers is not HTTP ({0})': '其应答不是 HTTP ({0})',
  "its TLS certificate or protocol was not accepted ({0}); a private authority belongs in the system's store or in /etc/docker/certs.d":
    '不接受其 TLS 证书或协议 ({0})；私有证书颁发机构应放入系统的证书库或 /etc/docker/certs.d',
  'no connection to it ({0})': '无法连接 ({0})',
};
