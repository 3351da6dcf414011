import { describe, expect, it } from "vitest";
import { ExpiringMap } from "../../src/rules/expiring-map.ts";

const newMap = () => new ExpiringMap<string>({ ttlMs: 1000, size: 3 });

describe("an expiring map", () => {
  it.each(["b", "", "constructor"])("has no value under a key that was not set: '%s'", (key) => {
    const map = newMap();
    map.set("a", "first", 0);
    expect([map.get(key, 0), map.take(key, 0), map.get("a", 0)]).toEqual([undefined, undefined, "first"]);
  });

  it("gives a value out once", () => {
    const map = newMap();
    map.set("a", "first", 0);
    expect([map.take("a", 0), map.take("a", 0)]).toEqual(["first", undefined]);
  });

  it.each([
    { name: "just before its time is over", atMs: 999, expected: "first" },
    { name: "at the end of its time", atMs: 1000, expected: undefined },
    { name: "with the clock set back by as much", atMs: -1000, expected: undefined },
  ])("has a value $name: $expected", ({ atMs, expected }) => {
    const map = newMap();
    map.set("a", "first", 0);
    expect(map.get("a", atMs)).toBe(expected);
    map.set("b", "second", atMs);
    expect(map.get("a", 0)).toBe(expected);
  });

  it("drops the oldest for one more", () => {
    const map = newMap();
    for (const key of ["a", "b", "c", "d"]) map.set(key, key, 0);
    expect(["a", "b", "c", "d"].map((key) => map.get(key, 0))).toEqual([undefined, "b", "c", "d"]);
  });
});
