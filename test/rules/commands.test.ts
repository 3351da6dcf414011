import { describe, expect, it } from "vitest";
import { nearChatVerbOf, nearTerminalVerbOf, RESERVED_NAMES } from "../../src/rules/commands.ts";

const errorsOf = (word: string) =>
  [...word].flatMap((letter, at) => [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + letter + word.slice(at),
    word.slice(0, at) + (word[at + 1] ?? "") + letter + word.slice(at + 2),
  ]);

describe("the command near a word of the chat", () => {
  it.each([
    { name: "two letters swapped", word: "stauts", near: "status" },
    { name: "the first two letters swapped", word: "tsatus", near: "status" },
    { name: "the last two letters swapped", word: "statsu", near: "status" },
    { name: "a letter left out", word: "staus", near: "status" },
    { name: "the last letter left out", word: "statu", near: "status" },
    { name: "a letter inserted", word: "statuss", near: "status" },
    { name: "a letter inserted in front", word: "sstatus", near: "status" },
    { name: "a letter replaced", word: "stqtus", near: "status" },
    { name: "capitals", word: "STAUTS", near: "status" },
    { name: "a word of four letters with two of them swapped", word: "hepl", near: "help" },
    { name: "a likely name beside a word of four letters", word: "codex", near: undefined },
    { name: "another word beside one of four letters", word: "shop", near: undefined },
    { name: "a word of the terminal only", word: "lsit", near: undefined },
    { name: "a word of three letters", word: "sue", near: undefined },
    { name: "a word of three letters that has one more", word: "logg", near: undefined },
    { name: "two letters left out", word: "stat", near: undefined },
    { name: "two letters inserted", word: "statuses", near: undefined },
    { name: "two letters replaced", word: "stqtqs", near: undefined },
    { name: "two swaps", word: "tsauts", near: undefined },
    { name: "two letters that are swapped but not neighbours", word: "utatss", near: undefined },
    { name: "a name", word: "work", near: undefined },
    { name: "a word of every object", word: "constructor", near: undefined },
    { name: "nothing", word: "", near: undefined },
  ])("is $near for $name: $word", ({ word, near }) => {
    expect(nearChatVerbOf(word)).toBe(near);
  });

  it("is found by every word of five letters or more with a letter missing, doubled or swapped", () => {
    const words = RESERVED_NAMES.filter((word) => word.length > 4 && word !== "refresh");
    expect(words.flatMap(errorsOf).filter((typed) => nearChatVerbOf(typed) === undefined)).toEqual([]);
  });
});

describe("the command near a word of the terminal", () => {
  it.each([
    { word: "stauts", near: "status" },
    { word: "START", near: "pick" },
    { word: "lsit", near: "page" },
    { word: "singin", near: undefined },
    { word: "shwo", near: undefined },
  ])("is $near for $word", ({ word, near }) => {
    expect(nearTerminalVerbOf(word)).toBe(near);
  });
});
