/** The sign-in server is down, slow, cuts the line, shows a wrong certificate, or has no name any more. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTlsProxy, type ProxyMode, type TlsProxy } from "../fakes/tls-proxy.ts";
import type { Misbehaviour } from "../fakes/sign-in-server.ts";
import { freePort } from "../support/loopback.ts";
import { FaultBench } from "./bench.ts";

const bench = new FaultBench("2026.3.13");
let proxy: TlsProxy;

beforeAll(async () => {
  await bench.open();
  proxy = await startTlsProxy({ "auth.openai.com": bench.server.handle });
});
afterAll(async () => {
  await bench.close();
  await proxy.close();
});

let old: ReturnType<FaultBench["credential"]>;
let others: string;
let sent: number;
beforeEach(() => {
  [old, others, sent] = [bench.credential(), bench.others(), bench.codesSent().length];
});

/** Nothing was saved, nothing is sent again, and the next sign-in works at once. */
async function expectOver(address: string, requests: number): Promise<void> {
  expect(bench.credential()).toEqual(old);
  expect(await bench.finish(address)).toMatchObject({ ok: false, error: "login_already_used" });
  expect(bench.codesSent().length - sent).toBe(requests);
  const answer = await bench.signIn();
  bench.expectAtOnce(answer.tookMs);
  bench.expectWhole(old, others);
  bench.expectNoReplay();
}

it("a server that is down: the sign-in is over, the profile as it was", async () => {
  const address = await bench.begin();
  const env = { CODEX_AUTH_SANDBOX: `http://127.0.0.1:${await freePort()}` };
  expect(await bench.finish(address, { env })).toMatchObject({ ok: false, error: "provider_unreachable" });
  await expectOver(address, 0);
});

const MODES: readonly { readonly mode: Misbehaviour; readonly error: string }[] = [
  { mode: "reset", error: "provider_unreachable" },
  { mode: "hang", error: "provider_timeout" },
  { mode: "server-error-500", error: "provider_failed" },
  { mode: "unavailable-503-html", error: "provider_failed" },
  { mode: "huge-body", error: "token_response_invalid" },
];

it.each(MODES)("a server that does $mode: $error, and nothing is sent twice", async ({ mode, error }) => {
  const address = await bench.begin();
  bench.server.behave(mode);
  expect(await bench.finish(address)).toMatchObject({ ok: false, error });
  bench.server.behave("well");
  await expectOver(address, 1);
});

it("a server that is slow: the profile is saved", async () => {
  const address = await bench.begin();
  bench.server.behave({ kind: "slow", ms: 4000 });
  expect(await bench.finish(address)).toMatchObject({ ok: true });
  expect(bench.credential().access).not.toBe(old.access);
  bench.expectWhole(old, others);
});

it("a second paste while the server is slow sends nothing", async () => {
  const address = await bench.begin();
  bench.server.behave({ kind: "slow", ms: 4000 });
  const answers = await Promise.all([bench.finish(address), bench.finish(address), bench.finish(address)]);
  expect(answers.map(({ ok, error }) => (ok ? "saved" : error)).toSorted()).toEqual([
    "login_already_used",
    "login_already_used",
    "saved",
  ]);
  expect(bench.codesSent().length - sent).toBe(1);
  bench.expectWhole(old, others);
});

/** The real names, over TLS, by a proxy of this machine. */
const realNames = (more: Readonly<Record<string, string>> = {}) => ({ env: { CODEX_AUTH_SANDBOX: "", ...more } });

describe("by its real name", () => {
  const rows: readonly { readonly mode: ProxyMode; readonly error: string }[] = [
    { mode: "wrong-name", error: "provider_certificate" },
    { mode: "untrusted", error: "provider_certificate" },
    { mode: "down", error: "provider_unreachable" },
    { mode: "reset", error: "provider_unreachable" },
  ];
  it.each(rows)("a server behind a proxy that is $mode: $error, and no code is sent", async ({ mode, error }) => {
    const around = realNames(proxy.env);
    const address = await bench.begin("work", undefined, around);
    proxy.setMode(mode);
    expect(await bench.finish(address, around)).toMatchObject({ ok: false, error });
    proxy.setMode("up");
    expect(bench.credential()).toEqual(old);
    expect(bench.codesSent().length).toBe(sent);
    const fresh = await bench.begin("work", undefined, around);
    expect(await bench.finish(fresh, around)).toMatchObject({ ok: true });
    bench.expectWhole(old, others);
  });

  it("a name that is gone: unreachable, and the profile as it was", async () => {
    const around = realNames({ FAULT_DNS: "1" });
    const address = await bench.begin("work", undefined, around);
    expect(await bench.finish(address, around)).toMatchObject({ ok: false, error: "provider_unreachable" });
    await expectOver(address, 0);
  });
});
