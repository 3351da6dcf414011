import { chmodSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { findInstalledHost, hostJson5, loadSdkPart, runHostCommand } from "../../src/terminal/installed-host.ts";
import { installHost, type Machine, makeMachine, put, putHost } from "./machine.ts";

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});

const inside = (...parts: string[]) => join(machine.root, ...parts);

function find(hints: Partial<Parameters<typeof findInstalledHost>[0]> = {}) {
  return findInstalledHost({ program: "", pathFolders: [machine.bin], ownFolder: inside("own/dist"), ...hints });
}

/** What was found, by the part of its path that a test chose. */
async function found(hints?: Parameters<typeof find>[0]): Promise<string | undefined> {
  const host = await find(hints);
  return host && `${host.root.slice(realpathSync(machine.root).length + 1)} ${host.version}`;
}

describe("findInstalledHost", () => {
  it("finds none on a machine that has none", async () => {
    expect(await find()).toBeUndefined();
  });

  it("finds the one whose program is on the PATH, behind a link", async () => {
    installHost(machine, "2026.3.13");
    expect(await found()).toBe("lib/node_modules/openclaw 2026.3.13");
  });

  it("finds it behind a link to a link", async () => {
    installHost(machine, "2026.3.13");
    mkdirSync(inside("usr"));
    symlinkSync(inside("bin/openclaw"), inside("usr/openclaw"));
    expect(await found({ pathFolders: [inside("usr")] })).toBe("lib/node_modules/openclaw 2026.3.13");
  });

  it("finds the one whose program itself lies in a folder of the PATH, however deep", async () => {
    putHost(inside("app"), "2026.2.2-3", { "dist/a/b/openclaw": "" });
    expect(await found({ pathFolders: [inside("app/dist/a/b")] })).toBe("app 2026.2.2-3");
  });

  it("takes the first of the PATH, as the shell does", async () => {
    putHost(inside("first"), "2026.3.13", { "bin/openclaw": "" });
    putHost(inside("second"), "2026.9.6", { "bin/openclaw": "" });
    expect(await found({ pathFolders: [inside("none"), inside("first/bin"), inside("second/bin")] })).toBe(
      "first 2026.3.13",
    );
  });

  it("takes the host that runs this program before the one on the PATH", async () => {
    installHost(machine, "2026.3.13");
    putHost(inside("running"), "2026.9.6");
    expect(await found({ program: inside("running/openclaw.mjs") })).toBe("running 2026.9.6");
  });

  it("takes the one on the PATH before the one beside this package", async () => {
    installHost(machine, "2026.3.13");
    putHost(inside("own/node_modules/openclaw"), "2026.9.6");
    expect(await found()).toBe("lib/node_modules/openclaw 2026.3.13");
  });

  it("uses the one beside this package if there is no other", async () => {
    putHost(inside("node_modules/openclaw"), "2026.9.6");
    mkdirSync(inside("node_modules/codex-auth/dist"), { recursive: true });
    expect(await found({ ownFolder: inside("node_modules/codex-auth/dist") })).toBe("node_modules/openclaw 2026.9.6");
  });

  it("refuses if the first program of that name on the PATH belongs to another package", async () => {
    put(inside("other/package.json"), { name: "game", version: "1.0.0" });
    put(inside("other/bin/openclaw"), "");
    installHost(machine, "2026.3.13");
    const pathFolders = [inside("other/bin"), machine.bin];
    await expect(find({ pathFolders })).rejects.toThrow(new CodexAuthError("host-launcher"));
  });

  it.each([
    { name: "pnpm's", script: 'exec node "$basedir/../lib/node_modules/openclaw/openclaw.mjs" "$@"' },
    { name: "one with a whole path", script: 'exec node "ROOT/lib/node_modules/openclaw/openclaw.mjs" "$@"' },
  ])("reads a launcher: $name", async ({ script }) => {
    putHost(inside("lib/node_modules/openclaw"), "2026.9.6");
    put(inside("shim/openclaw"), `#!/bin/sh\nbasedir=$(dirname "$0")\n${script.replace("ROOT", machine.root)}\n`);
    expect(await found({ pathFolders: [inside("shim")] })).toBe("lib/node_modules/openclaw 2026.9.6");
  });

  /** `ROOT`: the folder of this machine. The launcher is `shim/openclaw`, and `link/openclaw` is a link to it. */
  const FOLLOWED: readonly { readonly name: string; readonly script: string }[] = [
    {
      name: "npm's",
      script: String.raw`basedir=$(dirname "$(echo "$0" | sed -e 's,\\,/,g')")
if [ -x "$basedir/node" ]; then exec "$basedir/node" "$basedir/../lib/node_modules/openclaw/openclaw.mjs" "$@"
else exec node  "$basedir/../lib/node_modules/openclaw/openclaw.mjs" "$@"; fi`,
    },
    {
      name: "pnpm's, with its lines for Windows",
      script: String.raw`basedir=$(dirname "$(echo "$0" | sed -e 's,\\,/,g')")
case \`uname\` in
    *CYGWIN*|*MINGW*|*MSYS*)
        if command -v cygpath > /dev/null 2>&1; then
            basedir=\`cygpath -w "$basedir"\`
        fi
    ;;
esac
exec node "$basedir/../lib/node_modules/openclaw/openclaw.mjs" "$@"`.replaceAll("\\`", "`"),
    },
    {
      name: "a list of words in JavaScript",
      script:
        'require("child_process").spawnSync(process.execPath, ["ROOT/lib/node_modules/openclaw/openclaw.mjs", "x"]);',
    },
    { name: "one below the home folder", script: 'exec node "$HOME/lib/node_modules/openclaw/openclaw.mjs" "$@"' },
    {
      name: "one below the home folder, in braces",
      script: 'exec "${HOME}/lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    { name: "one with a tilde", script: 'exec node ~/lib/node_modules/openclaw/dist/entry.js "$@"' },
    { name: "one with quotes in the path", script: 'exec node "$HOME"/lib/node_modules/"openclaw"/openclaw.mjs "$@"' },
    {
      name: "one with a variable",
      script: 'OPENCLAW_DIR="ROOT/lib/node_modules/openclaw"\nexec node "$OPENCLAW_DIR/openclaw.mjs" "$@"',
    },
    {
      name: "one with a default",
      script: 'exec node "${CLAW_PLACE:-$HOME/lib/node_modules/openclaw}/openclaw.mjs" "$@"',
    },
    { name: "one with a variable of the environment", script: 'exec node "$CLAW_SET/openclaw/openclaw.mjs" "$@"' },
    {
      name: "one that changes the folder first",
      script: 'cd ROOT/lib/node_modules/openclaw && exec node dist/entry.js "$@"',
    },
    {
      name: "one that asks where it is",
      script:
        'here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" >/dev/null 2>&1 && pwd -P)"\nexec node "$here/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one that asks where it is, a folder up",
      script: 'root=$(cd "$(dirname "$0")/.." && pwd)\nexec node "$root/lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one that follows links to itself",
      script: 'exec node "$(dirname "$(readlink -f "$0")")/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one with its own folder by its name",
      script: 'exec node "${0%/*}/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    { name: "one that starts another launcher", script: 'exec "ROOT/wrapped/openclaw-wrapped" "$@"' },
    { name: "one that starts a link to the program", script: 'exec "ROOT/bin/openclaw" "$@"' },
    {
      name: "one behind options",
      script: "exec node --max-old-space-size=4096 --import=ROOT/lib/node_modules/openclaw/hook.mjs openclaw",
    },
    { name: "one of JavaScript", script: 'import "../lib/node_modules/openclaw/openclaw.mjs";' },
    { name: "that of cmd", script: String.raw`@"%~dp0\..\lib\node_modules\openclaw\openclaw.mjs" %*` },
    {
      name: "that of cmd with a variable",
      script: String.raw`"%_prog%"  "%dp0%\..\lib\node_modules\openclaw\openclaw.mjs" %*`,
    },
    {
      name: "that of PowerShell",
      script: '& "$basedir/node$exe"  "ROOT/lib/node_modules/openclaw/openclaw.mjs" $args',
    },
    {
      name: "npm's, with a branch for Windows",
      script:
        'basedir=$(dirname "$(echo "$0" | sed -e \'s,\\\\,/,g\')")\ncase `uname` in\n  *CYGWIN*|*MINGW*|*MSYS*)\n    basedir=`cygpath -w "$basedir"`\n  ;;\nesac\nexec node  "$basedir/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one that asks where it is, as Bash users write it",
      script:
        'DIR=$( cd -- "$( dirname -- "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )\nexec node "$DIR/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one with backticks",
      script: 'DIR=`dirname "$0"`\nexec node "$DIR/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one that follows links to itself in a loop",
      script:
        'S=$0\nwhile [ -L "$S" ]; do\n  D=$(dirname "$S")\n  S=$(readlink "$S")\n  [[ $S != /* ]] && S=$D/$S # relative\ndone\nexec node "$(dirname "$S")/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    {
      name: "one that cuts the name from its path",
      script: 'self=$(readlink -f "$0")\nexec node "${self%/*}/../lib/node_modules/openclaw/openclaw.mjs" "$@"',
    },
    { name: "that of zsh", script: 'exec node "${0:A:h}/../lib/node_modules/openclaw/openclaw.mjs" "$@"' },
    {
      name: "that of fish",
      script: "set dir (dirname (status filename))\nexec node $dir/../lib/node_modules/openclaw/openclaw.mjs $argv",
    },
    {
      name: "one that makes the whole path plain",
      script: 'exec node "$(realpath "$(dirname "$0")/../lib/node_modules/openclaw/openclaw.mjs")" "$@"',
    },
    {
      name: "one with a space that is quoted by a backslash",
      script: "exec node ROOT/my\\ apps/openclaw/openclaw.mjs",
    },
    { name: "one with an apostrophe", script: "exec node 'ROOT/dana'\\''s apps/openclaw/openclaw.mjs' \"$@\"" },
    { name: "Nix's, twice wrapped", script: 'exec -a "$0" "ROOT/wrapped/.openclaw-wrapped" "$@"' },
    {
      name: "one with a default that it sets",
      script: ': "${OC:=ROOT/lib/node_modules/openclaw}"\nexec node "$OC/openclaw.mjs" "$@"',
    },
    {
      name: "one with another host in a comment behind the command",
      script: 'exec node ROOT/lib/node_modules/openclaw/openclaw.mjs "$@" # was ROOT/other/openclaw.mjs',
    },
    { name: "one of Python", script: 'os.execvp("node",["node","ROOT/lib/node_modules/openclaw/openclaw.mjs"])' },
    {
      name: "one of JavaScript with a URL",
      script: 'import(new URL("../lib/node_modules/openclaw/openclaw.mjs", import.meta.url)); // not /other',
    },
    {
      name: "that of npm for cmd",
      script: String.raw`@ECHO off
:: not ROOT\other\openclaw.mjs
endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\..\lib\node_modules\openclaw\openclaw.mjs" %*`,
    },
    {
      name: "that of npm for PowerShell",
      script:
        '$basedir=Split-Path $MyInvocation.MyCommand.Definition -Parent\n& "$basedir/node$exe"  "$basedir/../lib/node_modules/openclaw/openclaw.mjs" $args',
    },
    {
      name: "one of PowerShell with its own folder",
      script: String.raw`& node "$PSScriptRoot\..\lib\node_modules\openclaw\openclaw.mjs" @args`,
    },
    {
      name: "one with a variable of cmd",
      script: String.raw`@echo off${"\n"}node "%CLAW_SET%\openclaw\openclaw.mjs" %*`,
    },
  ];

  it.each(FOLLOWED)("follows a launcher that names a file: $name", async ({ name, script }) => {
    vi.stubEnv("HOME", machine.root);
    vi.stubEnv("CLAW_SET", inside("lib/node_modules"));
    vi.stubEnv("CLAW_PLACE", undefined);
    installHost(machine, "2026.9.6", { "dist/entry.js": "", "hook.mjs": "" });
    put(inside("wrapped/openclaw-wrapped"), `#!/bin/sh\nexec '${inside("bin/openclaw")}' "$@"\n`);
    put(inside("wrapped/.openclaw-wrapped"), `#!/bin/sh\nexec -a "$0" ${inside("wrapped/openclaw-wrapped")} "$@"\n`);
    putHost(inside("other"), "2026.3.13");
    for (const folder of ["my apps", "dana's apps"]) {
      mkdirSync(inside(folder));
      symlinkSync(inside("lib/node_modules/openclaw"), inside(folder, "openclaw"));
    }
    const interpreter = name.includes("JavaScript") ? "node" : "sh";
    put(inside("shim/openclaw"), `#!/usr/bin/env ${interpreter}\n${script.replaceAll("ROOT", machine.root)}\n`);
    expect(await found({ pathFolders: [inside("shim")] })).toBe("lib/node_modules/openclaw 2026.9.6");
  });

  const NOT_FOLLOWED: readonly { readonly name: string; readonly script: string }[] = [
    { name: "asdf's", script: '#!/usr/bin/env bash\n# asdf-plugin: nodejs 22.14.0\nexec asdf exec "openclaw" "$@"' },
    {
      name: "asdf's with its path",
      script: '#!/usr/bin/env bash\nexec ROOT/manager/asdf exec "openclaw" "$@" # asdf_allow: \' asdf \'',
    },
    {
      name: "nodenv's",
      script:
        '#!/usr/bin/env bash\nset -e\nprogram="${0##*/}"\nexport NODENV="ROOT/nodenv"\nexec "ROOT/libexec/nodenv" exec "$program" "$@"',
    },
    { name: "mise's", script: '#!/bin/sh\nexec mise x -- openclaw "$@"' },
    {
      name: "one that names the host in a comment only",
      script: "#!/bin/sh\n# was ROOT/lib/node_modules/openclaw/openclaw.mjs\nexec docker run openclaw",
    },
    {
      name: "one that names two hosts",
      script:
        "#!/bin/sh\nif x; then exec ROOT/lib/node_modules/openclaw/openclaw.mjs; else exec ROOT/other/openclaw.mjs; fi",
    },
    { name: "one that starts itself", script: '#!/bin/sh\nexec "ROOT/shim/openclaw" "$@"' },
    { name: "one that asks npm", script: '#!/bin/sh\nexec node "$(npm root -g)/openclaw/openclaw.mjs" "$@"' },
    { name: "one that starts a container", script: '#!/bin/sh\nexec docker run --rm "$IMAGE" openclaw "$@"' },
    { name: "one that names nothing there is", script: '#!/bin/sh\nexec node "ROOT/gone/openclaw.mjs" "$@"' },
    { name: "one whose variable names itself", script: '#!/bin/sh\nA="$A/x"\nexec "$A/openclaw"' },
    { name: "a program of bytes", script: "\0\x01ELF ROOT\0" },
    { name: "a large program", script: `ROOT/lib/node_modules/openclaw/openclaw.mjs ${"x".repeat(17 * 1024)}` },
    { name: "an empty file", script: "" },
  ];

  it.each(NOT_FOLLOWED)("refuses a launcher that has to be run or names no host: $name", async ({ script }) => {
    installHost(machine, "2026.9.6");
    putHost(inside("other"), "2026.3.13");
    put(
      inside("manager/asdf"),
      "#!/bin/sh\nexec ROOT/lib/node_modules/openclaw/openclaw.mjs".replace("ROOT", machine.root),
    );
    put(inside("shim/openclaw"), script.replaceAll("ROOT", machine.root));
    await expect(find({ pathFolders: [inside("shim")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
  });

  it.each([
    { name: "its program", path: "lib/node_modules/openclaw/openclaw.mjs" },
    { name: "its folder", path: "lib/node_modules/openclaw" },
    { name: "the folder of packages", path: "lib/node_modules" },
    { name: "a link to it", path: "bin/openclaw" },
    { name: "a launcher of it", path: "shim/openclaw" },
    { name: "the folder of a launcher", path: "shim" },
    { name: "the folder of programs", path: "bin" },
    { name: "the prefix of npm", path: "" },
  ])("takes the host that is named, before the one on the PATH: $name", async ({ path }) => {
    installHost(machine, "2026.9.6");
    put(inside("shim/openclaw"), `exec ${inside("bin/openclaw")}`);
    putHost(inside("first"), "2026.3.13", { "bin/openclaw": "" });
    const hints = { named: inside(path), program: inside("first/bin/openclaw"), pathFolders: [inside("first/bin")] };
    expect(await found(hints)).toBe("lib/node_modules/openclaw 2026.9.6");
  });

  it("skips a file that a shell would not run", async () => {
    put(inside("notes/openclaw"), "not a program");
    chmodSync(inside("notes/openclaw"), 0o644);
    installHost(machine, "2026.9.6");
    expect(await found({ pathFolders: [inside("notes"), machine.bin] })).toBe("lib/node_modules/openclaw 2026.9.6");
  });

  it.each(["openclaw.cmd", "openclaw.ps1"])("finds a launcher of Windows there, and only there: %s", async (name) => {
    putHost(inside("npm/node_modules/openclaw"), "2026.9.6");
    put(inside("npm", name), String.raw`"%dp0%\node_modules\openclaw\openclaw.mjs" %*`);
    const pathFolders = [inside("npm")];
    expect(await found({ pathFolders, platform: "win32" })).toBe("npm/node_modules/openclaw 2026.9.6");
    expect(await found({ pathFolders, platform: "linux" })).toBeUndefined();
  });

  it("refuses an empty path", async () => {
    installHost(machine, "2026.9.6");
    await expect(find({ named: "" })).rejects.toThrow(new CodexAuthError("host-path-invalid"));
  });

  it.each(["nowhere", "home", "shim/openclaw"])("refuses a named path that leads to no host: %s", async (path) => {
    installHost(machine, "2026.9.6");
    put(inside("shim/openclaw"), 'exec asdf exec "openclaw" "$@"');
    await expect(find({ named: inside(path) })).rejects.toThrow(new CodexAuthError("host-path-invalid"));
  });

  it.skipIf(process.getuid?.() === 0)("says that this user cannot read the named path", async () => {
    putHost(inside("private/openclaw"), "2026.9.6");
    chmodSync(inside("private"), 0);
    onTestFinished(() => chmodSync(inside("private"), 0o700));
    for (const named of ["private", "private/openclaw", "private/openclaw/openclaw.mjs"]) {
      await expect(find({ named: inside(named) })).rejects.toThrow(new CodexAuthError("host-path-denied"));
    }
  });

  it.skipIf(process.getuid?.() === 0)("does not follow a launcher that this user cannot read", async () => {
    installHost(machine, "2026.9.6");
    put(inside("shim/openclaw"), 'exec "$HOME/openclaw" "$@"');
    chmodSync(inside("shim/openclaw"), 0o111);
    await expect(find({ named: inside("shim/openclaw") })).rejects.toThrow(new CodexAuthError("host-path-denied"));
    await expect(find({ pathFolders: [inside("shim")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
  });

  const HOST = "ROOT/lib/node_modules/openclaw/openclaw.mjs";
  it.each([
    { name: "its state folder", script: `export OPENCLAW_STATE_DIR=/srv/openclaw\nexec node ${HOST} "$@"` },
    { name: "its state folder, for one command", script: `OPENCLAW_STATE_DIR="/srv/claw" exec ${HOST} "$@"` },
    { name: "its state folder, with env", script: `exec env OPENCLAW_STATE_DIR="$HOME/claw" node ${HOST} "$@"` },
    {
      name: "its state folder, if none is set",
      script: `: "\${OPENCLAW_STATE_DIR:=/srv}"\nexport OPENCLAW_STATE_DIR="\${OPENCLAW_STATE_DIR:-/srv}"\nexec ${HOST} "$@"`,
    },
    { name: "its state folder, in cmd", script: `@echo off\nset "OPENCLAW_STATE_DIR=D:\\claw"\nnode ${HOST} %*` },
    { name: "its state folder, in PowerShell", script: `$env:OPENCLAW_STATE_DIR = "/srv"\nnode ${HOST} $args` },
    {
      name: "its state folder, in JavaScript",
      script: `#!/usr/bin/env node\nprocess.env.OPENCLAW_STATE_DIR = "/srv";\nimport("${HOST}");`,
    },
    { name: "its home", script: `OPENCLAW_HOME=/srv exec ${HOST} "$@"` },
    { name: "the home folder", script: `HOME=/srv exec ${HOST} "$@"` },
    { name: "its config", script: `export OPENCLAW_CONFIG_PATH=/etc/openclaw.json\nexec ${HOST} "$@"` },
    { name: "a profile", script: `exec ${HOST} --profile work "$@"` },
    { name: "a profile in one word", script: `exec ${HOST} --profile=work "$@"` },
    { name: "the profile of developers", script: `exec ${HOST} --dev "$@"` },
    { name: "another user", script: `exec sudo -u openclaw ${HOST} "$@"` },
    { name: "another user, by a path", script: `exec /usr/sbin/runuser -u openclaw -- ${HOST} "$@"` },
    { name: "a container", script: `exec docker exec -it gateway node ${HOST} "$@"` },
    { name: "another machine", script: `exec ssh box ${HOST} "$@"` },
    { name: "another machine, in sh on Windows", script: `exec ssh.exe box ${HOST} "$@"` },
    { name: "a container, by a path on Windows", script: `exec "/mnt/c/Docker/docker.exe" exec gateway ${HOST} "$@"` },
    { name: "Linux, in cmd", script: `@echo off\nwsl.exe node ${HOST} %*` },
    { name: "another user, in cmd", script: `@echo off\nC:\\Windows\\runas.exe /user:claw ${HOST}` },
    { name: "another machine, in cmd, by a hidden line", script: `@echo off\n@ssh box node ${HOST} %*` },
    { name: "its home, in a command of one text", script: `exec sh -c "OPENCLAW_HOME=/x ${HOST}"` },
    {
      name: "its home, behind another command of one text",
      script: `exec sh -c 'cd /; export OPENCLAW_HOME=/x; ${HOST}'`,
    },
    {
      name: "its home, in a program of one text",
      script: `exec node -e 'process.env["OPENCLAW_HOME"] = "/x"; import("${HOST}")'`,
    },
    {
      name: "its home, quoted in JavaScript",
      script: `#!/usr/bin/env node\nprocess.env["OPENCLAW_HOME"] = "/srv"; /* x */\nimport("${HOST}");`,
    },
    {
      name: "its home, between comments of JavaScript",
      script: `#!/usr/bin/env node\n/* a */ process.env.OPENCLAW_HOME = "/x"; /* b */\nimport("${HOST}");`,
    },
    { name: "its home, with printf", script: `printf -v HOME /srv\nexec node ${HOST} "$@"` },
    { name: "its home, behind a test of it", script: `[ -n HOME ] || HOME=/x\nexec node ${HOST} "$@"` },
    {
      name: "its home, if it is not set, in cmd",
      script: `@echo off\nif not defined HOME set HOME=X:\nnode ${HOST} %*`,
    },
    {
      name: "another user, in JavaScript",
      script: `#!/usr/bin/env node\nspawnSync("su", ["claw", "-c", "${HOST}"]);`,
    },
    {
      name: "another user, in backticks",
      script: "#!/usr/bin/env node\nspawnSync(`su`, [`claw`, `-c`, `HOST`]);".replace("HOST", HOST),
    },
    { name: "another container", script: `exec distrobox enter claw -- ${HOST} "$@"` },
    { name: "another user, without sudo", script: `exec gosu node ${HOST} "$@"` },
    { name: "the older name of its state folder", script: `export CLAWDBOT_STATE_DIR=/srv/claw\nexec ${HOST} "$@"` },
    { name: "the folder of its older sign-ins", script: `OPENCLAW_OAUTH_DIR=/srv exec ${HOST} "$@"` },
    { name: "no home folder", script: `unset HOME\nexec ${HOST} "$@"` },
    { name: "its state folder, in lower case", script: `@echo off\nset openclaw_state_dir=D:\\claw\nnode ${HOST} %*` },
    {
      name: "its state folder, in fish",
      script: `#!/usr/bin/env fish\nset -gx OPENCLAW_STATE_DIR /srv\nexec ${HOST} $argv`,
    },
    { name: "its state folder, in csh", script: `#!/bin/csh\nsetenv OPENCLAW_STATE_DIR /srv\nexec ${HOST} $argv` },
    {
      name: "its state folder, in Python",
      script: `#!/usr/bin/env python3\nos.environ["OPENCLAW_STATE_DIR"]="/srv"\nos.execvp("node",["node","${HOST}"])`,
    },
    {
      name: "its state folder, as an option of JavaScript",
      script: `#!/usr/bin/env node\nspawnSync("node", ["${HOST}"], { env: { ...process.env, OPENCLAW_STATE_DIR: "/srv" } });`,
    },
    {
      name: "its state folder, by a method of PowerShell",
      script: `[Environment]::SetEnvironmentVariable("OPENCLAW_STATE_DIR","/srv")\n& node "${HOST}" $args`,
    },
  ])("refuses a launcher that names $name, whose profiles are not those found here", async ({ script }) => {
    installHost(machine, "2026.9.6");
    put(inside("shim/openclaw"), script.replaceAll("ROOT", machine.root));
    await expect(find({ pathFolders: [inside("shim")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
  });

  it.each([
    { name: "a script", script: `. "$(dirname "$0")/../env.sh"\nexec node ${HOST} "$@"` },
    { name: "a script of the current folder", script: `source ./env\nexec node ${HOST} "$@"` },
    { name: "a script, if it exists", script: `[ -f /etc/default/openclaw ] && . /etc/default/openclaw\nexec ${HOST}` },
    { name: "a script, in an if", script: `if [ -r ~/.env ]; then set -a; . ~/.env; fi\nexec ${HOST} "$@"` },
    { name: "that of nvm", script: `[ -s "$NVM_DIR/nvm.sh" ] && \\. "$NVM_DIR/nvm.sh"\nexec node ${HOST} "$@"` },
    { name: "that of fnm", script: `eval "$(fnm env)"\nexec node ${HOST} "$@"` },
    { name: "lines of variables", script: `export $(grep -v '^#' ROOT/.env | xargs)\nexec node ${HOST} "$@"` },
    {
      name: "lines of variables, one by one",
      script: `while read -r l; do export "$l"; done < ROOT/.env\nexec ${HOST}`,
    },
    { name: "lines of variables, with env", script: `exec env $(cat ROOT/.env) node ${HOST} "$@"` },
    { name: "a file of variables, by Node", script: `exec node --env-file=ROOT/.env ${HOST} "$@"` },
    { name: "a file of variables, by another program", script: `exec dotenv -e ROOT/.env -- node ${HOST} "$@"` },
    {
      name: "a file of variables, in JavaScript",
      script: `#!/usr/bin/env node\nrequire("dotenv").config();\nrequire("${HOST}");`,
    },
    { name: "a script, in cmd", script: `@echo off\ncall "%~dp0env.cmd"\nnode "${HOST}" %*` },
    { name: "lines of variables, in cmd", script: `@echo off\nfor /f %%i in (.env) do @SET %%i\nnode "${HOST}" %*` },
    { name: "a script, in PowerShell", script: `. "$PSScriptRoot\\env.ps1"\n& node "${HOST}" $args` },
    { name: "a script, in fish", script: `#!/usr/bin/env fish\nsource ~/claw.fish\nexec node ${HOST} $argv` },
  ])(
    "refuses a launcher that reads $name, which could name another host or another state folder",
    async ({ script }) => {
      installHost(machine, "2026.9.6");
      put(inside("shim/openclaw"), script.replaceAll("ROOT", machine.root));
      await expect(find({ pathFolders: [inside("shim")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
    },
  );

  it.each([
    { name: "the default", script: `export OPENCLAW_STATE_DIR="$HOME/.openclaw"\nexec node ${HOST} "$@"` },
    { name: "the default, with a slash", script: `OPENCLAW_STATE_DIR=~/.openclaw/ exec ${HOST} "$@"` },
    { name: "what is set", script: `export OPENCLAW_STATE_DIR=/srv/claw\nexec ${HOST} "$@"`, set: "/srv/claw" },
    { name: "a profile beside what is set", script: `exec ${HOST} --profile x "$@"`, set: "/srv/.openclaw-x" },
    {
      name: "what is set, or another",
      script: `export OPENCLAW_STATE_DIR="\${OPENCLAW_STATE_DIR:-/x}"\nexec ${HOST} "$@"`,
      set: "/y",
    },
    {
      name: "what is set, exported by itself",
      script: `OPENCLAW_STATE_DIR="\${OPENCLAW_STATE_DIR:-/x}"\nexport OPENCLAW_STATE_DIR\nexec ${HOST} "$@"`,
      set: "/y",
    },
    {
      name: "this user's, beside names that only look like a variable",
      script: `#!/bin/sh\nexec node --title=my-home --home=/srv/HOME-dir ${HOST} "$@"`,
    },
    {
      name: "unset here, with words of other commands",
      script: `cd . && echo "the source . of sudo"\nexec ${HOST} "$@"`,
    },
    {
      name: "any, if a message names HOME",
      script: `[ -n "$HOME" ] || echo "HOME is not set"\nexec node ${HOST} "$@"`,
    },
    { name: "any, if a message without quotes names HOME", script: `echo no HOME here\nexec node ${HOST} "$@"` },
    { name: "any, if a test names HOME", script: `test -v HOME || exit 1\nexec node ${HOST} "$@"` },
    { name: "any, if a test in brackets names HOME", script: `if [[ ! -v HOME ]]; then exit; fi\nexec ${HOST} "$@"` },
    {
      name: "any, if cmd tests and prints HOME",
      script: `@echo off\nif not defined HOME (echo HOME)\n@echo home & node "${HOST}" %*`,
    },
    {
      name: "any, beside comments of JavaScript",
      script: `#!/usr/bin/env node\n/** Sets HOME = "/x".\n * Not HOME, sudo. */ // HOME\nimport(/* "HOME" */ "${HOST}");`,
    },
    {
      name: "any, if a message in JavaScript names HOME",
      script: `#!/usr/bin/env node\nif (!home) throw new Error("HOME is not set");\nimport("${HOST}");`,
    },
    {
      name: "any, beside names of JavaScript that are programs too",
      script: `#!/usr/bin/env node\nconst run = (op, { su, oc }) => op ?? su ?? oc; let orb = 1;\nimport("${HOST}");`,
    },
    { name: "another one in a comment", script: `# OPENCLAW_STATE_DIR=/srv, sudo, . ./env\nexec ${HOST} "$@"` },
    { name: "nothing", script: `OPENCLAW_STATE_DIR= NODE_OPTIONS=--max-old-space-size=512 exec ${HOST} "$@"` },
  ])("follows a launcher whose state folder is this process's: $name", async ({ script, set }) => {
    vi.stubEnv("HOME", machine.root);
    if (set !== undefined) vi.stubEnv("OPENCLAW_STATE_DIR", set);
    installHost(machine, "2026.9.6");
    put(inside("shim/openclaw"), script.replaceAll("ROOT", machine.root));
    expect(await found({ pathFolders: [inside("shim")] })).toBe("lib/node_modules/openclaw 2026.9.6");
  });

  it("gives the versions of Node that the host names", async () => {
    const engines = { node: ">=24.16.0" };
    installHost(machine, "2026.9.6", { "package.json": { name: "openclaw", version: "2026.9.6", engines } });
    expect((await find())?.node).toBe(">=24.16.0");
  });

  it("never throws another error for a launcher of any text, and never takes long", async () => {
    const WORDS = [
      "$0",
      '$(dirname "$0")',
      "${0%/*}",
      "$(cd ",
      "&& pwd)",
      "A=",
      "$A",
      "${A:-",
      "}",
      '"',
      "'",
      "/",
      "ROOT",
      "openclaw.mjs",
      " ",
      "\n",
      "$(",
      ")",
      "~/",
      "%~dp0\\",
      "%dp0%",
      "@echo off",
      "#!/usr/bin/env node",
      "$PSScriptRoot",
      "`",
      "\\",
      "#",
      "//",
      "%",
      ">",
      "-- ",
    ];
    const script = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...WORDS), { maxLength: 200 }).map((words) => words.join("")),
    );
    await fc.assert(
      fc.asyncProperty(script, async (text) => {
        put(inside("shim/openclaw"), text.replaceAll("ROOT", machine.root));
        const startedMs = performance.now();
        await expect(find({ pathFolders: [inside("shim")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
        expect(performance.now() - startedMs).toBeLessThan(1000);
      }),
      { numRuns: 200 },
    );
  });

  it("goes on after a link to nowhere and after a circle of links", async () => {
    mkdirSync(inside("broken"));
    symlinkSync(inside("nowhere"), inside("broken/openclaw"));
    mkdirSync(inside("circle"));
    symlinkSync(inside("circle/openclaw"), inside("circle/openclaw"));
    installHost(machine, "2026.3.13");
    expect(await found({ pathFolders: [inside("broken"), inside("circle"), machine.bin] })).toBe(
      "lib/node_modules/openclaw 2026.3.13",
    );
  });

  it.each([
    { name: "another name", content: { name: "openclaw-plugin", version: "2026.3.13" } },
    { name: "no version", content: { name: "openclaw" } },
    { name: "a version that is no text", content: { name: "openclaw", version: 2026 } },
    { name: "no JSON", content: "{" },
    { name: "nothing", content: "" },
    { name: "null", content: "null" },
    { name: "a list", content: "[]" },
  ])("refuses a package whose package.json has $name", async ({ content }) => {
    put(inside("app/package.json"), content);
    put(inside("app/bin/openclaw"), "");
    await expect(find({ pathFolders: [inside("app/bin")] })).rejects.toThrow(new CodexAuthError("host-launcher"));
  });

  it("runs nothing of what it finds", async () => {
    const host = installHost(machine, "2026.3.13");
    chmodSync(join(host.root, "openclaw.mjs"), 0o755);
    await find();
    expect(host.calls()).toEqual([]);
  });
});

const withExports = (exports: unknown, files = {}) =>
  putHost(inside("app"), "2026.9.6", {
    "package.json": { name: "openclaw", version: "2026.9.6", type: "module", exports },
    "dist/part.js": "export const answer = 42;",
    ...files,
  });

describe("loadSdkPart", () => {
  it.each([
    { name: "a path", entry: "./dist/part.js" },
    { name: "conditions", entry: { types: "./dist/part.d.ts", default: "./dist/part.js" } },
  ])("loads what the package exports as $name", async ({ entry }) => {
    const host = withExports({ "./plugin-sdk/provider-auth": entry });
    expect(await loadSdkPart(host, "provider-auth")).toMatchObject({ answer: 42 });
  });

  it.each([
    { name: "has no exports", exports: undefined },
    { name: "exports other parts", exports: { "./plugin-sdk/core": "./dist/part.js" } },
    {
      name: "exports it in a way not known here",
      exports: { "./plugin-sdk/provider-auth": { import: "./dist/part.js" } },
    },
  ])("is undefined if the package $name", async ({ exports }) => {
    expect(await loadSdkPart(withExports(exports), "provider-auth")).toBeUndefined();
  });

  it("asks for another Node.js if the part does not load, without the cause", async () => {
    const host = withExports(
      { "./plugin-sdk/provider-auth": "./dist/newer.js" },
      { "dist/newer.js": 'import "node:of-a-day-to-come";' },
    );
    const failed = await loadSdkPart(host, "provider-auth").catch((error: unknown) => error);
    expect(failed).toEqual(new CodexAuthError("host-needs-other-node"));
    expect((failed as Error).cause).toBeUndefined();
  });
});

describe("hostJson5", () => {
  it("reads with the host's own reader", () => {
    const host = putHost(inside("app"), "2026.9.6");
    expect(hostJson5(host)('// why\n{"a":1}')).toEqual({ a: 1 });
  });

  it("throws if the host has none", () => {
    put(inside("bare/package.json"), { name: "openclaw", version: "2026.9.6" });
    expect(() => hostJson5({ root: inside("bare"), version: "2026.9.6" })("{}")).toThrow();
  });
});

const LIMIT_MS = 10_000;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const hostOf = (command?: string) =>
  putHost(join(machine.root, "app"), "2026.3.13", command === undefined ? {} : { "openclaw.mjs": command });

describe("runHostCommand", () => {
  it("runs the host's own program with these words", async () => {
    const host = hostOf();
    expect(await runHostCommand(host, ["secrets", "reload"], LIMIT_MS)).toBe(true);
    expect(host.calls()).toEqual([["secrets", "reload"]]);
  });

  it.each([
    { name: "ends by itself", command: "export {};", expected: true },
    { name: "ends with 0", command: "process.exit(0);", expected: true },
    { name: "ends with 1", command: "process.exit(1);", expected: false },
    { name: "sets an exit code", command: "process.exitCode = 3;", expected: false },
    { name: "throws", command: "throw new Error('canary');", expected: false },
    { name: "rejects", command: "await Promise.reject(new Error('canary'));", expected: false },
    { name: "throws later", command: "setTimeout(() => { throw new Error('canary'); }, 1);", expected: false },
    { name: "cannot be read as a program", command: "const = ;", expected: false },
  ])("gives the result of a command that $name", async ({ command, expected }) => {
    expect(await runHostCommand(hostOf(command), [], LIMIT_MS)).toBe(expected);
  });

  it("is false without the program", async () => {
    put(join(machine.root, "app/package.json"), {});
    expect(await runHostCommand({ root: join(machine.root, "app"), version: "2026.3.13" }, [], LIMIT_MS)).toBe(false);
  });

  it.each([
    { name: "waits for ever", command: "setInterval(() => undefined, 1000);" },
    { name: "blocks its thread", command: "for (;;);" },
  ])("is false once the time is over for a command that $name, and the command is ended", async ({ command }) => {
    expect(await runHostCommand(hostOf(command), [], 300)).toBe(false);
  });

  it("keeps what the host prints away from this program's own output", async () => {
    const written: unknown[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(chunk) > 0);
    }
    await runHostCommand(
      hostOf("console.log('canary'); console.error('canary'); process.stdout.write('canary');"),
      [],
      LIMIT_MS,
    );
    vi.restoreAllMocks();
    expect(written.join("")).not.toContain("canary");
  });

  it("does not block a host that prints more than a pipe holds", async () => {
    const command = "for (let at = 0; at < 300; at += 1) console.log('x'.repeat(10_000));";
    expect(await runHostCommand(hostOf(command), [], LIMIT_MS)).toBe(true);
  });

  it("passes the environment, and stops the host from starting itself again", async () => {
    vi.stubEnv("OPENCLAW_STATE_DIR", "/somewhere");
    const host = hostOf(`
      const { OPENCLAW_STATE_DIR, OPENCLAW_NO_RESPAWN } = process.env;
      process.exit(OPENCLAW_STATE_DIR === "/somewhere" && OPENCLAW_NO_RESPAWN === "1" ? 0 : 1);`);
    expect(await runHostCommand(host, [], LIMIT_MS)).toBe(true);
  });

  it("gives the host a copy of the environment: what it changes there changes nothing here", async () => {
    expect(await runHostCommand(hostOf("process.env.CODEX_AUTH_TEST_LEAK = '1';"), [], LIMIT_MS)).toBe(true);
    expect(process.env["CODEX_AUTH_TEST_LEAK"]).toBeUndefined();
  });
});
