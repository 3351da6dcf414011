import { describe, expect, it } from "vitest";
import { securityFindings } from "../../src/doors/security-audit.ts";
import { createDoor } from "./fake-door.ts";

function noAgent(): never {
  throw new Error("canary");
}

describe("what the host's own security audit is told", () => {
  it("is each finding with its way to mend it, and nothing where nothing is wrong", async () => {
    const { context, ports } = createDoor();
    expect(await securityFindings(context, () => "main")).toEqual([]);
    ports.surroundings.owner = false;
    ports.profiles.becomes("openai:work", { health: "needs-sign-in", reason: "renewal-failed" });
    expect(await securityFindings(context, () => "main")).toMatchObject([
      { checkId: "codex-auth.no-owner", severity: "warn", detail: expect.stringContaining("commands.ownerAllowFrom") },
      { checkId: "codex-auth.profile-failing", detail: expect.stringContaining("/codex_auth work") },
    ]);
  });

  it("is nothing where this plugin cannot look, and no error", async () => {
    const { context } = createDoor({ ports: () => Promise.reject(new Error("canary")) });
    expect(await securityFindings(context, () => "main")).toEqual([]);
  });

  it("is nothing where the host has several agents and none that stands for all, and no error", async () => {
    const { context } = createDoor();
    expect(await securityFindings(context, noAgent)).toEqual([]);
  });
});
