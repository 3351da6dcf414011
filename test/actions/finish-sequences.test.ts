/** Random starts, approvals, pastes, cancellations and times of several senders: what is saved, and for which sender. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finishSignIn } from "../../src/actions/finish.ts";
import { cancelPending } from "../../src/actions/overview.ts";
import { SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { Secret } from "../../src/secret.ts";
import { addressOf, createFakePorts, DANA, OTHERS } from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "./requests.ts";

const stateIn = (address: string) => new URL(address).searchParams.get("state") ?? "";
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % (list.length || 1)];

describe("any order of events", () => {
  const event = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("begin" as const),
        who: fc.nat(2),
        name: fc.constantFrom("work", "play"),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("approve" as const), link: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("deny" as const), link: fc.nat(9) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("paste" as const), who: fc.nat(2), address: fc.nat(9) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("mix" as const), who: fc.nat(2), code: fc.nat(9), state: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("time" as const),
        byMs: fc.constantFrom(1000, SIGN_IN_TTL_MS / 2, SIGN_IN_TTL_MS, -SIGN_IN_TTL_MS),
      }),
    },
  );

  it("saves only for the user who started, with the code of that link, once and in time", async () => {
    let savedInAll = 0;
    const people = [DANA, ...OTHERS.map((other) => other.binding)];
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40, size: "max" }), async (events) => {
        const world = createFakePorts();
        const links: { link: Secret; who: number; name: string; atMs: number }[] = [];
        const addresses: { text: string; link: number }[] = [];
        const savedLinks: number[] = [];
        for (const each of events) {
          const binding = people["who" in each ? each.who : 0] ?? DANA;
          switch (each.kind) {
            case "begin":
              links.push({
                link: await startedLink(world, each.name, binding),
                who: each.who,
                name: each.name,
                atMs: world.clock.nowMs(),
              });
              break;
            case "approve":
            case "deny": {
              const chosen = pick(links, each.link);
              if (chosen === undefined) break;
              const text = each.kind === "approve" ? world.oauth.approve(chosen.link) : world.oauth.deny(chosen.link);
              addresses.push({ text, link: links.indexOf(chosen) });
              break;
            }
            case "paste":
            case "mix": {
              const from = pick(addresses, each.kind === "paste" ? each.address : each.state);
              if (from === undefined) break;
              const code = new URL(
                pick(addresses, each.kind === "mix" ? each.code : each.address)?.text ?? "",
              ).searchParams.get("code");
              const text =
                each.kind === "paste" || code === null ? from.text : addressOf({ code, state: stateIn(from.text) });
              const result = await finishSignIn(world, completionOf(text, { binding }));
              if (result.kind !== "saved") break;
              const link = links[from.link];
              expect(people[link?.who ?? -1]).toEqual(binding);
              expect(result.profileName).toBe(link?.name);
              const ageMs = world.clock.nowMs() - (link?.atMs ?? 0);
              expect(ageMs >= 0 && ageMs < SIGN_IN_TTL_MS).toBe(true);
              savedLinks.push(from.link);
              break;
            }
            case "cancel":
              await cancelPending(world, binding);
              break;
            case "time":
              world.clock.move(each.byMs);
              break;
          }
        }
        savedInAll += savedLinks.length;
        expect(new Set(savedLinks).size).toBe(savedLinks.length);
        expect(world.profiles.saves).toHaveLength(savedLinks.length);
        const states = world.oauth.exchanges.map((grant) => grant.state.reveal());
        expect(new Set(states).size).toBe(states.length);
      }),
      { numRuns: 150 },
    );
    // Else the law had nothing to judge.
    expect(savedInAll).toBeGreaterThan(20);
  });
});
