import { beforeEach, describe, expect, it } from "vitest";
import { signOut } from "../../src/actions/profiles.ts";
import { undoChange } from "../../src/actions/profiles.ts";
import { createFakePorts, type FakePorts } from "../fakes/fake-ports.ts";
import { asked } from "./requests.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

const storedIds = async () => (await ports.profiles.list("main")).map(({ profileId }) => profileId);

describe("undoChange", () => {
  it("puts back what a profile held, once", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.undoable.add("openai:work");
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "undone",
      profileId: "openai:work",
      profileName: "work",
      isSelectable: true,
      isUndoable: true,
      activation: "live",
    });
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "refused",
      code: "undo-missing",
      profileName: "work",
    });
  });

  it("is for the profile of that name alone", async () => {
    ports.profiles.has("openai:work", "openai:team");
    ports.profiles.undoable.add("openai:team");
    expect(await undoChange(ports, asked("work"))).toMatchObject({ code: "undo-missing" });
    expect(ports.profiles.undoable.has("openai:team")).toBe(true);
  });

  it("lets no other profile stand in for a default that was taken out", async () => {
    ports.profiles.has("openai:first", "openai:default");
    ports.profiles.undoable.add("openai:first");
    await signOut(ports, asked("default"));
    expect(await undoChange(ports, asked("default"))).toMatchObject({ kind: "undone", profileId: "openai:default" });
    expect(ports.profiles.undoable.has("openai:first")).toBe(true);
  });

  it.each([
    { name: "today's id", id: "openai:work", asks: "work" },
    { name: "an older host's id", id: "openai-codex:work", asks: "work" },
    { name: "an id without a prefix", id: "team", asks: "team" },
    { name: "a name of two words", id: "openai:my team", asks: "my team" },
    { name: "a name that is a command", id: "openai:status", asks: "status" },
  ])("finds a profile that was taken out by the name it was listed under: $name", async ({ id, asks }) => {
    ports.profiles.has("openai:other", id);
    const out = await signOut(ports, asked(asks));
    expect(out).toMatchObject({ kind: "signed-out", profileName: asks });
    expect(await storedIds()).toEqual(["openai:other"]);
    expect(await undoChange(ports, asked(asks))).toMatchObject({ kind: "undone", profileId: id });
    expect((await storedIds()).toSorted()).toEqual(["openai:other", id].toSorted());
  });

  it("tells an older host's profile that was taken out from its namesake of today", async () => {
    ports.profiles.has("openai:work", "openai-codex:work");
    ports.profiles.undoable.add("openai:work");
    await signOut(ports, asked("openai-codex:work"));
    expect(await undoChange(ports, asked("openai-codex:work"))).toMatchObject({ profileId: "openai-codex:work" });
    expect(ports.profiles.undoable.has("openai:work")).toBe(true);
  });

  it("does not overwrite a profile that was signed in anew since it was taken out", async () => {
    ports.profiles.has("openai:work");
    await signOut(ports, asked("work"));
    ports.profiles.has("openai:work");
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "refused",
      code: "undo-changed",
      profileName: "work",
    });
  });

  it.each(["nobody", "status", "my team", ""])("has nothing for a profile that never was: '%s'", async (name) => {
    expect(await undoChange(ports, asked(name))).toEqual({ kind: "refused", code: "undo-missing", profileName: name });
  });
});
