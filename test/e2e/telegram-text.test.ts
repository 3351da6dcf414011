/** Telegram with inline buttons switched off: everything must be there as text. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { accountOf, createWorld, linkOf, OWNER, PERSONAL, type World } from "../support/world.ts";
import { storedProfiles } from "../support/stored-profiles.ts";

let world: World;

beforeAll(async () => {
  const capabilities = { inlineButtons: "off" };
  world = await createWorld({ pluginDir: inject("pluginDir"), config: { channels: { telegram: { capabilities } } } });
});
afterAll(() => world?.close());

const ask = (text: string) => world.telegram.ask(OWNER, text);

it("lists profiles and the words to type, with no button that could not be tapped", async () => {
  const selector = await ask("/codex_auth");
  expect(selector.keyboard).toEqual([]);
  expect(selector.text).toContain("/codex_auth default");
});

it("signs in to the end by text alone", async () => {
  const card = await ask("/codex_auth default");
  expect(card.keyboard).toEqual([]);
  const saved = await ask(`/codex_auth_finish default ${world.signIn.approve(linkOf(card), PERSONAL)}`);
  expect(saved.text).toContain("profile default now holds dana@example.com");
  const selector = await ask("/codex_auth");
  expect(selector.text).toContain(
    "type /codex_auth <profile>, the name being default | <profile>; for example /codex_auth default",
  );
});

it("shows the link as a clickable line whose visible text is a whole link too", async () => {
  const card = await ask("/codex_auth default");
  const link = card.links.find(({ url }) => url.includes("/oauth/authorize?"));
  expect(card.text.split("\n")).toContain(link?.text);
  expect(world.signIn.approve(link?.url ?? "", PERSONAL)).toContain("code=");
  await ask("/codex_auth cancel");
});

it("does all that a profile's card does by words", async () => {
  const card = await ask("/codex_auth show default");
  expect(card.keyboard).toEqual([]);
  expect(card.text).toContain("To sign it out: /codex_auth signout default");
  const before = storedProfiles(world.gateway);
  const question = await ask("/codex_auth signout default");
  expect(question.text).toContain("To do it: /codex_auth signout default yes");
  expect(storedProfiles(world.gateway)).toEqual(before);
  expect((await ask("/codex_auth signout default yes")).text).toContain("/codex_auth undo default puts it back");
  expect(storedProfiles(world.gateway).profiles).toEqual({});
  expect((await ask("/codex_auth undo default")).text).toContain("Put back: profile default");
  expect(storedProfiles(world.gateway).profiles).toEqual(before.profiles);
});

it("turns pages by words when there are more profiles than a page holds", async () => {
  for (const name of ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]) {
    const card = await ask(`/codex_auth ${name}`);
    await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), accountOf(name))}`);
  }
  expect((await ask("/codex_auth")).text).toContain("Page 1 of 2. Another page: /codex_auth page 2");
  expect((await ask("/codex_auth page 2")).text).toContain("Page 2 of 2");
});
