/** What went wrong and what to do next, for each code a person can meet, in Simplified Chinese. */
import type { ErrorCode } from "../errors.ts";

export const ZH_REFUSALS = {
  "not-allowed": "只有此网关的所有者才能执行该操作。",
  "not-private": "登录须在私聊中进行。请与我开启私聊，并在其中发送 {command}",
  "profile-missing": "请写明是哪个配置的名称。查看现有配置：{command}。",
  "bad-selector":
    "这不是有效的配置名称。名称须以英文字母或数字开头，可包含英文字母、数字和 . _ @ + -（最多 64 个字符）。例如：{example}",
  "reserved-word": "这个词是我的命令，不能用作配置名称。请另选一个，例如 {example}",
  "no-pending-login": "本聊天中没有你待完成的登录，因此无法使用该地址。它未被转给智能体。",
  "login-expired": "该登录已过期：15 分钟的时限已过。",
  "login-cancelled": "该登录已取消，因此其地址不能再使用。",
  "login-replaced": "该地址来自较早的链接：你后来发起的登录已取代它（最多可同时等待五个）。请使用最新的链接。",
  "login-already-used": "该地址已用过。每个地址只能使用一次。",
  "login-of-other-profile":
    "该地址属于 {name} 的登录，而不是你指定的配置。如需完成 {name} 的登录，请重新发送该地址，不要带配置名称。",
  "too-many-attempts": "发送了太多属于其他登录的地址，因此待完成的登录已终止。",
  "account-differs":
    "你授权的账号与配置 {name} 中的账号不同，因此未保存任何内容。请用其他名称登录，或者重新开始并在完成时加上 --replace。",
  "account-has-profile": "该账号已有配置，因此未保存任何内容。请选择要保存到哪里。",
  "nothing-parked":
    "没有等待你做此选择的登录：它已保存、已放弃、已被更新的登录取代，或 5 分钟的时限已过。如需重新开始，请输入 {command}",
  "profile-of-other-account": "配置 {name} 中是另一个账号，将保持不变。请为你授权的账号另选名称。",
  "pin-missing": "本聊天没有指定使用该配置。如需查看本聊天使用的配置，请输入 {why}",
  "pin-other-model":
    "本聊天的模型不是 Codex 配置所支持的模型，网关会丢弃该选择。请先用 /model 选择一个 OpenAI 模型，然后重试。",
  "pin-unavailable": "网关没有为本聊天保留该选择。未做任何更改。请先发送任意一条消息，然后重试。",
  "stale-button": "该按钮来自较早的界面。",
  "callback-empty": "你的消息中没有地址。请复制 localhost 页面的完整地址并发送到这里。",
  "callback-too-long": "内容太长，不可能是 localhost 页面的地址。请只复制地址并发送到这里。",
  "callback-not-found":
    "你的消息中没有找到登录地址。它以 http://localhost:1455/auth/callback 开头，授权后显示在浏览器的地址栏中。",
  "callback-is-sign-in-link": "这是登录链接本身。请在浏览器中打开它并授权，然后发送随后出现的 localhost 页面的地址。",
  "callback-taken":
    "你电脑上的另一个程序（Codex CLI 或编辑器，正在监听端口 1455）接收了这次登录。请关闭该程序，在这里重新开始，然后发送 localhost 地址。",
  "callback-ambiguous": "你的消息中有两个不同的地址。请只发送最新的那个。",
  "callback-wrong-redirect":
    "该地址不属于这次登录：它必须以 http://localhost:1455/auth/callback 开头。未打开或发送任何内容。",
  "callback-duplicate-parameter": "该地址中有重复的部分，因此不可信。请从地址栏重新复制。",
  "callback-wrong-issuer": "该地址来自其他登录服务。请打开我发给你的链接，并在那里授权。",
  "state-missing": "地址缺少一部分（state）。请复制 localhost 页面的完整地址，一直到末尾。",
  "state-mismatch": "该地址属于另一次登录，可能是较早的一次。请使用我发给你的最新链接。",
  "code-missing": "地址缺少一部分（code）。请复制 localhost 页面的完整地址。",
  "code-malformed": "地址在传送过程中被截短或更改。请从地址栏重新复制并完整发送。",
  "authorization-denied": "登录页面上的授权被拒绝，因此未保存任何内容。",
  "authorization-failed": "登录页面报告了问题，因此未保存任何内容。",
  "workspace-not-entitled": "该 ChatGPT 工作区未启用 Codex。请联系其管理员，或用其他工作区授权。",
  "token-rejected": "登录服务器未接受该地址：它已过期，或已在别处用过。",
  "client-rejected": "登录服务器不再接受此程序。请更新 codex-auth 插件，然后重试。",
  "region-unsupported":
    "OpenAI 不支持此网关所在的国家、地区或网络，即使你自己的浏览器可以访问。请为网关设置位于受支持国家或地区的代理（HTTPS_PROXY），然后重启网关。",
  "provider-blocked":
    "登录服务器的防护页面（Cloudflare）拦截了此网关的网络。请换用其他网络，或通过代理（HTTPS_PROXY） 重试。",
  "provider-rate-limited": "登录服务器正在限制来自此网关的请求。请稍候（{wait}），然后重新开始。",
  "provider-failed": "登录服务器目前自身出现问题。请等待几分钟。",
  "provider-timeout": "登录服务器在 30 秒内没有响应。请检查网关的网络。",
  "provider-unreachable": "网关无法连接 auth.openai.com。请检查其网络、DNS 和代理（HTTPS_PROXY）。",
  "provider-certificate":
    "与 auth.openai.com 的连接不可信：其证书未通过验证。请检查是否有解密 TLS 的代理，或网关的时钟是否有误。",
  "token-response-invalid": "登录服务器的响应不可信，因此未保存任何内容。",
  "identity-missing": "登录成功，但结果中没有 ChatGPT 账号，因此未保存任何内容。请用可使用 Codex 的账号授权。",
  "no-status": "没有待完成的登录，过去 24 小时内也没有保存过登录。如需开始：{example}",
  "usage-verb": "没有这个命令。可用的命令有 start、finish、status、cancel、list、undo、log、audit 和 help。",
  "usage-option": "无法识别这些选项。示例：{example}。help 命令会列出所有选项。",
  "usage-address": "缺少地址：请加上 --callback-url 和地址，或加上 --callback-url - 并将地址送入标准输入。",
  "host-not-found": "在这台机器的 PATH 中没有找到 OpenClaw。请安装它，或用 --auth-path 指定保存 Codex 配置的文件。",
  "host-unknown": "codex-auth 不了解如何为此 OpenClaw 写入数据，因此未做任何更改。请更新 codex-auth 或 OpenClaw。",
  "host-needs-other-node":
    "这台机器上的 OpenClaw 无法在当前版本的 Node 上加载。请用 OpenClaw 自己所用的 Node 运行 codex-auth：openclaw --version 会说明需要哪个版本。",
  "host-config-unreadable":
    "无法从这里读取 OpenClaw 的 openclaw.json：它已损坏，或由其他文件或变量拼成。因此无法确定其 Codex 配置的位置，未做任何更改。请用 --auth-path 指定保存 Codex 配置的文件，或运行 openclaw doctor。",
  "host-uses-sqlite":
    "此 OpenClaw 将配置保存在 SQLite 中，写入 auth-profiles.json 会使其网关出故障。未写入任何内容。请去掉 --auth-path 后重试。",
  "store-ambiguous":
    "auth-profiles.json 旁有一个较新的 SQLite 配置存储，因此无法确定这里运行的是哪个 OpenClaw。未做任何更改。请将网关所运行的 openclaw 放在 PATH 的最前面，然后重试。",
  "auth-path-invalid": "选项 --auth-path 必须指向名为 auth-profiles.json 的文件。请更正后重试。",
  "store-locked": "网关的 Codex 配置存储正忙。未做任何更改。请在 1 分钟后重试。",
  "store-unreadable": "无法读取网关的 Codex 配置存储，因此未做任何更改。请在服务器上运行 openclaw doctor，然后重试。",
  "store-migration-required":
    "须先迁移网关的 Codex 配置：旧的 auth-profiles.json 妨碍了操作。请停止网关，在服务器上运行 openclaw doctor --fix，然后重试。未做任何更改。",
  "store-write-failed": "网关没有保存新的登录。其磁盘可能已满或为只读。其他内容未做任何更改。",
  "profile-unknown": "没有名为 {name} 的配置。如需查看现有配置，请使用 {command}",
  "profile-not-codex": "名称 {name} 在此网关上属于另一类凭据（例如 API 密钥），将保持不变。请另选名称，例如 {example}",
  "agent-unknown": "没有该名称的智能体。请去掉 --agent，或指定 openclaw agents list 所列出的智能体。",
  "login-of-other-store":
    "该登录是为另一个配置存储发起的。请在发起它的地方完成，使用相同的 --auth-path 和 PATH 中相同的 openclaw。",
  "undo-missing": "{name} 没有可撤销的内容：登录所替换的内容保留 24 小时，且只保留最近一次。如需登录，请输入 {again}",
  "undo-changed": "配置 {name} 在那之后又有更改，因此未撤销任何内容。如需查看它现在的内容，请输入 {command}",
  "undo-unwritable":
    "无法保存该配置现在的内容以供撤销，因此未做任何更改。请检查磁盘以及网关状态目录中的文件夹 {folder}。",
  "pending-locked": "待完成登录的文件正忙。未做任何更改。请在 1 分钟后重试。",
  "pending-insecure":
    "待完成登录的文件不安全，无法使用：它属于其他用户、可被其他用户读取，或是链接文件。请在服务器上从 OpenClaw 的临时文件夹中删除 {file}。",
  "log-insecure":
    "变更日志无法使用：它属于其他用户或可被他人读取、是链接，或者过大。请从网关的状态文件夹中删除 {log}。",
  "pending-unwritable": "无法写入待完成登录的文件。请检查服务器的磁盘和 OpenClaw 的临时文件夹。",
  "manifest-invalid": "此插件自身的清单已损坏。请重新安装 codex-auth。",
  "config-invalid":
    "CODEX_AUTH_SANDBOX 必须是像 http://127.0.0.1:4000 这样的环回地址。请更正或取消设置，然后重启网关。",
  "host-unsupported":
    "此 OpenClaw 版本太旧，无法使用 codex-auth 插件。请将 OpenClaw 更新到 2026.6.1 或更高版本，或在终端中使用 codex-auth 程序。",
  internal: "codex-auth 内部出错，未保存任何内容。请重试；如果问题依旧，网关日志中有一行相关记录。",
} as const satisfies Record<ErrorCode, string>;
