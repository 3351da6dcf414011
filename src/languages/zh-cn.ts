/** Every sentence in Simplified Chinese. */
import { translation } from "./en.ts";

export const ZH_CN = translation({
  sandbox: "SANDBOX（沙箱）：登录连接的是测试服务器，不涉及任何真实账号。",

  "selector.title": "此网关上的 Codex 配置文件",
  "selector.empty": "此网关上还没有 Codex 配置文件。",
  "selector.profile": "• {name}：{facts}",
  "selector.default": "• {name}（默认使用）：{facts}",
  "selector.pinned": "• {name}（当前聊天使用）：{facts}",
  "selector.pinned-default": "• {name}（当前聊天和默认使用）：{facts}",
  "selector.more": "查看一个配置文件及可用操作：{command}",
  "selector.usage": "查看每个账号的剩余用量：{command}",
  "selector.refresh": "刷新列表：{command}",
  "selector.page": "第 {page} 页，共 {pages} 页。其他页：{command}",
  "selector.choose": "如需登录，请输入 {command}，例如 {example}。新名称会新建配置文件。",
  "selector.first": "如需登录，请输入 {command}。如需自己命名配置文件，请输入 {example}",
  "pending.more": "……另有 {count} 项",
  "selector.pending": "待完成的登录：{name}，剩余 {time}。取消：{command}",

  "new.title": "如需新建配置文件，请输入 {command}，填入你想用的名称。",
  "new.suggested": "也可以点按下面的名称。",
  "new.grammar": "名称以英文字母或数字开头，可包含英文字母、数字和 . _ @ + -（最多 64 个字符）。",

  "card.title": "登录新配置文件 {name}",
  "card.title.again": "重新登录配置文件 {name}",
  "card.stand-in": "没有名为 default 的配置文件，因此这次登录用于 {name}。",
  "card.open": "1. 在任意设备上打开此链接并授权。只有当这次登录由你本人发起时才可授权：",
  "card.listening":
    "如果浏览器就在网关所在的机器上，或通过 ssh -L 1455:127.0.0.1:1455 连到该机器，登录到此就完成了。查看结果：{command}。否则：",
  "card.page": "2. 随后浏览器会显示一个无法加载的 localhost 页面，这是正常的。",
  "card.paste": "3. 从地址栏复制该页面的完整网址（回调网址）并发送到这里。",
  "card.run":
    "3. 复制该页面的完整网址（回调网址）。运行 {command} 并粘贴该网址。然后按 Enter 和 Ctrl-D（在 Windows 上按 Ctrl-Z 和 Enter）。",
  "card.quiet": "更私密的方式：{command} 在当前聊天中留下的内容最少。",
  "card.time": "剩余时间：{time}。取消：{command}",

  "card.code": "如果无法复制该网址，可以改用代码：{command}",

  "code.title": "使用代码登录：配置文件 {name}",
  "code.open": "1. 在任意设备上打开此页面并登录：",
  "code.type": "2. 在页面上输入此代码：{code}",
  "code.told": "3. 这样就完成了。结果会自动显示在这里。",
  "code.ask": "3. 然后发送 {command} 查看结果。",
  "code.warning":
    "只有当你本人在这里请求了代码时才可输入它。不要把它发给任何人：OpenAI、OpenClaw 和本插件都不会向你索要代码。",
  "code.off":
    "如果页面提示代码已关闭：在 ChatGPT 中打开“设置”，再打开“安全”，然后启用“Enable device code authorization for Codex”。在工作区中，只有管理员可以这样做。之后请获取新的代码。",
  "code.link": "或使用登录链接：{command}",
  "code.ended": "配置文件 {name} 的代码登录已结束。",
  "code.again": "获取新的代码：{command}",
  "code.replaces": "已为配置文件 {name} 签发代码，因此原来在这里的链接不再有效。",
  "code.link-works": "登录链接仍然有效：",

  "login.listening": "如果浏览器就在本机上，或通过 ssh -L 1455:127.0.0.1:1455 连到本机，登录到此就完成了。否则：",
  "login.paste": "3. 复制该页面的完整网址（回调网址），粘贴到这里并按 Enter。",
  "login.time": "剩余时间：{time}。要取消，请按 Ctrl-C。",

  "page.title": "Codex 登录",
  "page.done": "此页面属于本机上的一次 Codex 登录，可以关闭。查看结果：{command}",
  "page.saved": "登录成功。可以关闭此页面。",
  "page.saving": "正在保存这次登录。可以关闭此页面。查看结果：{command}",
  "page.question": "尚未保存，因为有一个关于账号的问题待你回答。请在发起登录的地方使用 {command} 回答。",
  "page.failed": "登录没有成功，没有保存任何内容。请在发起登录的地方使用 {command} 查看原因，然后重新开始。",
  "page.over": "这次登录已取消、被替换或已过期，没有保存任何内容。请在发起登录的地方重新开始。",
  "page.unknown": "本机上没有登录在等待此页面，因此没有执行任何操作。请复制此页面的完整网址，并粘贴到发起登录的地方。",
  "page.later":
    "目前无法完成这次登录，没有保存任何内容。请稍等一分钟后重新加载此页面，或复制完整网址并粘贴到发起登录的地方。",

  "saved.title": "已登录：配置文件 {name}，账号：{account}。",
  "saved.live": "下一条消息即可使用，无需重启。",
  "saved.left-out": "已保存，但 openclaw.json 中的设置未包含它。请将它添加到其中的 auth.order 或 auth.profiles。",
  "saved.restart": "更改已保存，但正在运行的网关须重启后才会使用。请在网关所在的机器上运行 openclaw gateway restart",
  "saved.none-running": "如果没有网关在运行，则无须任何操作。",
  "saved.undo": "24 小时内可撤销：{command}",
  "saved.delete": "请删除含有回调网址的消息。该网址不能再次使用，但仍须保密。",
  "account.plan": "{account}（套餐：{plan}）",
  "account.unknown": "你授权的账号",
  "saved.same-account": "配置文件 {name} 使用同一账号。",

  "question.differs": "尚未保存。你授权的账号：{account}。配置文件 {name} 使用的账号：{held}。",
  "question.has-profile": "尚未保存。你授权的账号：{account}。配置文件 {held} 已在使用该账号。你正在登录的是 {name}。",
  "question.unreadable":
    "尚未保存。你授权的账号：{account}。{name} 现有的记录采用此 OpenClaw 不用于 Codex 的格式，这次登录会替换该记录。",
  "question.new": "另存为新配置文件：{command}",
  "question.replace": "替换 {name} 的账号：{command}",
  "question.over": "替换 {name} 的记录：{command}",
  "question.update": "用这次登录更新 {name}：{command}",
  "question.leave": "放弃这次登录：{command}",
  "question.unknown": "一个邮箱未知的账号",
  "question.time": "请在 {time} 内选择。在此之前，这次登录只保存在内存中。",

  "profile.title": "Codex 配置文件 {name}：{facts}",
  "profile.default": "默认使用：OpenClaw 最先尝试此配置文件。",
  "profile.pinned": "当前聊天使用：优先于其他所有配置文件。",
  "profile.unreadable": "此 OpenClaw 不使用该记录。登录可以替换它：会先询问你，并且可以撤销。",
  "profile.pick": "重新登录：{command}",
  "profile.use": "在当前聊天中使用：{command}",
  "profile.unuse": "在当前聊天中停止使用：{command}",
  "profile.prefer": "设为默认：{command}",
  "profile.signout": "退出登录：{command}",
  "profile.undo": "撤销上次更改：{command}",
  "profile.retry": "让 OpenClaw 重新尝试：{command}",
  "profile.revive": "重新尝试旧的登录：{command}",
  "retry.has-room": "OpenAI 表示此账号还有余量。",
  "retry.done": "从下一条消息起，OpenClaw 可以再次使用 {name}。OpenAI 表示该账号还有余量。",
  "revive.forgotten": "无法重新尝试旧的登录：此网关启动后没有见过它正常工作。",
  "revive.done": "{name} 的旧登录恢复正常：OpenClaw 已将其续期。下一条消息即可使用。",
  "profile.list": "所有配置文件：{command}",

  "prefer.done": "{name} 现在是默认配置文件。其他配置文件的顺序不变。",
  "prefer.defeated":
    "{name} 现在排在已存储顺序的首位，但 OpenClaw 仍最先尝试另一个配置文件。可能的原因有三个：openclaw.json 中的 auth.order 将另一个配置文件排在首位；{name} 处于冷却中或已被禁用；或者 {name} 是名为 default 的配置文件，而 OpenClaw 使用同一账号的较新登录。",

  "prefer.kept": "当前聊天仍使用 {other}，因为网关之前为它选择了该配置文件。更改当前聊天：{command}",

  "pin.done": "从下一条消息起，当前聊天使用 {name}。",
  "pin.paused": "它目前无法使用：{facts}。网关可能使用其他配置文件，也可能不回复。",
  "unpin.done": "当前聊天不再优先使用 {name}。网关会使用默认配置文件。",

  "why.next": "当前聊天的下一条消息使用 {name}。",
  "why.other-model":
    "当前聊天的模型不能使用 Codex 配置文件，因此下一条消息不使用配置文件。要使用配置文件，请用 /model 选择一个 OpenAI 模型。",
  "why.next-then": "使用 OpenAI 模型时，当前聊天的下一条消息使用 {name}。",
  "why.nothing": "目前没有可用的 Codex 配置文件。如需查看所有配置文件，请输入 {command}",
  "why.decides.pin": "原因：已为当前聊天选择它。",
  "why.decides.kept": "原因：网关之前为当前聊天选择了它，并继续使用。",
  "why.decides.stored-order": "原因：已存储的顺序。",
  "why.decides.config-order": "原因：openclaw.json 中的 auth.order。",
  "why.decides.allow-list": "原因：openclaw.json 中的 auth.profiles 列出了可用的配置文件。",
  "why.decides.host": "原因：网关自身的规则，因为没有其他设置。",
  "why.pin": "• 当前聊天使用：{name}",
  "why.pin-unusable": "• 为当前聊天选择：{name}。它目前无法使用。在此停止使用：{command}",
  "why.kept": "• 网关在当前聊天中继续使用 {name}。",
  "why.stored-order": "• 已存储的顺序：{names}",
  "why.config-order": "• auth.order：{names}",
  "why.allow-list": "• auth.profiles：{names}",
  "why.own-copy": "• 此智能体使用自己的配置文件副本，而不是共享的副本。",
  "why.place": "{name} 在网关会尝试的配置文件中排第 {place} 位。",
  "why.no-place": "网关不会尝试 {name}。如需查看其状态，请输入 {command}",
  "list.more": "另外 {count} 个",

  "usage.title": "Codex 用量",
  "usage.name": "• {name}",
  "usage.in-use": "当前聊天使用",
  "usage.default": "默认使用",
  "usage.best": "剩余最多",
  "usage.asked": "{ago}查询",
  "usage.awaited": "OpenAI 尚未答复",
  "usage.window": "{window}：{state}",
  "usage.window-until": "{window}：{state}，{time}后恢复（{at}）",
  "usage.brief": "{window}{state}",
  "usage.brief-until": "{window}{state}（{time}后恢复）",
  "usage.brief-at": "{window}{state}（{time}后恢复，{at}）",
  "usage.state": "{left} {bar}",
  "usage.left": "剩余 {count}%",
  "usage.left-little": "剩余不到 1%",
  "usage.used-up": "已用完",
  "usage.was-reset": "此后已重置",
  "usage.not-told": "未提供",
  "usage.week": "每周",
  "usage.month": "每月",
  "usage.days": "{count} 天",
  "usage.hours": "{count} 小时",
  "usage.minutes": "{count} 分钟",
  "usage.no-limit": "OpenAI 未说明任何限额。",
  "usage.reached": "OpenAI 表示已达到限额。",
  "usage.stop.credits": "工作区的点数已用完。其所有者可以充值。",
  "usage.stop.workspace-limit": "工作区已达到自身的限额。其所有者可以提高限额。",
  "usage.stop.spend-limit": "已达到支出上限。工作区的所有者可以提高上限。",
  "usage.other": "{name}：{facts}",
  "usage.credits": "点数：{count}",
  "usage.credits-unlimited": "点数：不限",
  "usage.resets": "可用的重置次数：{count}",
  "usage.partial": "其余答复随后发送。",
  "usage.use": "在当前聊天中使用 {name}：{command}",
  "usage.more": "还有 {count} 个配置文件未显示。查看其中一个或任何一个的详情：{command}",
  "usage.note": "{names}：{note}",
  "usage.fresh": "除非另有说明，均为最近一分钟内的查询结果。",
  "usage.limit-reached": "已达到限额",
  "usage.one": "查看一个配置文件的详情：{command}",
  "usage.again": "重新查询：{command}",
  "usage.zone": "时区：{zone}",
  "usage.remembered": "{facts}（{ago}）",
  "untold.unauthorized": "OpenAI 未提供其用量（{status}）。登录不受影响。请稍后重新查询。",
  "untold.sign-in-ended": "OpenAI 已终止此登录。",
  "untold.workspace-gone": "OpenAI 表示该工作区已停用。请联系其所有者。",
  "untold.no-access": "OpenAI 表示该账号在此工作区中无权使用 Codex。",
  "untold.challenge":
    "OpenAI 的防护页面（Cloudflare）拦截了网关所在的机器，因此 15 分钟内不再查询。请换用其他网络或代理（{variable}）。",
  "untold.region": "OpenAI 不支持网关所在机器的国家、地区或网络。请使用位于受支持国家或地区的代理（{variable}）。",
  "untold.rate-limited": "对该账号的查询过于频繁。请几分钟后再试。",
  "untold.failed": "OpenAI 目前出现问题。请一分钟后再试。",
  "untold.unreadable": "无法读取 OpenAI 的答复。请更新 codex-auth。",
  "untold.other-account": "OpenAI 的答复属于另一个账号，因此不予显示。请一分钟后再试。",
  "untold.unreachable": "网关所在的机器无法连接 chatgpt.com。请检查其网络、DNS 和代理（{variable}）。",
  "untold.late": "OpenAI 未及时答复。请重新查询。",
  "untold.token-old": "未查询，因为其访问令牌须先续期。OpenClaw 下次使用该配置文件时会自动续期。",
  "untold.renewing": "未查询，因为 OpenClaw 正在续期其访问令牌。请一分钟后再试。",
  "untold.no-token": "未查询，因为没有保存其访问令牌。",

  "log.title": "最近的更改（最新的在前）",
  "log.none": "还没有更改记录。",
  "log.done": "• {ago}，{who}：{action} {name}（已完成）",
  "log.refused": "• {ago}，{who}：{action} {name}（被拒绝）。{why}",
  "action.retry": "让 OpenClaw 重新尝试",
  "action.revive": "重新尝试旧的登录",
  "action.quiet": "不再提醒用量",
  "action.sign-in": "登录",
  "action.sign-out": "退出登录",
  "action.prefer": "设为默认",
  "action.undo": "撤销上次更改",
  "action.use": "在聊天中使用",
  "action.unuse": "在聊天中停止使用",

  "audit.none": "未发现问题。",
  "audit.title": "问题及解决方法",
  "finding.pending-insecure":
    "• 待完成登录的文件不是私有文件。其他用户可以读取它，或者它是链接。请在网关所在的机器上，从 OpenClaw 的临时文件夹中删除 {file}。",
  "finding.pending-of-other-user":
    "• OpenClaw 的临时文件夹或其中的 {file} 属于网关所在机器的其他用户。请删除 {file}，或将 TMPDIR 设为运行 OpenClaw 的用户的文件夹。",
  "finding.state-of-other-user":
    "• 网关的状态文件夹或其中的 {file} 属于其所在机器的其他用户，因此无法撤销或记录更改。请将其所有者改为运行 OpenClaw 的用户。",
  "finding.open-disk":
    "• OpenClaw 的状态文件夹或临时文件夹所在的磁盘不保存文件权限。网关所在机器的其他用户可能会读取其中为撤销而保留的令牌。如果有其他用户，请将该文件夹移到另一块磁盘。",
  "finding.log-insecure":
    "• 更改日志无法使用，因此不再记录新的更改。其他用户可以读取它，或者它是链接或过大。请从网关的状态文件夹中删除 {file}。",
  "finding.legacy-file":
    "• 网关的 SQLite 存储旁有一个旧的 auth-profiles.json，导致无法登录。请停止网关，然后在其机器上运行 openclaw doctor --fix",
  "finding.import-required":
    "• OpenClaw 尚未导入其旧文件（auth.json、credentials/oauth.json）中的登录信息，新的登录会使它们失效。请在网关所在的机器上运行 openclaw models status，它会导入这些信息。对于其他智能体，请加上 --agent 和它的名称。",
  "finding.store-unreadable": "• 无法读取网关的配置文件存储。请在网关所在的机器上运行 openclaw doctor",
  "finding.no-owner":
    "• 未设置所有者。请将你自己添加到 openclaw.json 的 commands.ownerAllowFrom 中，例如 telegram:4242001。",
  "finding.old-skill": "• {folder} 中有一个旧版 Skill。它可能会占用本插件的命令，或写入自己的文件。请删除此文件夹。",
  "finding.profile-failing": "• {name}：{facts}。重新登录：{command}",

  "notice.title": "Codex 配置文件 {name} 无法使用：OpenClaw 未能为其续期。",
  "notice.pinned": "当前聊天使用它，因此在修复之前，这里的消息可能会失败。在此停止使用：{command}",
  "notice.details": "详情：{command}",
  "notice.off": "如不想再收到此类消息，请在此插件的配置中将 notify 设为 false。",
  "notice.line": "Codex 配置文件 {name} 无法使用。要修复它：{command}",

  "nudge.title": "正在使用的 Codex 配置文件 {name} 即将用尽：{facts}",
  "nudge.others": "查看其他账号的余量：{command}",
  "nudge.prefer": "将 {name} 设为默认：{command}",
  "nudge.quiet": "恢复之前不再提醒：{command}",
  "nudge.off": "要关闭所有此类消息，请在此插件的配置中将 nudge 设为 false。",
  "quiet.done": "在恢复之前，不会再提醒 {name} 的用量。",
  "quiet.off":
    "用量提醒已关闭，因为此插件的配置中 nudge 不是 true。如果你打开提醒，在恢复之前也不会提醒 {name} 的用量。",
  "signout.ask": "要退出登录 {name} 吗？网关将不再使用它。其他配置文件保持不变。",
  "signout.confirm": "确认退出登录：{command}",
  "signout.leave": "不退出，保留：{command}",
  "signout.done": "已退出登录：{name} 已不在此网关上。该登录在 OpenAI 仍然有效，直到过期。",

  "undo.done": "已撤销：配置文件 {name} 已恢复原状。",
  "undo.unreadable": "此 OpenClaw 不使用其记录。",

  "status.title": "你在当前聊天中的登录",
  "status.none": "没有待完成的登录。",
  "status.none-of": "没有 {name} 的待完成登录。",
  "status.others": "其他配置文件的待完成登录：{names}。查看：{command}",
  "status.pending": "• {name}：等待回调网址，剩余 {time}",
  "status.pending-code": "• {name}：等待代码获得批准，剩余 {time}",
  "status.failed": "最近失败：{name}，{ago}",
  "status.parked": "• {name}：已授权但尚未保存，剩余 {time}。保存：{command}；放弃：{cancel}",
  "status.saved": "上次保存：{name}，{ago}",
  "status.stop": "全部取消：{command}",
  "status.stop-one": "取消它：{command}",
  "status.finish": "完成登录：{command}",
  "status.next": "登录：{command}",

  "cancel.done": "已取消：{name}。未做任何更改。",
  "cancel.none": "没有待完成的登录。未做任何更改。",
  "cancel.none-of": "没有 {name} 的待完成登录。未做任何更改。",
  "close.done": "已关闭。未做任何更改。",

  "finish.help": "如需完成登录，请将 localhost 页面的网址随 {command} 一起发送",

  "help.title": "为 OpenClaw 登录 ChatGPT/Codex 账号",
  "help.line": "{command}：{about}",
  "help.page": "列出你的配置文件",
  "help.pick": "登录一个配置文件（新建或重新登录）",
  "help.code": "使用代码而不是链接登录",
  "help.login": "登录配置文件，并等待完成",
  "help.finish": "用回调网址完成登录",
  "help.status": "列出待完成的登录和上次保存的配置文件",
  "help.cancel": "取消所有待完成的登录，或只取消一个配置文件的登录",
  "help.show": "查看一个配置文件及可用操作",
  "help.use": "在当前聊天中使用一个配置文件",
  "help.unuse": "在当前聊天中停止使用一个配置文件",
  "help.usage": "显示每个账号或一个账号的剩余用量",
  "help.why": "显示当前聊天接下来使用哪个配置文件及原因",
  "help.prefer": "设为默认配置文件",
  "help.signout": "从此网关移除一个配置文件；不加 yes 会先询问",
  "help.retry": "提前结束冷却（需 OpenAI 表示该账号还有余量）",
  "help.revive": "续期失败后，重新尝试旧的登录",
  "help.quiet": "在恢复之前不再提醒某个配置文件的用量",
  "help.undo": "撤销上次登录或退出登录（24 小时内）",
  "help.keep": "选择把另一个账号的登录保存到哪里",
  "help.log": "列出最近的更改",
  "help.audit": "列出问题及解决方法",
  "help.help": "列出所有命令",
  "help.version": "显示 codex-auth 的版本",
  "help.no-revive": "续期失败后，终端不能重新尝试旧的登录，因为只有正在运行的网关记得它。请在聊天中操作。",
  "help.paste": "有待完成的登录时，也可以直接将回调网址作为普通消息发送。",
  "option.profile": "配置文件，例如 work",
  "option.callback-url": "回调网址；- 表示从标准输入读取",
  "option.replace": "允许这次登录替换另一个账号，或替换 OpenClaw 不使用的记录",
  "option.queue-apply": "如果更改需要重启才能生效，则重启网关",
  "option.device": "使用代码，而不是链接",
  "option.agent": "使用此智能体的配置文件",
  "option.auth-path": "使用此 auth-profiles.json（适用于将配置文件保存在文件中的主机）",
  "option.openclaw": "使用此 OpenClaw：其文件或文件夹",
  "option.json": "输出一个 JSON 对象",

  "group.withheld": "你的消息含有须保密的回调网址。智能体没有收到它。请删除该消息，并使用私信登录。",

  "quoted.withheld": "你回复的消息含有回调网址，因此智能体没有收到你的消息。请删除那条消息，然后重新提问，不要回复它。",

  "owners.entry": "如需成为所有者，请在 openclaw.json 的 commands.ownerAllowFrom 中添加：{sender}",

  "owners.allow-from": "此频道还需要在 {setting} 中添加你的 ID。请在其中列出所有所有者。",
  "owners.scope": "请使用具有 operator.admin 权限范围的客户端。",

  "transcript.withheld": "（回调网址，codex-auth 未将其写入此聊天记录）",

  "time.moment": "不到 1 分钟",
  "time.while": "几分钟",

  "health.until": "{health}，直到 {time}（剩余 {left}）",
  "health.because": "{health}（{reason}）",
  "cooldown.refused": "OpenAI 拒绝了它",
  "cooldown.refused-at": "OpenAI 于 {time} 拒绝了它",
  "cooldown.again": "{refused}；OpenClaw 在 {time} 之后重试",
  "reason.renewal-failed": "续期失败",
  "reason.no-token": "没有令牌",
  "reason.refused": "OpenAI 已不再接受",
  "reason.usage-limit": "已达套餐用量上限",
  "reason.billing": "账单问题",
  "reason.rate-limit": "请求过多",
  "health.signed-in": "已登录，自动续期",
  "health.refreshing": "已登录，正在续期",
  "health.needs-sign-in": "需要重新登录",
  "health.cooling-down": "冷却中",
  "health.disabled": "已被网关禁用",
  "health.unreadable": "其存储格式不被此 OpenClaw 用于 Codex",

  "button.new": "新建配置文件",
  "button.cancel": "取消",
  "button.previous": "上一页",
  "button.next": "下一页",
  "button.code": "改用代码",
  "button.code-again": "新代码",
  "button.device-page": "打开页面",
  "button.link": "改用链接",
  "button.open": "打开登录页面",
  "button.again": "重新开始",
  "button.sign-in": "重新登录",
  "button.again-as": "重新登录 {name}",
  "button.details": "详情",
  "button.use": "在当前聊天中使用",
  "button.unuse": "停止使用",
  "button.usage": "用量",
  "button.use-named": "在此使用 {name}",
  "button.look-again": "重新查询",
  "button.accounts": "账号",
  "button.refresh": "刷新",
  "button.keep-new": "另存为 {name}",
  "button.keep-over": "替换 {name}",
  "button.keep-update": "更新 {name}",
  "button.prefer": "设为默认",
  "button.retry": "让 OpenClaw 重新尝试",
  "button.revive": "重新尝试旧的登录",
  "button.prefer-named": "将 {name} 设为默认",
  "button.quiet": "恢复之前不再提醒",
  "button.sign-out": "退出登录",
  "button.sign-out-sure": "确认退出登录",
  "button.undo": "撤销",
  "button.back": "返回",

  "next.again": "重新开始：{command}",
  "next.still-waiting": "你仍有一个待完成的登录：{command}",
  "next.near": "你是想输入 {command} 吗？",
  "next.saved": "它已经登录了配置文件 {name}，无需再做任何事。",
  "next.begin": "开始登录：{command}",
  "next.withheld": "智能体没有收到该网址。",
  "next.log": "如果再次失败，请查看网关日志。",
  "next.failure": "错误是：{failure}",
  "next.restart": "之后须重启正在运行的网关。",
  "next.semicolon": "{variable} 中有分号，但只有逗号和空格能分隔其中的名称。",

  "invalid.any": "有选项或词语无效。",
  "invalid.option": "选项 {name} 在此无效。",
  "invalid.needs-value": "选项 {name} 需要一个值。",
  "invalid.takes-no-value": "选项 {name} 不接受值。",
  "invalid.value": "选项 {name} 的值无效。",
  "invalid.word": "词语 {name} 在此无效。",
  "invalid.place": "第 {place} 个参数在此无效。",
  "invalid.profile": "此命令不接受配置文件。",

  "refusal.not-allowed": "只有此网关的所有者才能执行此操作。",
  "refusal.not-private": "登录和用量查询须在私信中进行。请在与机器人的私信中发送 {command}",
  "refusal.chat-unsupported":
    "此聊天无法表明是否为私信，因此不能在此登录。请使用 Telegram、Slack、Discord 或网页聊天。",
  "refusal.profile-missing": "缺少配置文件的名称。如需查看所有配置文件，请输入 {command}",
  "refusal.bad-selector":
    "这不是有效的配置文件名称。名称以英文字母或数字开头，可包含英文字母、数字和 . _ @ + -，不能有空格（最多 64 个字符）。例如：{example}",
  "refusal.reserved-word": "这个词是命令，不能用作配置文件名称。请另选一个名称，例如 {example}",
  "refusal.no-pending-login": "你没有与此回调网址对应的待完成登录。",
  "refusal.login-expired": "此登录已在 15 分钟后过期。",
  "refusal.login-cancelled": "此登录已取消，因此其回调网址不能使用。",
  "refusal.login-replaced": "你较新的登录已取代此登录。最多可有五个待完成的登录。请使用最新的登录链接。",
  "refusal.login-already-used": "此回调网址已使用过。每个回调网址只能使用一次。",
  "refusal.login-interrupted":
    "此登录已授权，但未完成：网关已停止，或未及时选择账号。如需查看所有配置文件，请输入 {command}",
  "refusal.login-of-other-profile":
    "此回调网址属于 {name} 的登录，而不是你指定的配置文件。如需完成 {name} 的登录，请发送该网址，不带配置文件名称。",
  "refusal.too-many-attempts": "发送了太多属于其他登录的回调网址，因此你待完成的登录已结束。",
  "refusal.account-differs":
    "你授权的账号不是配置文件 {name} 的账号，因此未保存任何内容。如需保留 {name} 的账号，请用另一个配置文件名称重新开始。如需替换，请用此名称重新开始，并在完成时加上选项 --replace。",
  "refusal.account-has-profile": "另一个配置文件已在使用该账号，因此未保存任何内容。请用那个配置文件的名称重新开始。",
  "refusal.nothing-parked":
    "没有等待此选择的登录。它已保存、已放弃或已被取代，或时限已过。如需重新开始，请输入 {command}",
  "refusal.profile-of-other-account": "配置文件 {name} 使用另一个账号，因此未更改。请另选配置文件名称。",
  "refusal.pin-missing": "当前聊天没有设置使用此配置文件。如需查看当前聊天使用哪个配置文件，请输入 {why}",
  "refusal.pin-other-model":
    "当前聊天的模型不能使用 Codex 配置文件，因此网关会丢弃该选择。请先用 /model 选择一个 OpenAI 模型，然后重试。",
  "refusal.pin-unavailable": "网关没有为当前聊天保留该选择，因此未做任何更改。请发送任意一条消息，然后重试。",
  "refusal.retry-not-held": "{name} 不在冷却中，因此未做任何更改。如需查看所有配置文件的状态，请输入 {command}",
  "refusal.retry-limit-reached": "OpenAI 表示 {name} 已达上限，因此未做任何更改。要查看何时恢复，请输入 {usage}",
  "refusal.retry-unanswered":
    "OpenAI 没有说明 {name} 是否还有余量，因此未做任何更改。请在 1 分钟后重试，或重新登录：{again}",
  "refusal.revive-not-failed": "{name} 的续期没有失败，因此未做任何更改。如需查看所有配置文件的状态，请输入 {command}",
  "refusal.revive-forgotten":
    "此网关不记得 {name} 的登录。它只记得网关上次启动后正常工作过、且未被替换的登录。请重新登录：{again}",
  "refusal.revive-changed": "{name} 在续期失败后已有更改，因此未恢复任何内容。要查看其当前状态，请输入 {command}",
  "refusal.revive-offline":
    "网关所在的机器无法连接 auth.openai.com，因此未做任何尝试。请检查其网络和代理，然后重试：{revive}",
  "refusal.revive-rejected": "OpenAI 已不再接受 {name} 的旧登录。请重新登录：{again}",
  "refusal.revive-failed": "OpenClaw 这次仍未能续期 {name} 的旧登录。请过几分钟重试：{revive}，或重新登录：{again}",
  "refusal.usage-unknown":
    "没有发送过关于 {name} 用量的提醒，OpenAI 现在也没有给出其用量，因此没有可停止的提醒。要查看原因，请输入 {usage}",
  "refusal.callback-empty": "内容中没有回调网址。请复制 localhost 页面的完整网址，然后重试。",
  "refusal.callback-too-long": "内容太长，不可能是回调网址。请只复制 localhost 页面的网址，然后重试。",
  "refusal.callback-not-found":
    "没有找到回调网址。授权后，请从浏览器的地址栏复制以 http://localhost:1455/auth/callback 开头的网址。",
  "refusal.callback-is-sign-in-link":
    "这是登录链接，不是回调网址。请在浏览器中打开它并授权。然后复制 localhost 页面的网址。",
  "refusal.callback-is-error-page":
    "这是 OpenAI 的错误页面，说明你还没有授权。请在无痕窗口中重新打开完整的登录链接，并在那里授权。",
  "refusal.callback-taken":
    "你电脑上的另一个程序（例如 Codex CLI 或编辑器）在端口 1455 上接收了这次登录。请关闭该程序，然后重新开始。",
  "refusal.callback-ambiguous": "内容中有两个不同的回调网址。请从地址栏重新复制最新的一个，不要带其他文字。",
  "refusal.callback-wrong-redirect":
    "这不是此登录的回调网址，因此未打开或发送它。请改为复制以 http://localhost:1455/auth/callback 开头的网址。",
  "refusal.callback-duplicate-parameter": "回调网址中有重复的部分，因此未使用它。请从地址栏重新复制。",
  "refusal.callback-wrong-issuer": "此回调网址来自其他登录服务。请打开最新的登录链接，并在那里授权。",
  "refusal.state-missing":
    "回调网址缺少 state，或 state 不完整。请复制 localhost 页面的完整网址，一直到末尾，不要带其他文字。",
  "refusal.state-mismatch": "此回调网址属于另一次登录，可能是较早的一次。请使用最新的登录链接。",
  "refusal.code-missing": "回调网址缺少 code。请复制 localhost 页面的完整网址。",
  "refusal.code-malformed": "回调网址被截短或更改。请从地址栏重新复制完整网址。",
  "refusal.authorization-denied":
    "登录页面报告授权被拒绝，因此未保存任何内容。同一链接授权两次也会如此。请重新开始，并只授权新链接一次。",
  "refusal.authorization-failed": "登录页面报告了问题，因此未保存任何内容。",
  "refusal.workspace-not-entitled": "此 ChatGPT 工作区未启用 Codex。请联系其管理员，或用其他工作区授权。",
  "refusal.device-code-refused": "OpenAI 没有签发代码。",
  "refusal.device-code-off": "此 ChatGPT 账号已关闭代码登录，因此未保存任何内容。",
  "refusal.device-code-expired": "代码在登录完成之前已过期，因此未保存任何内容。",
  "refusal.token-rejected": "登录服务器未接受此次登录。其回调网址或代码可能已过期，或已在别处使用过。",
  "refusal.account-refused":
    "登录服务器拒绝了此账号或此请求，codex-auth 无法得知原因。请用同一账号登录 chatgpt.com。如果可以登录，请重新开始。如果不能，请用其他账号授权。",
  "refusal.client-rejected": "登录服务器不再接受此版本的 codex-auth。请更新 codex-auth。",
  "refusal.region-unsupported":
    "OpenAI 不支持网关所在机器的国家、地区或网络，即使你自己的浏览器可以访问。请将 {variable} 设为位于受支持国家或地区的代理。之后须重启正在运行的网关。",
  "refusal.provider-blocked":
    "登录服务器的防护页面（Cloudflare）拦截了网关所在机器的网络。请使用其他网络或代理（{variable}）。",
  "refusal.provider-rate-limited": "登录服务器正在限制来自网关所在机器的请求。请等待（{wait}），然后重新开始。",
  "refusal.provider-failed": "登录服务器目前出现问题。请等待几分钟。",
  "refusal.provider-timeout": "登录服务器在 30 秒内没有响应。请检查网关所在机器的网络。",
  "refusal.provider-unreachable": "网关所在的机器无法连接 auth.openai.com。请检查其网络、DNS 和代理（{variable}）。",
  "refusal.provider-certificate":
    "auth.openai.com 的证书未通过验证。请检查网关所在机器的时钟。如果有解密 TLS 的代理，请将 NODE_EXTRA_CA_CERTS 设为其证书文件。",
  "refusal.proxy-malformed":
    "{variable} 不能作为代理的网址读取。请写成 http://host:port，或取消设置。如果有密码，请用 %40 代替 @，%2F 代替 /，%3F 代替 ?，%23 代替 #，%25 代替 %。",
  "refusal.proxy-socks":
    "{variable} 指定了 SOCKS 代理，codex-auth 无法使用。请将 https_proxy 设为 HTTP 代理，例如 http://127.0.0.1:7890。大多数本地代理有一个两者通用的端口。",
  "refusal.proxy-needs-other-node":
    "此版本的 Node 不使用 {variable}，因此登录会绕过代理。请用 Node 24.16 或更高版本运行 codex-auth。如果 https_proxy 的形式为 http://host:port，设置 NODE_USE_ENV_PROXY=1 后，Node 22.21 及更高版本也会使用它。",
  "refusal.token-response-invalid":
    "登录服务器的响应不可信，因此未保存任何内容。可能是代理或网络的登录页面代为响应。请检查网关所在机器的网络。",
  "refusal.identity-missing": "登录成功，但结果中没有 ChatGPT 账号，因此未保存任何内容。请用可使用 Codex 的账号授权。",
  "refusal.no-status": "{none}过去 24 小时内也没有保存过。开始登录：{again}",
  "refusal.usage-verb": "没有这个命令。查看所有命令：{help}",
  "refusal.usage-option": "{invalid}查看所有命令和选项：{help}",
  "refusal.usage-address": "缺少回调网址。请加上 --callback-url 和网址，或加上 --callback-url - 并将网址送入标准输入。",
  "refusal.usage-address-cut":
    "shell 在第一个 & 处截断了回调网址。请给网址加上双引号，或使用 --callback-url - 再粘贴网址。",
  "refusal.host-not-found":
    "在这台机器的 PATH 中没有找到 OpenClaw。请安装 OpenClaw，用选项 --openclaw 指定它，或用选项 --auth-path 指定保存配置文件的文件。",
  "refusal.host-launcher":
    "PATH 中的 openclaw 是启动器（例如 asdf、mise、nodenv 或 Volta 的启动器），codex-auth 无法得知它启动哪个 OpenClaw。请用选项 --openclaw 或变量 CODEX_AUTH_OPENCLAW 指定 OpenClaw 的文件。如需找到该文件，请运行 asdf which openclaw，或将 asdf 换成 mise、nodenv 或 volta。如果启动器或它读取的文件指定了状态文件夹或 OpenClaw 的 profile，请将 OPENCLAW_STATE_DIR 也设为该文件夹。如果启动器启动的是容器、其他用户的 OpenClaw 或另一台机器，请在那里运行 codex-auth。",
  "refusal.host-state-folder":
    "这个版本的 OpenClaw 不读取找到的状态文件夹，因为只有 CLAWDBOT_STATE_DIR 指定了它，或者它的名称是 .moltbot 或 .moldbot。请将 OPENCLAW_STATE_DIR 设为这个 OpenClaw 的状态文件夹。",
  "refusal.host-path-invalid":
    "选项 --openclaw 或变量 CODEX_AUTH_OPENCLAW 指定的路径中没有 OpenClaw。请指定文件 openclaw.mjs，或 npm root -g 输出的文件夹。",
  "refusal.host-path-denied":
    "当前用户无权读取选项 --openclaw 或变量 CODEX_AUTH_OPENCLAW 指定的路径。请以运行 OpenClaw 的用户身份运行 codex-auth，或指定当前用户可以读取的 OpenClaw。",
  "refusal.host-unknown":
    "codex-auth 不了解此 OpenClaw 如何保存配置文件，因此未做任何更改。请更新 codex-auth 或 OpenClaw。",
  "refusal.host-needs-other-node":
    "这台机器上的 OpenClaw 无法在此版本的 Node 上加载。请用运行 OpenClaw 的 Node 版本运行 codex-auth。",
  "refusal.host-config-unreadable":
    "无法从这里读取 openclaw.json，因此无法确定配置文件的位置。未做任何更改。如果它已损坏，请运行 openclaw doctor。如果其智能体或 auth 设置来自其他文件或变量，请用选项 --auth-path 指定保存配置文件的文件。",
  "refusal.host-uses-sqlite":
    "此 OpenClaw 将配置文件保存在 SQLite 中。auth-profiles.json 会使其网关出故障，因此未写入任何内容。请去掉选项 --auth-path 后重试。",
  "refusal.store-ambiguous":
    "auth-profiles.json 旁有一个较新的 SQLite 存储，因此无法确定这里运行的是哪个 OpenClaw。未做任何更改。请用选项 --openclaw 指定网关的 openclaw。",
  "refusal.auth-path-invalid": "选项 --auth-path 必须指向名为 auth-profiles.json 的文件。请更正后重试。",
  "refusal.store-locked": "配置文件存储正忙，因此未做任何更改。请在 1 分钟后重试。",
  "refusal.store-unreadable":
    "无法读取配置文件存储，因此未做任何更改。请在网关所在的机器上运行 openclaw doctor，然后重试。如果没有帮助，请从备份恢复该存储的文件，或将它移走后重新登录。",
  "refusal.store-migration-required":
    "旧的 auth-profiles.json 使网关的配置文件存储无法使用，因此未做任何更改。请停止网关，在其机器上运行 openclaw doctor --fix，然后重试。",
  "refusal.store-import-required":
    "OpenClaw 尚未导入其旧文件（auth.json、credentials/oauth.json）中的登录信息，因此未做任何更改。请在网关所在的机器上运行 openclaw models status，它会导入这些信息，然后重试。对于其他智能体，请加上 --agent 和它的名称。",
  "refusal.store-write-failed": "配置文件存储没有保存更改。其他内容未更改。请检查其磁盘是否已满或为只读。",
  "refusal.store-read-only":
    "可以读取配置文件的存储文件，但无法替换它，因此未做任何更改。它是只读的，或者被单独挂载。请将其改为可写，或改为挂载其所在的文件夹。",
  "refusal.store-of-other-user":
    "配置文件存储属于网关所在机器的其他用户，因此未做任何更改。请以拥有它的用户身份运行 OpenClaw 和 codex-auth。",
  "refusal.profile-unknown": "没有名为 {name} 的配置文件。如需查看所有配置文件，请输入 {command}",
  "refusal.profile-not-codex":
    "在此网关上，{name} 是另一类凭据（例如 API 密钥），因此未更改。请另选名称，例如 {example}",
  "refusal.profile-unreadable":
    "配置文件 {name} 的记录采用此 OpenClaw 不用于 Codex 的格式，因此未更改。要替换它，请登录 {name}：聊天会先询问你；在终端中，请在完成时加上选项 --replace。撤销可以恢复该记录。",
  "refusal.agent-unknown": "没有该名称的智能体。请指定 openclaw agents list 列出的智能体，或去掉选项 --agent",
  "refusal.login-of-other-store":
    "此登录是为另一个配置文件存储发起的。请在发起它的地方完成，使用相同的 openclaw 和相同的 --auth-path。",
  "refusal.undo-missing":
    "{name} 没有可撤销的内容。撤销可以恢复最近 24 小时内被替换或移除的登录信息。如需重新登录，请输入 {again}",
  "refusal.undo-changed":
    "配置文件 {name} 已不是最近一次更改后的状态，因此未撤销任何内容。如需查看其当前状态，请输入 {command}",
  "refusal.undo-unwritable":
    "无法保存当前配置文件以供撤销，因此未做任何更改。请检查磁盘以及网关状态文件夹中的文件夹 {folder}。",
  "refusal.state-of-other-user":
    "网关的状态文件夹或其中的 {folder} 属于其所在机器的其他用户，因此未做任何更改。请将其所有者改为运行 OpenClaw 的用户，然后重试。",
  "refusal.pending-locked": "待完成登录的文件正忙，因此未做任何更改。请在 1 分钟后重试。",
  "refusal.pending-insecure":
    "待完成登录的文件不安全，无法使用。其他用户可以读取它，或者它是链接。请在网关所在的机器上，从 OpenClaw 的临时文件夹中删除 {file}。",
  "refusal.pending-of-other-user":
    "OpenClaw 的临时文件夹或其中的 {file} 属于网关所在机器的其他用户。请删除 {file}，或将 TMPDIR 设为运行 OpenClaw 的用户的文件夹。",
  "refusal.log-insecure":
    "更改日志无法使用。其他用户可以读取它，或者它是链接或过大。请从网关的状态文件夹中删除 {log}。",
  "refusal.pending-unwritable":
    "无法写入待完成登录的文件。请检查网关所在机器的磁盘。如果其临时文件夹无法写入，请为 OpenClaw 和 codex-auth 将 TMPDIR 设为另一个文件夹。",
  "refusal.manifest-invalid": "codex-auth 的清单已损坏。请重新安装 codex-auth。",
  "refusal.config-invalid":
    "CODEX_AUTH_SANDBOX 必须是环回网址，例如 http://127.0.0.1:4000。请更正或取消设置。之后须重启正在运行的网关。",
  "refusal.host-unsupported":
    "此 OpenClaw 版本太旧，无法使用 codex-auth 插件。请将 OpenClaw 更新到 2026.6.1 或更高版本，或在终端中使用 codex-auth 程序。",
  "refusal.internal": "发生了意外错误。请列出配置文件，查看是否有更改，然后重试。",

  "saved.not-queued": "未安排重启。",
  "saved.restarted": "网关已重启并恢复响应。下一条消息即可使用更改。",
  "owner.seen": "该用户是 {name}。",
  "host.seen": "找到的版本是 {version}。",
  "host.node": "它指定的 Node 版本：{range}",
  "warning.no-host": "在这台机器上没有找到 OpenClaw。只使用指定的文件，且不会通知任何网关。",
});
