/** Every sentence in Simplified Chinese. */
import { translation } from "./en.ts";

export const ZH_CN = translation({
  sandbox: "SANDBOX（沙盒）：此处连接的是模拟登录服务器，不涉及任何真实账号。",

  "selector.title": "此网关上的 Codex 配置",
  "selector.empty": "此网关上还没有 Codex 配置。",
  "selector.profile": "• {name}：{facts}",
  "selector.default": "• {name}（首选）：{facts}",
  "selector.pinned": "• {name}（本聊天）：{facts}",
  "selector.pinned-default": "• {name}（本聊天，首选）：{facts}",
  "selector.more": "查看单个配置及可用操作：{command}",
  "selector.refresh": "刷新列表：{command}",
  "selector.page": "第 {page} 页，共 {pages} 页。查看其他页：{command}",
  "selector.choose": "如需登录，请输入 {command}，名称可为 {choices}；例如 {example}。使用新名称会新建配置。",
  "selector.first": "如需登录，请输入 {command}。如需自定配置名称，请输入 {example}，填入你想用的名称。",
  "pending.more": "……还有 {count} 项。",
  "selector.pending": "正在等待 {name} 的地址（剩余时间：{time}）。停止：{command}",

  "new.title": "为新配置命名：输入 {command}，填入你想用的名称。",
  "new.suggested": "或点按下面的名称。",
  "new.grammar": "名称须以英文字母或数字开头，可包含英文字母、数字和 . _ @ + -（最多 64 个字符）。",

  "card.title": "登录新配置 {name}",
  "card.title.again": "重新登录配置 {name}",
  "card.stand-in": "没有名为 default 的配置，因此这里使用你的第一个 Codex 配置 {name}。",
  "card.open": "1. 在任意设备上打开此链接并授权。仅当这是你本人在此发起的登录时才可授权：",
  "card.page": "2. 浏览器最后会停在一个无法加载的 localhost 页面，这是正常的。",
  "card.paste": "3. 复制该页面的地址并发送到这里。",
  "card.run": "3. 复制该页面的地址，运行 {command} 并在其中粘贴（按 Enter 再按 Ctrl-D 结束）。",
  "card.quiet": "更私密的方式：以 {command} 的形式发送，在本聊天中留下的痕迹最少。",
  "card.time": "剩余时间：{time}。停止：{command}",

  "saved.title": "已登录。配置 {name} 现在的账号：{account}。",
  "saved.live": "已生效：下一条消息即可使用，无需重启。",
  "saved.left-out": "已保存，但网关自身的设置未包含它：请将它添加到 openclaw.json 的 auth.order 或 auth.profiles 中。",
  "saved.restart":
    "已保存，但此版本 OpenClaw 正在运行的网关须重启后才会使用：请在服务器上运行 openclaw gateway restart。",
  "saved.undo": "该配置之前的内容会保留 24 小时：使用 {command} 可恢复。",
  "saved.delete": "请删除你发送的含有该地址的消息。该地址已用过，但仍只应由你本人掌握。",
  "account.plan": "{account}（套餐：{plan}）",
  "account.unknown": "你刚才授权的账号",
  "saved.same-account": "配置 {name} 使用的是同一账号。",

  "question.differs": "尚未保存：这次授权的是 {account}，但配置 {name} 中的账号是 {held}。",
  "question.has-profile": "尚未保存：你授权的账号（{account}）已有配置 {held}，而你正在登录的是 {name}。",
  "question.new": "另存为单独的配置：{command}",
  "question.replace": "替换 {name} 中的内容：{command}",
  "question.update": "用它更新 {name}：{command}",
  "question.leave": "放弃这次登录：{command}",
  "question.unknown": "一个无法显示邮箱的账号",
  "question.time": "这次登录暂存在内存中，剩余时间：{time}。",

  "profile.title": "Codex 配置 {name}：{facts}",
  "profile.default": "它是首选配置：没有其他指定时最先尝试。",
  "profile.pinned": "本聊天优先使用它。",
  "profile.pick": "重新登录：{command}",
  "profile.use": "在本聊天中使用：{command}",
  "profile.unuse": "在本聊天中停止使用：{command}",
  "profile.prefer": "设为首选：{command}",
  "profile.signout": "退出登录：{command}",
  "profile.undo": "恢复上次更改前的内容：{command}",
  "profile.list": "查看配置列表：{command}",

  "prefer.done": "完成：{name} 现在是首选，其他配置按原有顺序排在其后。",
  "prefer.defeated":
    "{name} 在已存储的顺序中已排在首位，但最先尝试的仍是另一个配置：可能是 openclaw.json 中的 auth.order 另有规定，或者该配置已暂停；如果它名为 default，也可能是 OpenClaw 改用了同一账号的较新登录。",

  "prefer.kept": "本聊天仍使用 {other}，这是网关此前为本聊天选定的。如需改用新的首选：{command}",

  "pin.done": "从下一条消息起，本聊天使用 {name}。",
  "pin.paused": "但它目前无法使用（{facts}），因此网关可能改用其他配置回复，也可能不回复。",
  "unpin.done": "本聊天不再指定 {name}：网关会使用其首选配置。",

  "why.next": "本聊天的下一条消息将使用 {name}。",
  "why.nothing": "目前没有可用的 Codex 配置。",
  "why.decides.pin": "决定因素：本聊天指定使用它。",
  "why.decides.kept": "决定因素：网关此前为本聊天选定了它，并继续沿用。",
  "why.decides.stored-order": "决定因素：已存储的顺序。",
  "why.decides.config-order": "决定因素：openclaw.json 中的 auth.order。",
  "why.decides.allow-list": "决定因素：openclaw.json 中的 auth.profiles 列出了可用的配置。",
  "why.decides.host": "决定因素：网关自身的规则，因为没有其他设置。",
  "why.pin": "• 本聊天指定使用 {name}。",
  "why.pin-unusable": "• 本聊天指定使用 {name}，但它目前无法使用。取消指定：{command}",
  "why.kept": "• 网关在本聊天中沿用 {name}。",
  "why.stored-order": "• 已存储的顺序：{names}",
  "why.config-order": "• auth.order：{names}",
  "why.allow-list": "• auth.profiles：{names}",
  "why.own-copy": "• 此智能体有自己的副本，优先于共享的副本。",
  "why.place": "{name} 在会尝试的配置中排第 {place} 位。",
  "why.no-place": "{name} 不在会尝试的配置之列。",
  "list.more": "另外 {count} 个",

  "log.title": "最近的更改（最新的在前）",
  "log.none": "这里还没有更改记录。",
  "log.line": "• {ago}，{who}：{action} {name}，{outcome}",
  "log.done": "已完成",
  "log.refused": "被拒绝（{code}）",
  "action.sign-in": "登录",
  "action.sign-out": "退出登录",
  "action.prefer": "设为首选",
  "action.undo": "撤销",
  "action.use": "在本聊天中使用",
  "action.unuse": "在本聊天中停止使用",

  "audit.none": "从这里未发现任何问题。",
  "audit.title": "发现的问题及解决方法",
  "finding.pending-insecure":
    "• 待完成登录的文件可被他人读取、不属于你，或是链接文件。请在服务器上从 OpenClaw 的临时文件夹中删除 {file}。",
  "finding.log-insecure":
    "• 变更日志可被他人读取、不属于你、是链接或过大，因此不再记录。请从网关的状态文件夹中删除 {file}。",
  "finding.legacy-file":
    "• 网关的 SQLite 存储旁有一个旧的 auth-profiles.json，导致无法登录。请停止网关，并在服务器上运行 openclaw doctor --fix。",
  "finding.store-unreadable": "• 无法读取网关的 Codex 配置存储。请在服务器上运行 openclaw doctor。",
  "finding.no-owner":
    "• 未设置所有者。请在 openclaw.json 的 commands.ownerAllowFrom 中添加你自己的条目，例如 telegram:4242001。",
  "finding.old-skill": "• {folder} 中有一个旧版 codex-auth 技能，可能会写入它自己的文件。请将其删除。",
  "finding.profile-failing": "• {name}：{facts}。重新登录：{command}",

  "notice.title": "Codex 配置 {name} 需要重新登录：网关已无法为其续期。",
  "notice.pinned": "本聊天指定使用它，因此在重新登录之前消息可能会失败。取消指定：{command}",
  "notice.details": "查看详情：{command}",
  "notice.off": "如不想再收到此类消息，请在此插件的设置中将 notify 设为 false。",
  "notice.line": "Codex 配置 {name} 需要重新登录：{command}",

  "signout.ask": "要退出登录 {name} 吗？网关将不再使用它，其他配置保持不变。",
  "signout.confirm": "确认退出：{command}",
  "signout.leave": "保持原样：{command}",
  "signout.done": "已退出登录：{name} 已从此网关移除。OpenAI 一侧的登录仍会保留，直到在那里结束。",

  "undo.done": "已恢复：配置 {name} 已恢复为之前的内容。",

  "status.title": "本聊天中的登录",
  "status.none": "没有待完成的登录。",
  "status.pending": "• {name}：正在等待地址，剩余时间：{time}",
  "status.parked": "• {name}：已用另一个账号授权，等待你的选择，剩余时间：{time}。选择：{command}；放弃：{cancel}",
  "status.saved": "上次保存：{name}，{ago}",
  "status.stop": "停止：{command}",
  "status.finish": "如需完成：{command}",
  "status.next": "登录：{command}",

  "cancel.done": "已取消：{name}。未做任何更改。",
  "cancel.none": "没有待完成的登录。未做任何更改。",
  "close.done": "已关闭。未做任何更改。",

  "finish.help": "请在此命令后附上 localhost 页面的地址并发送：{command}",

  "help.title": "为 OpenClaw 登录 ChatGPT/Codex 账号",
  "help.line": "{command}：{about}",
  "help.page": "列出你的配置文件",
  "help.pick": "登录一个配置文件（新建或重新登录）",
  "help.finish": "用回调网址完成登录",
  "help.status": "列出待完成的登录和上次保存的登录",
  "help.cancel": "取消所有待完成的登录，或只取消一个配置文件的登录",
  "help.show": "查看一个配置文件及可用操作",
  "help.use": "在当前聊天中使用一个配置文件",
  "help.unuse": "在当前聊天中停止使用一个配置文件",
  "help.why": "说明当前聊天接下来使用哪个配置文件",
  "help.prefer": "设为默认配置文件",
  "help.signout": "从此网关移除一个配置文件；不加 yes 只会先询问",
  "help.undo": "恢复上次登录或退出登录之前的内容（24 小时内）",
  "help.keep": "选择把用另一个账号完成的登录保存到哪里",
  "help.log": "列出最近的更改",
  "help.audit": "列出问题及解决方法",
  "help.help": "显示此帮助",
  "help.version": "显示 codex-auth 的版本",
  "help.paste": "有待完成的登录时，也可以直接将地址作为普通消息发送。",
  "option.profile": "配置文件，例如 work",
  "option.callback-url": "回调网址；- 表示从标准输入读取",
  "option.replace": "允许用另一个账号替换该配置文件中的账号",
  "option.queue-apply": "如果需要，重启网关使更改生效",
  "option.agent": "使用哪个 agent 的配置文件",
  "option.auth-path": "要修改的 auth-profiles.json（适用于用文件保存配置文件的主机）",
  "option.json": "输出一个 JSON 对象",

  "group.withheld": "该地址属于某次登录，不应出现在群组中。它未被转给智能体。请将其删除，并在私聊中登录。",

  "quoted.withheld":
    "你所回复的消息含有登录地址，因此这条消息未被转给智能体。请删除含地址的那条消息，然后重新提问，不要回复它。",

  "owners.entry": "此网关的所有者列在 openclaw.json 的 commands.ownerAllowFrom 中；你对应的条目是 {sender}。",

  "owners.scope": "在这里需要使用具有 operator.admin 权限范围的客户端。",

  "transcript.withheld": "（登录地址，codex-auth 未将其写入此聊天记录）",

  "time.moment": "不到 1 分钟",
  "time.while": "几分钟",

  "health.until": "{health}，直到 {time}（{left}后）",
  "health.because": "{health}：{reason}",
  "reason.renewal-failed": "续期失败",
  "reason.no-token": "没有令牌",
  "reason.refused": "OpenAI 已不再接受",
  "reason.usage-limit": "已达套餐用量上限",
  "reason.billing": "账单问题",
  "reason.rate-limit": "请求过多",
  "health.signed-in": "已登录，自动续期",
  "health.refreshing": "已登录，正在续期",
  "health.needs-sign-in": "需要登录",
  "health.cooling-down": "冷却中",
  "health.disabled": "已被网关停用",

  "button.new": "新建配置",
  "button.cancel": "取消",
  "button.previous": "上一页",
  "button.next": "下一页",
  "button.open": "打开登录页面",
  "button.again": "重新开始",
  "button.sign-in": "重新登录",
  "button.again-as": "重新登录 {name}",
  "button.details": "详情",
  "button.use": "在本聊天中使用",
  "button.unuse": "停止使用",
  "button.refresh": "刷新",
  "button.keep-new": "另存为 {name}",
  "button.keep-over": "替换 {name}",
  "button.keep-update": "更新 {name}",
  "button.prefer": "设为首选",
  "button.sign-out": "退出登录",
  "button.sign-out-sure": "确认退出登录",
  "button.undo": "撤销",
  "button.back": "返回",

  "next.again": "重新开始：{command}",
  "next.still-waiting": "你还有一个登录正在等待地址。",
  "next.begin": "如需开始：{command}",
  "next.withheld": "该地址未被转给智能体。",

  "refusal.not-allowed": "只有此网关的所有者才能执行该操作。",
  "refusal.not-private": "登录须在私聊中进行。请与我开启私聊，并在其中发送 {command}",
  "refusal.profile-missing": "请写明是哪个配置的名称。查看现有配置：{command}。",
  "refusal.bad-selector":
    "这不是有效的配置名称。名称须以英文字母或数字开头，可包含英文字母、数字和 . _ @ + -（最多 64 个字符）。例如：{example}",
  "refusal.reserved-word": "这个词是我的命令，不能用作配置名称。请另选一个，例如 {example}",
  "refusal.no-pending-login": "没有你待完成的登录与该地址对应，因此无法使用。",
  "refusal.login-expired": "该登录已过期：15 分钟的时限已过。",
  "refusal.login-cancelled": "该登录已取消，因此其地址不能再使用。",
  "refusal.login-replaced": "该地址来自较早的链接：你后来发起的登录已取代它（最多可同时等待五个）。请使用最新的链接。",
  "refusal.login-already-used": "该地址已用过。每个地址只能使用一次。",
  "refusal.login-of-other-profile":
    "该地址属于 {name} 的登录，而不是你指定的配置。如需完成 {name} 的登录，请重新粘贴该地址，不要带配置名称。",
  "refusal.too-many-attempts": "发送了太多属于其他登录的地址，因此待完成的登录已终止。",
  "refusal.account-differs":
    "你授权的账号与配置 {name} 中的账号不同，因此未保存任何内容。请用其他名称登录，或者重新开始并在完成时加上 --replace。",
  "refusal.account-has-profile": "该账号已有配置，因此未保存任何内容。请选择要保存到哪里。",
  "refusal.nothing-parked":
    "没有等待你做此选择的登录：它已保存、已放弃、已被更新的登录取代，或 5 分钟的时限已过。如需重新开始，请输入 {command}",
  "refusal.profile-of-other-account": "配置 {name} 中是另一个账号，将保持不变。请为你授权的账号另选名称。",
  "refusal.pin-missing": "本聊天没有指定使用该配置。如需查看本聊天使用的配置，请输入 {why}",
  "refusal.pin-other-model":
    "本聊天的模型不是 Codex 配置所支持的模型，网关会丢弃该选择。请先用 /model 选择一个 OpenAI 模型，然后重试。",
  "refusal.pin-unavailable": "网关没有为本聊天保留该选择。未做任何更改。请先发送任意一条消息，然后重试。",
  "refusal.stale-button": "该按钮来自较早的界面。",
  "refusal.callback-empty": "其中没有地址。请复制 localhost 页面的完整地址，然后重新粘贴。",
  "refusal.callback-too-long": "内容太长，不可能是 localhost 页面的地址。请只复制地址，然后重新粘贴。",
  "refusal.callback-not-found":
    "其中没有找到登录地址。它以 http://localhost:1455/auth/callback 开头，授权后显示在浏览器的地址栏中。",
  "refusal.callback-is-sign-in-link":
    "这是登录链接本身。请在浏览器中打开它并授权，然后粘贴随后出现的 localhost 页面的地址。",
  "refusal.callback-taken":
    "你电脑上的另一个程序（Codex CLI 或编辑器，正在监听端口 1455）接收了这次登录。请关闭该程序，重新开始，然后粘贴 localhost 地址。",
  "refusal.callback-ambiguous": "其中有两个不同的地址。请只粘贴最新的那个。",
  "refusal.callback-wrong-redirect":
    "该地址不属于这次登录：它必须以 http://localhost:1455/auth/callback 开头。未打开或发送任何内容。",
  "refusal.callback-duplicate-parameter": "该地址中有重复的部分，因此不可信。请从地址栏重新复制。",
  "refusal.callback-wrong-issuer": "该地址来自其他登录服务。请打开最新的登录链接，并在那里授权。",
  "refusal.state-missing": "地址缺少一部分（state）。请复制 localhost 页面的完整地址，一直到末尾。",
  "refusal.state-mismatch": "该地址属于另一次登录，可能是较早的一次。请使用最新的登录链接。",
  "refusal.code-missing": "地址缺少一部分（code）。请复制 localhost 页面的完整地址。",
  "refusal.code-malformed": "地址在传送过程中被截短或更改。请从地址栏重新复制并完整粘贴。",
  "refusal.authorization-denied": "登录页面上的授权被拒绝，因此未保存任何内容。",
  "refusal.authorization-failed": "登录页面报告了问题，因此未保存任何内容。",
  "refusal.workspace-not-entitled": "该 ChatGPT 工作区未启用 Codex。请联系其管理员，或用其他工作区授权。",
  "refusal.token-rejected": "登录服务器未接受该地址：它已过期，或已在别处用过。",
  "refusal.client-rejected": "登录服务器不再接受此程序。请更新 codex-auth 插件，然后重试。",
  "refusal.region-unsupported":
    "OpenAI 不支持此网关所在的国家、地区或网络，即使你自己的浏览器可以访问。请为网关设置位于受支持国家或地区的代理（HTTPS_PROXY），然后重启网关。",
  "refusal.provider-blocked":
    "登录服务器的防护页面（Cloudflare）拦截了此网关的网络。请换用其他网络，或通过代理（HTTPS_PROXY） 重试。",
  "refusal.provider-rate-limited": "登录服务器正在限制来自此网关的请求。请稍候（{wait}），然后重新开始。",
  "refusal.provider-failed": "登录服务器目前自身出现问题。请等待几分钟。",
  "refusal.provider-timeout": "登录服务器在 30 秒内没有响应。请检查网关的网络。",
  "refusal.provider-unreachable": "网关无法连接 auth.openai.com。请检查其网络、DNS 和代理（HTTPS_PROXY）。",
  "refusal.provider-certificate":
    "与 auth.openai.com 的连接不可信：其证书未通过验证。请检查是否有解密 TLS 的代理，或网关的时钟是否有误。",
  "refusal.token-response-invalid": "登录服务器的响应不可信，因此未保存任何内容。",
  "refusal.identity-missing": "登录成功，但结果中没有 ChatGPT 账号，因此未保存任何内容。请用可使用 Codex 的账号授权。",
  "refusal.no-status": "没有待完成的登录，过去 24 小时内也没有保存过登录。如需开始：{example}",
  "refusal.usage-verb": "没有这个命令。可用的命令有 start、finish、status、cancel、list、undo、log、audit 和 help。",
  "refusal.usage-option": "无法识别这些选项。示例：{example}。help 命令会列出所有选项。",
  "refusal.usage-address": "缺少地址：请加上 --callback-url 和地址，或加上 --callback-url - 并将地址送入标准输入。",
  "refusal.host-not-found":
    "在这台机器的 PATH 中没有找到 OpenClaw。请安装它，或用 --auth-path 指定保存 Codex 配置的文件。",
  "refusal.host-unknown":
    "codex-auth 不了解如何为此 OpenClaw 写入数据，因此未做任何更改。请更新 codex-auth 或 OpenClaw。",
  "refusal.host-needs-other-node":
    "这台机器上的 OpenClaw 无法在当前版本的 Node 上加载。请用 OpenClaw 自己所用的 Node 运行 codex-auth：openclaw --version 会说明需要哪个版本。",
  "refusal.host-config-unreadable":
    "无法从这里读取 OpenClaw 的 openclaw.json：它已损坏，或由其他文件或变量拼成。因此无法确定其 Codex 配置的位置，未做任何更改。请用 --auth-path 指定保存 Codex 配置的文件，或运行 openclaw doctor。",
  "refusal.host-uses-sqlite":
    "此 OpenClaw 将配置保存在 SQLite 中，写入 auth-profiles.json 会使其网关出故障。未写入任何内容。请去掉 --auth-path 后重试。",
  "refusal.store-ambiguous":
    "auth-profiles.json 旁有一个较新的 SQLite 配置存储，因此无法确定这里运行的是哪个 OpenClaw。未做任何更改。请将网关所运行的 openclaw 放在 PATH 的最前面，然后重试。",
  "refusal.auth-path-invalid": "选项 --auth-path 必须指向名为 auth-profiles.json 的文件。请更正后重试。",
  "refusal.store-locked": "网关的 Codex 配置存储正忙。未做任何更改。请在 1 分钟后重试。",
  "refusal.store-unreadable":
    "无法读取网关的 Codex 配置存储，因此未做任何更改。请在服务器上运行 openclaw doctor，然后重试。",
  "refusal.store-migration-required":
    "须先迁移网关的 Codex 配置：旧的 auth-profiles.json 妨碍了操作。请停止网关，在服务器上运行 openclaw doctor --fix，然后重试。未做任何更改。",
  "refusal.store-write-failed": "网关没有保存新的登录。其磁盘可能已满或为只读。其他内容未做任何更改。",
  "refusal.profile-unknown": "没有名为 {name} 的配置。如需查看现有配置，请使用 {command}",
  "refusal.profile-not-codex":
    "名称 {name} 在此网关上属于另一类凭据（例如 API 密钥），将保持不变。请另选名称，例如 {example}",
  "refusal.agent-unknown": "没有该名称的智能体。请去掉 --agent，或指定 openclaw agents list 所列出的智能体。",
  "refusal.login-of-other-store":
    "该登录是为另一个配置存储发起的。请在发起它的地方完成，使用相同的 --auth-path 和 PATH 中相同的 openclaw。",
  "refusal.undo-missing":
    "{name} 没有可撤销的内容：登录所替换的内容保留 24 小时，且只保留最近一次。如需登录，请输入 {again}",
  "refusal.undo-changed": "配置 {name} 在那之后又有更改，因此未撤销任何内容。如需查看它现在的内容，请输入 {command}",
  "refusal.undo-unwritable":
    "无法保存该配置现在的内容以供撤销，因此未做任何更改。请检查磁盘以及网关状态目录中的文件夹 {folder}。",
  "refusal.pending-locked": "待完成登录的文件正忙。未做任何更改。请在 1 分钟后重试。",
  "refusal.pending-insecure":
    "待完成登录的文件不安全，无法使用：它属于其他用户、可被其他用户读取，或是链接文件。请在服务器上从 OpenClaw 的临时文件夹中删除 {file}。",
  "refusal.log-insecure":
    "变更日志无法使用：它属于其他用户或可被他人读取、是链接，或者过大。请从网关的状态文件夹中删除 {log}。",
  "refusal.pending-unwritable": "无法写入待完成登录的文件。请检查服务器的磁盘和 OpenClaw 的临时文件夹。",
  "refusal.manifest-invalid": "此插件自身的清单已损坏。请重新安装 codex-auth。",
  "refusal.config-invalid":
    "CODEX_AUTH_SANDBOX 必须是像 http://127.0.0.1:4000 这样的环回地址。请更正或取消设置，然后重启网关。",
  "refusal.host-unsupported":
    "此 OpenClaw 版本太旧，无法使用 codex-auth 插件。请将 OpenClaw 更新到 2026.6.1 或更高版本，或在终端中使用 codex-auth 程序。",
  "refusal.internal": "codex-auth 内部出错，未保存任何内容。请重试；如果问题依旧，网关日志中有一行相关记录。",

  "saved.not-queued": "此 OpenClaw 无需重启，因此未安排任何操作。",
  "saved.restarted": "网关已重启并恢复响应：更改已生效。",
  "host.seen": "这里找到的版本是 {version}。",
  "warning.no-host": "在这台机器上没有找到 OpenClaw，因此只更改了你指定的文件。请重启其网关以使更改生效。",
});
